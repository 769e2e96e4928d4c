"""Actions and their edits: asked of the plugin that offered them, and turned into what an editor applies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.host.progress import ProgressListener
from breadknife.host.receipts import Receipt
from breadknife.lsp.convert import to_previewed_edit, to_workspace_edit
from breadknife.lsp.edit_tracker import EditTracker
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import Action, DocumentEdits, Finding, ResolveRequest
from breadknife.text.document import Document, Span

MENU_SECONDS = 8.0
"""In which the edits of a whole menu are made, for a client that can't ask for one later; eglot waits 10 s."""


@dataclass(frozen=True)
class OfferedAction:
    """An action of a plugin, and the text that it was offered for."""

    plugin: str
    document: Document
    action: Action

    @property
    def has_edits(self) -> bool:
        return bool(self.action.edits or self.action.elsewhere)


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
    def of(cls, offered: OfferedAction) -> Ticket:
        document, action, findings = offered.document, offered.action, without_fixes(offered.action.findings)
        return cls(
            offered.plugin, document.uri, document.version, action.title, action.kind, action.data, action.within,
            findings, action.explanation, action.preview,
        )  # fmt: skip

    def offered(self, document: Document) -> OfferedAction:
        """Return the action as it was offered."""
        action = Action(
            self.title, self.kind, data=self.data, findings=self.findings, within=self.within,
            explanation=self.explanation, preview=self.preview,
        )  # fmt: skip
        return OfferedAction(self.plugin, document, action)


class ContentModified(JsonRpcException):
    CODE = lsp.LSPErrorCodes.ContentModified.value
    MESSAGE = "a document has changed since the action was offered"


class ActionResolver:
    """Has plugins make the edits of their actions. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer, tracker: EditTracker) -> None:
        self._server = server
        self._tracker = tracker

    async def resolve(self, offered: OfferedAction, progress: ProgressListener | None = None) -> Action | None:
        """Return an action that was chosen, with its edits; None if they can't be made, and the user is told why."""
        server, title = self._server, offered.action.title
        resolved, receipts = await self._ask(offered, progress)
        if resolved is not None:
            self.log_choice(resolved)
            self._tracker.hand_out(offered.plugin, offered.document, resolved)
            return resolved
        reasons = [receipt for receipt in receipts if receipt.sentence]
        for receipt in reasons:
            server.show_reason(title, receipt)
        if not reasons:
            server.show(f"“{title}”: no verified edit was found")
        return None

    async def resolve_all(
        self, offers: Iterable[OfferedAction], until: float, *, is_automatic: bool
    ) -> list[OfferedAction]:
        """Return the actions with their edits, as far as those could be made and checked in time."""
        ready, late = list[OfferedAction](), 0
        for offered in offers:
            if offered.has_edits or offered.action.command:
                ready.append(offered)
                continue
            if late:  # the rest has even less time
                late += 1
                continue
            try:
                async with asyncio.timeout_at(until):
                    resolved, _ = await self._ask(offered)
            except TimeoutError:
                late += 1
                continue
            if resolved is not None:
                self._tracker.hand_out(offered.plugin, offered.document, resolved)
                action = replace(resolved, command=None, explanation=offered.action.explanation)
                ready.append(replace(offered, action=action))
        if late and not is_automatic:
            self._server.show(f"{late} more of this menu could not be checked in time: open it again")
        return ready

    def log_choice(self, action: Action) -> None:
        """Log what an edit that was chosen has passed, and what follows from it. That nothing has looked at it is
        shown."""
        server = self._server
        message = "; ".join(part for part in (action.explanation, action.checked) if part)
        if message:
            params = lsp.LogMessageParams(lsp.MessageType.Info, f"breadknife: {action.title}: {message}")
            server.window_log_message(params)
        if action.unchecked:
            warning = f"{action.unchecked}, so made without a last check: “{action.title}”"
            server.show(warning, lsp.MessageType.Warning)

    def to_edit(self, document: Document, action: Action) -> lsp.WorkspaceEdit:
        """Convert an action's edits. Raises ContentModified if another document that it changes has changed
        meanwhile."""
        documents, client = self._server.documents, self._server.client
        if action.preview and len(action.edits) > 1 and client.confirms_edits and not action.elsewhere:
            return to_previewed_edit(document, action.edits, action.title, documents.encoding)
        changes = [DocumentEdits(document, action.edits)]
        for change in action.elsewhere:
            shown = documents.at(change.document.path) if change.document.path else None
            if shown is not None and shown.text != change.document.text:
                raise ContentModified()
            changes.append(DocumentEdits(shown or change.document, change.edits))
        return to_workspace_edit(changes, documents.encoding, versioned=client.versioned_edits)

    async def apply(self, document: Document, action: Action) -> None:
        """Have the client make an action's edits. Raises JsonRpcException."""
        edit = self.to_edit(document, action)
        await self._server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, action.title))

    async def _ask(
        self, offered: OfferedAction, progress: ProgressListener | None = None
    ) -> tuple[Action | None, tuple[Receipt, ...]]:
        """The action with its edits; None if none was verified, and why. Raises ContentModified."""
        request = ResolveRequest(offered.document, offered.action)
        reply = await self._server.ask(request, plugin=offered.plugin, progress=progress)
        if not self._server.documents.is_current(offered.document):
            raise ContentModified()
        resolved = (action for _, action in reply.actions if action.edits or action.elsewhere)
        return next(resolved, None), reply.receipts


def without_fixes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings as they travel to the editor and back: without their fixes and related places."""
    return tuple(replace(finding, fixes=(), related=()) for finding in findings)
