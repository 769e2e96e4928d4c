"""`workspace/executeCommand`: the plugins' own commands, and those that explain what breadknife does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from breadknife.host.lines import folded, receipt_lines, status_lines
from breadknife.host.status import status
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.server import ACCEPTED, COMMAND, STATUS, WHY, BreadknifeServer
from breadknife.task.values import Command, CommandRequest

_SHOWN, _READ = 20, 20
"""Receipts, and how many are read for one that is shown: those in vain are folded."""


def register(server: BreadknifeServer, diagnostics: Diagnostics) -> None:
    @server.handles(COMMAND)
    async def run(*args: Any) -> dict[str, Any]:
        told = _told(args)
        return {"done": told is not None and await carry_out(server, diagnostics, *told)}

    @server.handles(ACCEPTED)
    async def accepted(*args: Any) -> None:
        """A completion was taken: its plugin is told, and nobody else."""
        if told := _told(args):
            plugin, uri, command = told
            await server.ask(CommandRequest(command, server.root_of(uri)), plugin=plugin)

    @server.handles(STATUS)
    async def show_status(*args: Any) -> dict[str, Any]:
        """What there is to know, and under `lines` the same for people."""
        report = await server.in_worker(lambda: status(server.host))
        return {**report, "lines": status_lines(report)}

    @server.handles(WHY)
    async def why(*args: Any) -> list[dict[str, Any]]:
        """Argument: a document's URI, or nothing for all documents. Receipts, newest first, each with how many like
        it it stands for (`times`) and the same for people (`lines`)."""
        uri = str(args[0]) if args else None
        receipts = await server.in_worker(lambda: server.host.ledger.newest(uri, _SHOWN * _READ))
        return [
            {**receipt, "times": times, "lines": receipt_lines(receipt, times)}
            for receipt, times in folded(map(asdict, receipts))[:_SHOWN]
        ]


def _told(args: Sequence[Any]) -> tuple[str, str, Command] | None:
    """The plugin, the document's URI and the command. The arguments are those two, then the command's name, its title
    and what it takes."""
    if len(args) < 4:
        return None
    plugin, uri, name, title, *rest = map(str, args)
    return plugin, uri, Command(name, title, tuple(rest))


async def carry_out(
    server: BreadknifeServer, diagnostics: Diagnostics, plugin: str, uri: str, command: Command
) -> bool:
    """Have a plugin do something that the user has chosen, and say what came of it; whether it was done."""
    reply = await server.ask(CommandRequest(command, server.root_of(uri)), plugin=plugin)
    for receipt in reply.receipts:
        if receipt.sentence:
            server.show(receipt.sentence)
    if reply.message:
        server.show(reply.message)
    diagnostics.refresh()
    return bool(reply.answers)
