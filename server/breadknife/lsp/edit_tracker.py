"""Follows the edits that were handed to the editor: its plugin is told when the user has made one, or undone it.

An edit was made when a document has become what the edit makes of it, and undone when the document becomes again what
it was. A plugin that then still looks for more (`Action.incomplete`) goes on until the document changes again or is
closed.

LSP has a command beside an edit for that. But eglot carries out an action's command instead of its edits, and Helix
25.01 ignores the command of an action whose edits it asks for later.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace

from breadknife.lsp.progress import progress
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import Action, CommandRequest
from breadknife.text.document import Document

MOST_EDITS = 20
"""Edits that are remembered. Editors ask for edits that they only preview, so some are never made."""
UNDONE_WITHIN = 20
"""Changes of a document after which going back to the text before the edit undoes other things, too."""


@dataclass(frozen=True)
class _HandedOutEdit:
    before: tuple[Document, ...]
    """The documents that it changes, as they were."""
    after: tuple[Document, ...]
    """The same documents as they will be."""
    plugin: str
    applied: CommandRequest
    """Told to the plugin once the edit is made."""
    undone: CommandRequest | None
    """Told to the plugin once the edit is undone."""
    is_incomplete: bool
    """`applied` looks for more edits, which takes a while."""


@dataclass
class _AppliedEdit:
    edit: _HandedOutEdit
    telling: asyncio.Task[None]
    """Tells the plugin that the edit was made."""
    changes: int = 0
    """How often any of its documents has changed since then."""


class EditTracker:
    """Tells plugins of their edits that were made or undone. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._handed_out = deque[_HandedOutEdit](maxlen=MOST_EDITS)
        self._applied = deque[_AppliedEdit](maxlen=MOST_EDITS)
        self._completing: dict[str, asyncio.Task[None]] = {}
        """By document's URI, the task that looks for the rest of an incomplete action."""
        self._one_at_a_time = asyncio.Lock()
        """Held by the task of `_completing` that runs: the model reads no faster for several, and menus need threads,
        too."""
        server.on_change.append(self._changed)
        server.on_close.append(self._stop)

    def hand_out(self, plugin: str, document: Document, action: Action) -> None:
        """Note that `action`, with its edits, is about to be sent. Without a command its plugin needn't be told."""
        if action.command is None:
            return
        root = self._server.root_of(document.uri)
        changes = [(document, action.edits), *((change.document, change.edits) for change in action.elsewhere)]
        self._handed_out.append(
            _HandedOutEdit(
                tuple(before for before, edits in changes if edits),
                tuple(before.edited(edits) for before, edits in changes if edits),
                plugin,
                CommandRequest(action.command, root),
                CommandRequest(action.undone, root) if action.undone else None,
                action.incomplete,
            )
        )

    def _changed(self, uri: str) -> None:
        self._stop(uri)
        document = self._server.documents.get(uri)
        if document is None:
            return
        self._look_for_undone(document)
        edit = next((edit for edit in self._handed_out if _is_one_of(document, edit.after)), None)
        if edit is not None:
            self._handed_out.remove(edit)
            work = self._complete(edit, document) if edit.is_incomplete else self._tell(edit.plugin, edit.applied)
            telling = self._server.spawn(work)
            self._applied.append(_AppliedEdit(edit, telling))
            if edit.is_incomplete:
                self._completing[uri] = telling

    def _stop(self, uri: str) -> None:
        if task := self._completing.pop(uri, None):
            task.cancel()

    def _look_for_undone(self, document: Document) -> None:
        """Tell the plugins whose edit of this document was undone with its newest change."""
        for applied in tuple(self._applied):
            edit = applied.edit
            if not any(_is_same_file(document, before) for before in edit.before):
                continue
            applied.changes += 1
            is_undone = _is_one_of(document, edit.before)
            if is_undone or applied.changes >= UNDONE_WITHIN:
                self._applied.remove(applied)
            if is_undone:
                self._handed_out.append(edit)  # it may be made once more
                if edit.undone:
                    self._server.spawn(self._tell(edit.plugin, edit.undone, after=applied.telling))

    async def _complete(self, edit: _HandedOutEdit, document: Document) -> None:
        """Have the plugin look for the rest of what was asked in `document`, with the client's progress bar."""
        request = replace(edit.applied, document=document)
        async with self._one_at_a_time, progress(self._server, request.command.title) as bar:
            reply = await self._server.ask(request, plugin=edit.plugin, progress=bar.tell)
            bar.last_message = reply.message or None

    async def _tell(self, plugin: str, request: CommandRequest, after: asyncio.Task[None] | None = None) -> None:
        """Have the plugin carry out a command, once `after` is over."""
        if after is not None:
            await asyncio.wait([after])
        await self._server.ask(request, plugin=plugin)


def _is_one_of(document: Document, candidates: tuple[Document, ...]) -> bool:
    """Tell whether the document is one of the candidates, with the same text."""
    return any(_is_same_file(document, candidate) and document.text == candidate.text for candidate in candidates)


def _is_same_file(document: Document, other: Document) -> bool:
    return document.uri == other.uri or (document.path is not None and document.path == other.path)
