"""Actions whose edits stand each for itself, in an editor that can't ask about each: a second menu lists them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.lsp.actions import MENU_CHANGED, Ticket, edit_of, resolved_action
from breadknife.lsp.handed_out import HandedOut
from breadknife.lsp.progress import progress
from breadknife.lsp.server import CHOOSE, BreadknifeServer
from breadknife.task.values import Action
from breadknife.text.document import Document, edit_title


def choosing(ticket: Ticket) -> lsp.Command:
    """Return the command of such an action's entry in the menu."""
    return lsp.Command(ticket.title, CHOOSE, arguments=[msgspec.to_builtins(ticket)])


def register(server: BreadknifeServer, handed_out: HandedOut) -> None:
    @server.handles(CHOOSE)
    async def choose(*args: Any) -> None:
        """Argument: the ticket. It is answered at once: eglot shows no question before."""
        server.spawn(_chosen(server, handed_out, msgspec.convert(args[0], Ticket)))


async def _chosen(server: BreadknifeServer, handed_out: HandedOut, ticket: Ticket) -> None:
    document = server.documents.get(ticket.uri)
    if document is None or document.version != ticket.version:
        server.show(MENU_CHANGED)
        return
    try:
        async with progress(server, ticket.title) as bar:
            made = await resolved_action(server, handed_out, document, ticket.plugin, ticket.action, bar.tell)
        wanted = await _wanted(server, document, made) if made is not None and len(made.edits) > 1 else made
        if wanted is None:
            return
        edit = edit_of(server, document, wanted)
        await server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, wanted.title))
    except JsonRpcException as error:
        server.show(f"“{ticket.title}” can't be made: {error.message}")


async def _wanted(server: BreadknifeServer, document: Document, made: Action) -> Action | None:
    """The action with the edits that the user wants; None if none is."""
    every = f"Make all {len(made.edits)} changes"
    single = {edit_title(document, edit): edit for edit in made.edits}
    titles = [lsp.MessageActionItem(title) for title in (every, *single)]
    question = lsp.ShowMessageRequestParams(lsp.MessageType.Info, f"breadknife: {made.title}", titles)
    chosen = await server.window_show_message_request_async(question)
    if chosen is None:
        return None
    return made if chosen.title == every else replace(made, edits=(single[chosen.title],))
