"""`workspace/executeCommand`: the plugins' own commands, and those that explain what breadknife does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from breadknife.host.report.lines import folded, receipt_lines, status_lines
from breadknife.host.report.status import status
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.offering import refresh
from breadknife.lsp.presenter import Presenter
from breadknife.lsp.progress import progress
from breadknife.lsp.server import (
    ACCEPTED_COMMAND,
    ADD_FOLDER_COMMAND,
    PLUGIN_COMMAND,
    STATUS_COMMAND,
    WHY_COMMAND,
    BreadknifeServer,
)
from breadknife.task.values import Command, CommandRequest, InlayRequest, LensRequest

PROGRESS_AFTER_SECONDS = 1.0
"""A command that takes longer than that shows progress."""
_RECEIPTS_SHOWN = 20
_RECEIPTS_READ = 400
"""More than are shown: those like one another are folded into one."""


class CommandRunner:
    """Has plugins carry out commands. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer, diagnostics: Diagnostics, presenter: Presenter) -> None:
        self._server = server
        self._diagnostics = diagnostics
        self._presenter = presenter

    async def run(self, plugin: str, uri: str, command: Command) -> dict[str, Any]:
        """Have a plugin do something that the user has chosen, and show what came of it.

        Returns `{done, result, documents}`: whether it was done, the plugin's JSON, and the texts of new documents that
        this client can't open.
        """
        server = self._server
        request = CommandRequest(command, server.root_of(uri), server.documents.get(uri))
        async with progress(server, command.title, after=PROGRESS_AFTER_SECONDS) as bar:
            reply = await server.ask(request, plugin=plugin, progress=bar.tell)
        for receipt in reply.receipts:
            if receipt.sentence:
                server.show_reason(command.title, receipt)
        if reply.message:
            await self._presenter.tell(command.title, reply.message)
        unopened = await self._presenter.show(reply)
        self._diagnostics.refresh()
        for kind in (LensRequest, InlayRequest):
            refresh(server, kind)
        documents = [
            {"text": document.text, "language": document.language, "title": document.title} for document in unopened
        ]
        return {"done": bool(reply.answers), "result": reply.result, "documents": documents}


def register(server: BreadknifeServer, runner: CommandRunner) -> None:
    @server.handles(PLUGIN_COMMAND)
    async def run(*args: Any) -> dict[str, Any]:
        """Arguments: as `to_command` has written them. See `CommandRunner.run`."""
        return await runner.run(*_read_arguments(args)) if len(args) >= 4 else {"done": False}

    @server.handles(ACCEPTED_COMMAND)
    async def accepted(*args: Any) -> None:
        """A completion was taken: its plugin is told, and nobody else."""
        if len(args) >= 4:
            plugin, uri, command = _read_arguments(args)
            await server.ask(CommandRequest(command, server.root_of(uri)), plugin=plugin)

    @server.handles(ADD_FOLDER_COMMAND)
    async def add_folder(*args: Any) -> dict[str, Any]:
        """Argument: a folder's path or `file:` URI. Returns what `run` does, with the result `{folder, files, pages,
        words_only, model}`."""
        if not args:
            return {"done": False}
        command = Command("shelf.addFolder", "adding a folder to your shelf", (str(args[0]),))
        return await runner.run("shelf", "", command)

    @server.handles(STATUS_COMMAND)
    async def show_status(*args: Any) -> dict[str, Any]:
        """Return what `breadknife.host.report.status` reports, and under `lines` the same for people."""
        report = await server.in_worker(lambda: status(server.host))
        return {**report, "lines": status_lines(report)}

    @server.handles(WHY_COMMAND)
    async def why(*args: Any) -> list[dict[str, Any]]:
        """Argument: a document's URI, or nothing for all documents. Returns receipts, newest first, each with how many
        like it it stands for (`times`) and the same for people (`lines`)."""
        uri = str(args[0]) if args else None
        receipts = await server.in_worker(lambda: server.host.ledger.newest(uri, _RECEIPTS_READ))
        return [
            {**receipt, "times": times, "lines": receipt_lines(receipt, times)}
            for receipt, times in folded(map(asdict, receipts))[:_RECEIPTS_SHOWN]
        ]


def _read_arguments(args: Sequence[Any]) -> tuple[str, str, Command]:
    """Return the plugin, the document's URI and the command, out of the arguments that `to_command` has written."""
    plugin, uri, name, title, *rest = map(str, args)
    return plugin, uri, Command(name, title, tuple(rest))
