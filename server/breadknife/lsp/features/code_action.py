"""`textDocument/codeAction` and `codeAction/resolve`: the menu opens at once, edits are made when one is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from lsprotocol import types as lsp

from breadknife.lsp.actions import MENU_SECONDS, ActionResolver, ContentModified, OfferedAction, Ticket
from breadknife.lsp.convert import from_diagnostic, to_command, to_diagnostic, to_span
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.features.fix_all import fix_all
from breadknife.lsp.features.second_menu import to_choose, to_more
from breadknife.lsp.progress import progress
from breadknife.lsp.server import FIX_ALL, PLUGIN_COMMAND, BreadknifeServer
from breadknife.task.values import Action, ActionRequest, Finding
from breadknife.text.document import Document

PROGRESS_AFTER_SECONDS = 0.4
"""A choice that takes longer than that shows progress: another checker may have to look at its edits."""
LOADING_SECONDS = 0.25
"""The longest that a menu that has entries waits for plugins that still load. The next menu has theirs, too."""


def register(server: BreadknifeServer, diagnostics: Diagnostics, resolver: ActionResolver) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_CODE_ACTION)
    async def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        document, only = server.documents.get(params.text_document.uri), params.context.only
        if document is None:
            return []
        items: list[lsp.CodeAction] = []
        if not only or any(_is_of_plugins(kind) for kind in only):
            items += await _menu(server, resolver, document, params)
        if only and _wants(only, FIX_ALL):
            async with progress(server, "making every safe fix", after=PROGRESS_AFTER_SECONDS):
                fixed = await fix_all(server, diagnostics, document)
            if fixed.count:
                title = f"Apply {fixed.count} safe {'fixes' if fixed.count > 1 else 'fix'} (breadknife)"
                edit = resolver.to_edit(document, Action("", edits=tuple(fixed.edits)))
                items.append(lsp.CodeAction(title, kind=FIX_ALL, edit=edit))
        return items

    @server.handles(lsp.CODE_ACTION_RESOLVE)
    async def resolve(item: lsp.CodeAction) -> lsp.CodeAction:
        try:
            ticket = msgspec.convert(item.data, Ticket)
        except msgspec.ValidationError:  # not ours, or complete already: clients resolve those too
            return item
        document = server.documents.get(ticket.uri)
        if document is None or document.version != ticket.version:
            raise ContentModified()
        async with progress(server, f"checking “{ticket.title}”", after=PROGRESS_AFTER_SECONDS) as bar:
            action = await resolver.resolve(ticket.offered(document), bar.tell)
        item.edit = resolver.to_edit(document, action) if action is not None else None
        return item


async def _menu(
    server: BreadknifeServer, resolver: ActionResolver, document: Document, params: lsp.CodeActionParams
) -> list[lsp.CodeAction]:
    """Return the plugins' entries, and the one that opens the second menu if there are more."""
    encoding, context = server.documents.encoding, params.context
    until = asyncio.get_running_loop().time() + MENU_SECONDS
    shown_findings = tuple(from_diagnostic(document, diagnostic, encoding) for diagnostic in context.diagnostics)
    span = to_span(document, params.range, encoding)
    is_automatic = context.trigger_kind is lsp.CodeActionTriggerKind.Automatic  # many clients do not say
    request = ActionRequest(document, span, shown_findings, invoked=not is_automatic)
    reply = await server.ask(request, patience=LOADING_SECONDS)
    offers = [
        OfferedAction(plugin, document, action)
        for plugin, action in reply.actions
        if _wants(context.only, action.kind) and not (action.disabled and is_automatic)
    ]
    unlisted = [offered.action for offered in offers if not offered.action.listed]
    # A single one takes no more room than the entry that opens the second menu.
    is_single_edit = len(unlisted) == 1 and bool(unlisted[0].edits)
    has_more = server.client.second_menu and bool(unlisted) and not is_single_edit
    if has_more:
        offers = [offered for offered in offers if offered.action.listed]
    if not server.client.resolves_edits:
        offers = await resolver.resolve_all(offers, until, is_automatic=is_automatic)
    items = [_to_code_action(server, resolver, offered, context.diagnostics) for offered in offers]
    if has_more:
        items.append(to_more(document, span, shown_findings, [offered.action.title for offered in offers]))
    return items


def _to_code_action(
    server: BreadknifeServer, resolver: ActionResolver, offered: OfferedAction, shown: Sequence[lsp.Diagnostic]
) -> lsp.CodeAction:
    """Convert an offer. A finding that it repairs goes as the editor's own diagnostic, if it is among those `shown`."""
    document, action, encoding = offered.document, offered.action, server.documents.encoding
    item = lsp.CodeAction(action.title, kind=action.kind, is_preferred=action.preferred or None)
    item.diagnostics = [
        next(
            (diagnostic for diagnostic in shown if _is_about(document, diagnostic, finding, encoding)),
            to_diagnostic(document, finding, encoding),
        )
        for finding in action.findings
    ] or None
    if action.disabled and server.client.shows_disabled:
        item.disabled = lsp.CodeActionDisabled(action.disabled)
    elif offered.has_edits:
        item.edit = resolver.to_edit(document, action)
    elif action.command:
        item.command = to_command(PLUGIN_COMMAND, offered.plugin, document, action.command)
    elif action.preview and server.client.second_menu and not server.client.confirms_edits:
        item.command = to_choose(Ticket.of(offered))
    else:
        item.data = msgspec.to_builtins(Ticket.of(offered))
    return item


def _is_about(document: Document, diagnostic: lsp.Diagnostic, finding: Finding, encoding: str) -> bool:
    """Tell whether a diagnostic of the editor's is that finding."""
    shown = from_diagnostic(document, diagnostic, encoding)
    return (shown.span, shown.source, shown.message) == (finding.span, finding.source, finding.message)


def _is_of_plugins(kind: str) -> bool:
    """Tell whether plugins have actions of that kind."""
    return kind.split(".")[0] in (lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.Refactor)


def _wants(only: Any, kind: str) -> bool:
    """Tell whether a client that asks for `only` these kinds, or without them for any, asks for `kind`.

    Kinds are a hierarchy: who asks for `source` asks for `source.fixAll.breadknife`, too.
    """
    return not only or any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in only)
