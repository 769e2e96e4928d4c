"""`textDocument/codeAction` and `codeAction/resolve`: the menu opens at once, edits are made when one is chosen."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from lsprotocol import types as lsp

from breadknife.lsp.actions import MENU_SECONDS, ContentModified, Ticket, edit_of, made, resolved_edit
from breadknife.lsp.convert import from_diagnostic, to_command, to_diagnostic, to_span
from breadknife.lsp.features.choosing import choosing
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.features.fix_all import fix_all
from breadknife.lsp.features.more_actions import more
from breadknife.lsp.handed_out import HandedOut
from breadknife.lsp.progress import progress
from breadknife.lsp.server import COMMAND, FIX_ALL, BreadknifeServer
from breadknife.task.values import Action, ActionRequest, Finding
from breadknife.text.document import Document

UNTOLD_SECONDS = 0.4
"""For which nobody wonders whether a choice was seen; a checker may take longer to agree."""
LOADING_SECONDS = 0.25
"""A menu that has entries waits so long for plugins that still load. The next menu has theirs, too."""


def register(server: BreadknifeServer, diagnostics: Diagnostics, handed_out: HandedOut) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_CODE_ACTION)
    async def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        encoding = server.documents.encoding
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return []
        found: list[lsp.CodeAction] = []
        until = asyncio.get_running_loop().time() + MENU_SECONDS
        if not params.context.only or any(_is_of_plugins(kind) for kind in params.context.only):
            shown = tuple(from_diagnostic(document, each, encoding) for each in params.context.diagnostics)
            span = to_span(document, params.range, encoding)
            kind = params.context.trigger_kind
            invoked = kind is not lsp.CodeActionTriggerKind.Automatic  # many clients do not say
            reply = await server.ask(ActionRequest(document, span, shown, invoked), patience=LOADING_SECONDS)
            actions = [(plugin, action) for plugin, action in reply.actions if _wants(params.context.only, action.kind)]
            unlisted = [action for _, action in actions if not action.listed]
            # A single one takes no more room than the entry that opens the second menu.
            is_one = len(unlisted) == 1 and bool(unlisted[0].edits)
            has_more = server.client.second_menu and bool(unlisted) and not is_one
            if has_more:
                actions = [(plugin, action) for plugin, action in actions if action.listed]
            if not server.client.resolves_edits:
                actions = await made(
                    server,
                    handed_out,
                    document,
                    actions,
                    until,
                    is_automatic=kind is lsp.CodeActionTriggerKind.Automatic,
                )
            for plugin, action in actions:
                found.append(_to_code_action(server, document, plugin, action, params.context.diagnostics))
            if has_more:
                found.append(more(document, span, shown, [action.title for _, action in actions]))
        if params.context.only and _wants(params.context.only, FIX_ALL):
            async with progress(server, "making every safe fix", after=UNTOLD_SECONDS):
                fixed = await fix_all(server, diagnostics, document)
            if fixed.count:
                title = f"Apply {fixed.count} safe fix{'es' if fixed.count > 1 else ''} (breadknife)"
                edit = edit_of(server, document, Action("", edits=tuple(fixed.edits)))
                found.append(lsp.CodeAction(title, kind=FIX_ALL, edit=edit))
        return found

    @server.handles(lsp.CODE_ACTION_RESOLVE)
    async def resolve(item: lsp.CodeAction) -> lsp.CodeAction:
        try:
            ticket = msgspec.convert(item.data, Ticket)
        except msgspec.ValidationError:  # not ours, or complete already: clients resolve those too
            return item
        document = server.documents.get(ticket.uri)
        if document is None or document.version != ticket.version:
            raise ContentModified()
        async with progress(server, f"checking “{ticket.title}”", after=UNTOLD_SECONDS) as bar:
            item.edit = await resolved_edit(server, handed_out, document, ticket.plugin, ticket.action, bar.tell)
        return item


def _to_code_action(
    server: BreadknifeServer, document: Document, plugin: str, action: Action, shown: list[lsp.Diagnostic] | Any
) -> lsp.CodeAction:
    encoding = server.documents.encoding
    item = lsp.CodeAction(action.title, kind=action.kind, is_preferred=action.preferred or None)
    item.diagnostics = [
        next((d for d in shown if _same(document, d, finding, encoding)), to_diagnostic(document, finding, encoding))
        for finding in action.findings
    ] or None
    if action.edits or action.elsewhere:
        item.edit = edit_of(server, document, action)
    elif action.command:
        item.command = to_command(COMMAND, plugin, document, action.command)
    elif action.preview and server.client.second_menu and not server.client.confirms_edits:
        item.command = choosing(Ticket.of(plugin, document, action))
    else:
        item.data = msgspec.to_builtins(Ticket.of(plugin, document, action))
    return item


def _same(document: Document, diagnostic: lsp.Diagnostic, finding: Finding, encoding: str) -> bool:
    known = from_diagnostic(document, diagnostic, encoding)
    return (known.span, known.source, known.message) == (finding.span, finding.source, finding.message)


def _is_of_plugins(kind: str) -> bool:
    """Whether plugins have actions of that kind."""
    return kind.split(".")[0] in (lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.Refactor)


def _wants(only: Any, kind: str) -> bool:
    """Kinds are a hierarchy: `source` asks for `source.fixAll.breadknife` too."""
    return not only or any(kind == each or kind.startswith(f"{each}.") for each in only)
