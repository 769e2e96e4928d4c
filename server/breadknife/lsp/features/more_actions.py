"""The entry "More…" of a menu of fixes, and the second menu that it opens.

LSP has no submenus. So the second menu is a question (`window/showMessageRequest`), which editors show as a list or as
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

from breadknife.lsp.actions import MENU_CHANGED, MENU_SECONDS, edit_of, made, tell_of
from breadknife.lsp.features.commands import carry_out
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.handed_out import HandedOut
from breadknife.lsp.progress import progress
from breadknife.lsp.server import MORE, BreadknifeServer
from breadknife.lsp.showing import Showing
from breadknife.task.values import Action, ActionRequest, Finding
from breadknife.text.document import Document, Span

_TITLE = "More…"


@dataclass(frozen=True)
class _Place:
    """What travels with the entry to the editor and back."""

    uri: str
    version: int | None
    span: Span
    findings: tuple[Finding, ...]
    """Those that the editor shows there."""
    listed: tuple[str, ...]
    """The titles that the first menu has."""


def more(document: Document, span: Span, findings: Sequence[Finding], listed: Iterable[str]) -> lsp.CodeAction:
    """Return the last entry of the first menu."""
    shown = tuple(replace(each, fixes=(), related=()) for each in findings)
    place = _Place(document.uri, document.version, span, shown, tuple(listed))
    command = lsp.Command(_TITLE, MORE, arguments=[msgspec.to_builtins(place)])
    return lsp.CodeAction(_TITLE, kind=lsp.CodeActionKind.QuickFix, command=command)


def register(server: BreadknifeServer, diagnostics: Diagnostics, handed_out: HandedOut, showing: Showing) -> None:
    @server.handles(MORE)
    async def show(*args: Any) -> None:
        """Argument: the place, as `more` has written it. It is answered at once: eglot shows no question before."""
        place = msgspec.convert(args[0], _Place)
        server.spawn(_shown(server, diagnostics, handed_out, showing, place))


async def _shown(
    server: BreadknifeServer, diagnostics: Diagnostics, handed_out: HandedOut, showing: Showing, place: _Place
) -> None:
    document = server.documents.get(place.uri)
    if document is None or document.version != place.version:
        server.show(MENU_CHANGED)
        return
    until = asyncio.get_running_loop().time() + MENU_SECONDS
    try:
        async with progress(server, "checking more fixes"):
            reply = await server.ask(ActionRequest(document, place.span, place.findings))
            # Of the others nothing waits here: to make their entries would take the menu's time.
            plugins = {plugin for plugin, action in reply.actions if not action.listed}
            offered = [
                (plugin, action)
                for plugin, action in reply.actions
                if plugin in plugins and action.title not in place.listed
            ]
            entries = await made(server, handed_out, document, offered, until, is_automatic=False)
        if not entries:
            server.show("there is no other fix that passes every check")
            return
        titles = [lsp.MessageActionItem(action.title) for _, action in entries]
        question = lsp.ShowMessageRequestParams(lsp.MessageType.Info, _asked(entries), titles)
        chosen = await server.window_show_message_request_async(question)
        entry = next((each for each in entries if chosen is not None and each[1].title == chosen.title), None)
        if entry is not None:
            await _applied(server, diagnostics, showing, document, *entry)
    except JsonRpcException as error:
        server.show(f"the second menu can't be shown or its edit made: {error.message}")


def _asked(entries: Sequence[tuple[str, Action]]) -> str:
    findings = [finding for _, action in entries for finding in action.findings]
    return f"breadknife: {findings[0].message}" if findings else "breadknife: more fixes"


async def _applied(
    server: BreadknifeServer,
    diagnostics: Diagnostics,
    showing: Showing,
    document: Document,
    plugin: str,
    action: Action,
) -> None:
    if not server.documents.is_current(document):
        server.show(MENU_CHANGED)
    elif action.edits or action.elsewhere:
        tell_of(server, action)
        edit = edit_of(server, document, action)
        await server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, action.title))
    elif action.command is not None:
        await carry_out(server, diagnostics, showing, plugin, document.uri, action.command)
