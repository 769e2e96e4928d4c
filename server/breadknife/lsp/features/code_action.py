"""`textDocument/codeAction` and `codeAction/resolve`: the menu opens at once, edits are made when one is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.host.receipts import Receipt
from breadknife.lsp.convert import from_diagnostic, to_command, to_diagnostic, to_span, to_workspace_edit
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.features.fix_all import fix_all
from breadknife.lsp.handed_out import HandedOut
from breadknife.lsp.progress import progress
from breadknife.lsp.server import COMMAND, FIX_ALL, BreadknifeServer
from breadknife.task.values import Action, ActionRequest, DocumentEdits, Finding, ResolveRequest
from breadknife.text.document import Document, Span

MENU_SECONDS = 8.0
"""In which the edits of a whole menu are made for a client that can't ask for one later; eglot waits 10 s."""
UNTOLD_SECONDS = 0.4
"""For which nobody wonders whether a choice was seen; a checker may take longer to agree."""


class _ContentModified(JsonRpcException):
    CODE = lsp.LSPErrorCodes.ContentModified.value
    MESSAGE = "a document has changed since the action was offered"


@dataclass(frozen=True)
class _Ticket:
    """What travels with an unresolved action to the editor and back."""

    plugin: str
    uri: str
    version: int | None
    title: str
    kind: str
    data: Mapping[str, str | int]
    within: Span | None = None
    findings: tuple[Finding, ...] = ()


def register(server: BreadknifeServer, diagnostics: Diagnostics, handed_out: HandedOut) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_CODE_ACTION)
    async def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        encoding = server.documents.encoding
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return []
        found: list[lsp.CodeAction] = []
        until = asyncio.get_running_loop().time() + MENU_SECONDS
        if _wants(params.context.only, lsp.CodeActionKind.QuickFix):
            shown = tuple(from_diagnostic(document, each, encoding) for each in params.context.diagnostics)
            span = to_span(document, params.range, encoding)
            kind = params.context.trigger_kind
            invoked = kind is lsp.CodeActionTriggerKind.Invoked
            reply = await server.ask(ActionRequest(document, span, shown, invoked))
            actions = reply.actions
            if not server.client.resolves_edits:
                actions = await _made(
                    server,
                    handed_out,
                    document,
                    actions,
                    until,
                    is_automatic=kind is lsp.CodeActionTriggerKind.Automatic,
                )
            for plugin, action in actions:
                found.append(_to_code_action(server, document, plugin, action, params.context.diagnostics))
        if params.context.only and _wants(params.context.only, FIX_ALL):
            async with progress(server, "making every safe fix", after=UNTOLD_SECONDS):
                fixed = await fix_all(server, diagnostics, document)
            if fixed.count:
                title = f"Apply {fixed.count} safe fix{'es' if fixed.count > 1 else ''} (breadknife)"
                edit = _edit(server, document, Action("", edits=tuple(fixed.edits)))
                found.append(lsp.CodeAction(title, kind=FIX_ALL, edit=edit))
        return found

    @server.handles(lsp.CODE_ACTION_RESOLVE)
    async def resolve(item: lsp.CodeAction) -> lsp.CodeAction:
        try:
            ticket = msgspec.convert(item.data, _Ticket)
        except msgspec.ValidationError:  # not ours, or complete already: clients resolve those too
            return item
        document = server.documents.get(ticket.uri)
        if document is None or document.version != ticket.version:
            raise _ContentModified()
        action = Action(ticket.title, ticket.kind, data=ticket.data, findings=ticket.findings, within=ticket.within)
        async with progress(server, f"checking “{ticket.title}”", after=UNTOLD_SECONDS):
            item.edit = await _resolved_edit(server, handed_out, document, ticket.plugin, action)
        return item


async def _resolved_edit(
    server: BreadknifeServer, handed_out: HandedOut, document: Document, plugin: str, action: Action
) -> lsp.WorkspaceEdit | None:
    resolved, receipts = await _resolved(server, document, plugin, action)
    if resolved is None:
        server.show(f"{_why(receipts)}: “{action.title}”")
        return None
    if resolved.checked:
        said = f"breadknife: {action.title}: {resolved.checked}"
        server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Info, said))
    if resolved.unchecked:
        server.show(f"{resolved.unchecked}, so made without a last check: “{action.title}”", lsp.MessageType.Warning)
    handed_out.hand_out(document, plugin, resolved)
    return _edit(server, document, resolved)


async def _resolved(
    server: BreadknifeServer, document: Document, plugin: str, action: Action
) -> tuple[Action | None, tuple[Receipt, ...]]:
    """The action with its edits; None where none was verified, and why."""
    reply = await server.ask(ResolveRequest(document, action), plugin=plugin)
    if not server.documents.is_current(document):
        raise _ContentModified()
    made = (resolved for _, resolved in reply.actions if resolved.edits or resolved.elsewhere)
    return next(made, None), reply.receipts


async def _made(
    server: BreadknifeServer,
    handed_out: HandedOut,
    document: Document,
    actions: Iterable[tuple[str, Action]],
    until: float,
    *,
    is_automatic: bool,
) -> list[tuple[str, Action]]:
    """A menu for a client that asks for no edit later: nobody has chosen any yet, so what each has passed, or hasn't,
    stands in its title alone."""
    made, late = list[tuple[str, Action]](), 0
    for plugin, action in actions:
        if action.edits or action.elsewhere or action.command:
            made.append((plugin, action))
            continue
        if late:  # the rest has even less time
            late += 1
            continue
        try:
            async with asyncio.timeout_at(until):
                resolved, _ = await _resolved(server, document, plugin, action)
        except TimeoutError:
            late += 1
            continue
        if resolved is not None:
            handed_out.hand_out(document, plugin, resolved)
            done = replace(action, title=resolved.title, checked=resolved.checked)
            made.append((plugin, replace(done, edits=resolved.edits, elsewhere=resolved.elsewhere)))
    if late and not is_automatic:
        server.show(f"{late} more of this menu could not be checked in time: open it again")
    return made


def _why(receipts: tuple[Receipt, ...]) -> str:
    return "; ".join(receipt.sentence for receipt in receipts if receipt.sentence) or "no verified edit was found"


def _to_code_action(
    server: BreadknifeServer, document: Document, plugin: str, action: Action, shown: list[lsp.Diagnostic] | Any
) -> lsp.CodeAction:
    encoding = server.documents.encoding
    title = " · ".join(part for part in (action.title, action.checked) if part)
    item = lsp.CodeAction(title, kind=action.kind, is_preferred=action.preferred or None)
    item.diagnostics = [
        next((d for d in shown if _same(document, d, finding, encoding)), to_diagnostic(document, finding, encoding))
        for finding in action.findings
    ] or None
    if action.edits or action.elsewhere:
        item.edit = _edit(server, document, action)
    elif action.command:
        item.command = to_command(COMMAND, plugin, document, action.command)
    else:
        ticket = _Ticket(
            plugin,
            document.uri,
            document.version,
            action.title,
            action.kind,
            action.data,
            action.within,
            tuple(replace(finding, fixes=(), related=()) for finding in action.findings),
        )
        item.data = msgspec.to_builtins(ticket)
    return item


def _edit(server: BreadknifeServer, document: Document, action: Action) -> lsp.WorkspaceEdit:
    """Raises _ContentModified when another document that it changes has changed meanwhile."""
    changes = [DocumentEdits(document, action.edits)]
    for each in action.elsewhere:
        shown = server.documents.at(each.document.path) if each.document.path else None
        if shown is not None and shown.text != each.document.text:
            raise _ContentModified()
        changes.append(DocumentEdits(shown or each.document, each.edits))
    return to_workspace_edit(changes, server.documents.encoding, versioned=server.client.versioned_edits)


def _same(document: Document, diagnostic: lsp.Diagnostic, finding: Finding, encoding: str) -> bool:
    span: Span = to_span(document, diagnostic.range, encoding)
    return span == finding.span and diagnostic.source == finding.source and diagnostic.message == finding.message


def _wants(only: Any, kind: str) -> bool:
    """Kinds are a hierarchy: `source` asks for `source.fixAll.breadknife` too."""
    return not only or any(kind == each or kind.startswith(f"{each}.") for each in only)
