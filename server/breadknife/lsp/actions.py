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
    """What travels with an action that has no edits yet to the editor and back: enough to offer it once more."""

    plugin: str
    uri: str
    version: int | None
    """The document's, when the action was offered."""
    title: str
    kind: str
    data: Mapping[str, str | int]
    """The plugin's own."""
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
    """Tells the client that its menu is out of date; editors then say so, or open it again."""

    CODE = lsp.LSPErrorCodes.ContentModified.value
    MESSAGE = "a document has changed since the action was offered"


class ActionResolver:
    """Has plugins make the edits of their actions. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer, tracker: EditTracker) -> None:
        self._server = server
        self._tracker = tracker

    async def resolve(self, offered: OfferedAction, progress: ProgressListener | None = None) -> Action | None:
        """Return an action that was chosen, with its edits; None if they can't be made, and the user is told why.

        `progress` is told what the plugin does meanwhile. Raises ContentModified if the document has changed by then.
        """
        server, title = self._server, offered.action.title
        resolved, receipts = await self._ask(offered, progress)
        if resolved is not None:
            self.report_choice(resolved)
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
        """Return the actions with their edits, as far as those could be made and checked in time.

        `until` is a time of the event loop's clock, in seconds. `is_automatic`: the editor opens the menu unasked, so
        the user isn't told of actions that are missing. Raises ContentModified if the document has changed by then.
        """
        ready, late_count = list[OfferedAction](), 0
        for offered in offers:
            if offered.has_edits or offered.action.command:
                ready.append(offered)
                continue
            if late_count:  # the rest has even less time
                late_count += 1
                continue
            try:
                async with asyncio.timeout_at(until):
                    resolved, _ = await self._ask(offered)
            except TimeoutError:
                late_count += 1
                continue
            if resolved is not None:
                self._tracker.hand_out(offered.plugin, offered.document, resolved)
                # The tracker has the command: an entry that has one would be a command instead of its edits. The
                # explanation may say what goes on once the action was chosen, and it isn't chosen yet.
                action = replace(resolved, command=None, explanation=offered.action.explanation)
                ready.append(replace(offered, action=action))
        if late_count and not is_automatic:
            self._server.show(f"{late_count} more of this menu could not be checked in time: open it again")
        return ready

    def report_choice(self, action: Action) -> None:
        """Log what explains an action that was chosen and what its edits have passed; warn the user of edits that no
        checker has looked at."""
        server = self._server
        message = "; ".join(part for part in (action.explanation, action.checked) if part)
        if message:
            params = lsp.LogMessageParams(lsp.MessageType.Info, f"breadknife: {action.title}: {message}")
            server.window_log_message(params)
        if action.unchecked:
            warning = f"{action.unchecked}, so made without a last check: “{action.title}”"
            server.show(warning, lsp.MessageType.Warning)

    def to_edit(self, document: Document, action: Action) -> lsp.WorkspaceEdit:
        """Convert an action's edits, of `document` and elsewhere, into what the client applies.

        Raises ContentModified if another document that the action changes has changed meanwhile.
        """
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
        """Have the client make an action's edits.

        Raises ContentModified as `to_edit` does, and JsonRpcException if the client fails.
        """
        edit = self.to_edit(document, action)
        await self._server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, action.title))

    async def _ask(
        self, offered: OfferedAction, progress: ProgressListener | None = None
    ) -> tuple[Action | None, tuple[Receipt, ...]]:
        """Return the action with its edits, or None if none was verified, and the receipts that say why.

        Raises ContentModified if the document has changed meanwhile.
        """
        request = ResolveRequest(offered.document, offered.action)
        reply = await self._server.ask(request, plugin=offered.plugin, progress=progress)
        if not self._server.documents.is_current(offered.document):
            raise ContentModified()
        resolved = (action for _, action in reply.actions if action.edits or action.elsewhere)
        return next(resolved, None), reply.receipts


def without_fixes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings as they travel to the editor and back: without their fixes and related places."""
    return tuple(replace(finding, fixes=(), related=()) for finding in findings)
