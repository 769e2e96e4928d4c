"""The second menu: behind a menu's entry "More…", or of an action's edits that stand each for itself.

LSP has no submenus. So a second menu is a question (`window/showMessageRequest`), which editors show as a list or as
buttons. What it lists has been made and checked by then: to choose it is only to apply it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.lsp.actions import MENU_SECONDS, ActionResolver, OfferedAction, Ticket, without_fixes
from breadknife.lsp.features.commands import CommandRunner
from breadknife.lsp.progress import progress
from breadknife.lsp.server import CHOOSE_COMMAND, MORE_COMMAND, BreadknifeServer
from breadknife.task.values import Action, ActionRequest, Finding
from breadknife.text.document import Document, Span, edit_title

_MENU_CHANGED = "the document has changed since the menu was shown; open the menu again"
_TITLE = "More…"


@dataclass(frozen=True)
class _MoreTicket:
    """What travels with the entry "More…" to the editor and back."""

    uri: str
    version: int | None
    span: Span
    findings: tuple[Finding, ...]
    """Those that the editor shows there."""
    listed: tuple[str, ...]
    """The titles that the first menu has."""


def to_choose(ticket: Ticket) -> lsp.Command:
    """Return the command of an entry whose edits the user chooses among."""
    return lsp.Command(ticket.title, CHOOSE_COMMAND, arguments=[msgspec.to_builtins(ticket)])


def to_more(document: Document, span: Span, findings: Sequence[Finding], listed: Iterable[str]) -> lsp.CodeAction:
    """Return the last entry of the first menu."""
    ticket = _MoreTicket(document.uri, document.version, span, without_fixes(findings), tuple(listed))
    command = lsp.Command(_TITLE, MORE_COMMAND, arguments=[msgspec.to_builtins(ticket)])
    return lsp.CodeAction(_TITLE, kind=lsp.CodeActionKind.QuickFix, command=command)


def register(server: BreadknifeServer, resolver: ActionResolver, runner: CommandRunner) -> None:
    menu = _SecondMenu(server, resolver, runner)

    # Both are answered at once: eglot shows no question before.
    @server.handles(CHOOSE_COMMAND)
    async def choose(*args: Any) -> None:
        """Argument: the ticket of `to_choose`."""
        server.spawn(menu.choose_edits(msgspec.convert(args[0], Ticket)))

    @server.handles(MORE_COMMAND)
    async def show_more(*args: Any) -> None:
        """Argument: the ticket of `to_more`."""
        server.spawn(menu.show_more(msgspec.convert(args[0], _MoreTicket)))


class _SecondMenu:
    """Asks the user, and makes what was chosen. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer, resolver: ActionResolver, runner: CommandRunner) -> None:
        self._server = server
        self._resolver = resolver
        self._runner = runner

    async def choose_edits(self, ticket: Ticket) -> None:
        """Let the user choose among the edits of an action, and make them."""
        document = self._document(ticket)
        if document is None:
            return
        try:
            async with progress(self._server, ticket.title) as bar:
                action = await self._resolver.resolve(ticket.offered(document), bar.tell)
            if action is not None and len(action.edits) > 1:
                action = await self._choose_edits_of(document, action)
            if action is not None:
                await self._resolver.apply(document, action)
        except JsonRpcException as error:
            self._server.show(f"“{ticket.title}” can't be made: {error.message}")

    async def show_more(self, ticket: _MoreTicket) -> None:
        """Show the actions that the first menu hasn't listed, and make the one that the user chooses."""
        server, document = self._server, self._document(ticket)
        if document is None:
            return
        until = asyncio.get_running_loop().time() + MENU_SECONDS
        try:
            async with progress(server, "checking more fixes"):
                reply = await server.ask(ActionRequest(document, ticket.span, ticket.findings))
                # The first menu has everything of a plugin that has only listed actions: to make those edits once
                # more would take this menu's time.
                plugins_with_more = {plugin for plugin, action in reply.actions if not action.listed}
                offers = [
                    OfferedAction(plugin, document, action)
                    for plugin, action in reply.actions
                    if plugin in plugins_with_more and action.title not in ticket.listed
                ]
                entries = await self._resolver.resolve_all(offers, until, is_automatic=False)
            if not entries:
                server.show("there is no other fix that passes every check")
                return
            messages = [finding.message for entry in entries for finding in entry.action.findings]
            question = messages[0] if messages else "more fixes"
            title = await self._ask_user(question, [entry.action.title for entry in entries])
            entry = next((entry for entry in entries if entry.action.title == title), None)
            if entry is not None:
                await self._apply(entry)
        except JsonRpcException as error:
            server.show(f"the second menu can't be shown or its edit made: {error.message}")

    def _document(self, ticket: Ticket | _MoreTicket) -> Document | None:
        """Return the document that a menu was shown for; None if it has changed since, and the user is told."""
        document = self._server.documents.get(ticket.uri)
        if document is not None and document.version == ticket.version:
            return document
        self._server.show(_MENU_CHANGED)
        return None

    async def _choose_edits_of(self, document: Document, action: Action) -> Action | None:
        """Return the action with the edits that the user wants: all of them or one; None if they want none."""
        every = f"Make all {len(action.edits)} changes"
        single = {edit_title(document, edit): edit for edit in action.edits}
        title = await self._ask_user(action.title, [every, *single])
        if title is None:
            return None
        return action if title == every else replace(action, edits=(single[title],))

    async def _ask_user(self, message: str, titles: Iterable[str]) -> str | None:
        """Return the title that the user chooses; None if they close the question. Raises JsonRpcException."""
        items = [lsp.MessageActionItem(title) for title in titles]
        question = lsp.ShowMessageRequestParams(lsp.MessageType.Info, f"breadknife: {message}", items)
        chosen = await self._server.window_show_message_request_async(question)
        return chosen.title if chosen is not None else None

    async def _apply(self, entry: OfferedAction) -> None:
        if not self._server.documents.is_current(entry.document):
            self._server.show(_MENU_CHANGED)
        elif entry.has_edits:
            self._resolver.report_choice(entry.action)
            await self._resolver.apply(entry.document, entry.action)
        elif entry.action.command is not None:
            await self._runner.run(entry.plugin, entry.document.uri, entry.action.command)
