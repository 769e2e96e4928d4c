"""Actions and their edits: asked of the plugin that offered them, and turned into what an editor applies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.host.receipts import Receipt
from breadknife.host.telling import Tell
from breadknife.lsp.convert import to_previewed_edit, to_workspace_edit
from breadknife.lsp.handed_out import HandedOut
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import Action, DocumentEdits, Finding, ResolveRequest
from breadknife.text.document import Document, Span

MENU_CHANGED = "the document has changed since the menu was shown; open the menu again"
MENU_SECONDS = 8.0
"""In which the edits of a whole menu are made, for a client that can't ask for one later; eglot waits 10 s."""


@dataclass(frozen=True)
class Ticket:
    """What travels with an unresolved action to the editor and back."""

    plugin: str
    uri: str
    version: int | None
    title: str
    kind: str
    data: Mapping[str, str | int]
    within: Span | None = None
    findings: tuple[Finding, ...] = ()
    explanation: str = ""
    preview: bool = False

    @classmethod
    def of(cls, plugin: str, document: Document, action: Action) -> Ticket:
        return cls(
            plugin,
            document.uri,
            document.version,
            action.title,
            action.kind,
            action.data,
            action.within,
            tuple(replace(finding, fixes=(), related=()) for finding in action.findings),
            action.explanation,
            action.preview,
        )

    @property
    def action(self) -> Action:
        """The action as it was offered."""
        return Action(
            self.title, self.kind, data=self.data, findings=self.findings, within=self.within,
            explanation=self.explanation, preview=self.preview,
        )  # fmt: skip


class ContentModified(JsonRpcException):
    CODE = lsp.LSPErrorCodes.ContentModified.value
    MESSAGE = "a document has changed since the action was offered"


async def resolved_edit(
    server: BreadknifeServer,
    handed_out: HandedOut,
    document: Document,
    plugin: str,
    action: Action,
    progress: Tell | None = None,
) -> lsp.WorkspaceEdit | None:
    """Return the edit of an action that was chosen; None if it can't be made, and the user is told why."""
    resolved = await resolved_action(server, handed_out, document, plugin, action, progress)
    return edit_of(server, document, resolved) if resolved is not None else None


async def resolved_action(
    server: BreadknifeServer,
    handed_out: HandedOut,
    document: Document,
    plugin: str,
    action: Action,
    progress: Tell | None = None,
) -> Action | None:
    """Return an action that was chosen, with its edits; None if they can't be made, and the user is told why."""
    resolved, receipts = await _resolved(server, document, plugin, action, progress)
    if resolved is None:
        told = [receipt for receipt in receipts if receipt.sentence]
        for receipt in told:
            server.show_reason(action.title, receipt)
        if not told:
            server.show(f"“{action.title}”: no verified edit was found")
        return None
    tell_of(server, resolved)
    handed_out.hand_out(document, plugin, resolved)
    return resolved


def tell_of(server: BreadknifeServer, action: Action) -> None:
    """What an edit that was chosen has passed, and what follows from it: in the log. That nothing has looked at it is
    shown."""
    told = "; ".join(part for part in (action.explanation, action.checked) if part)
    if told:
        server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Info, f"breadknife: {action.title}: {told}"))
    if action.unchecked:
        server.show(f"{action.unchecked}, so made without a last check: “{action.title}”", lsp.MessageType.Warning)


async def _resolved(
    server: BreadknifeServer, document: Document, plugin: str, action: Action, progress: Tell | None = None
) -> tuple[Action | None, tuple[Receipt, ...]]:
    """The action with its edits; None where none was verified, and why."""
    reply = await server.ask(ResolveRequest(document, action), plugin=plugin, progress=progress)
    if not server.documents.is_current(document):
        raise ContentModified()
    found = (resolved for _, resolved in reply.actions if resolved.edits or resolved.elsewhere)
    return next(found, None), reply.receipts


async def made(
    server: BreadknifeServer,
    handed_out: HandedOut,
    document: Document,
    actions: Iterable[tuple[str, Action]],
    until: float,
    *,
    is_automatic: bool,
) -> list[tuple[str, Action]]:
    """Return the actions with their edits, as far as those could be made and checked in time."""
    ready, late = list[tuple[str, Action]](), 0
    for plugin, action in actions:
        if action.edits or action.elsewhere or action.command:
            ready.append((plugin, action))
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
            ready.append((plugin, replace(resolved, command=None, explanation=action.explanation)))
    if late and not is_automatic:
        server.show(f"{late} more of this menu could not be checked in time: open it again")
    return ready


def edit_of(server: BreadknifeServer, document: Document, action: Action) -> lsp.WorkspaceEdit:
    """Raises ContentModified when another document that it changes has changed meanwhile."""
    if action.preview and len(action.edits) > 1 and server.client.confirms_edits and not action.elsewhere:
        return to_previewed_edit(document, action.edits, action.title, server.documents.encoding)
    changes = [DocumentEdits(document, action.edits)]
    for each in action.elsewhere:
        shown = server.documents.at(each.document.path) if each.document.path else None
        if shown is not None and shown.text != each.document.text:
            raise ContentModified()
        changes.append(DocumentEdits(shown or each.document, each.edits))
    return to_workspace_edit(changes, server.documents.encoding, versioned=server.client.versioned_edits)
