"""Edits that were handed to the editor: once a document has become what one makes of it, its plugin is told.

What it then still looks for (`Action.incomplete`) goes on until the document changes again or is closed.

It is told once more where the document becomes what it was again: an edit that was undone is no choice.

LSP has a command beside an edit for that. But eglot carries out an action's command and asks for no edit then, and
Helix 25.01 takes no command from what it asks for later.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace

from breadknife.lsp.progress import progress
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import Action, CommandRequest
from breadknife.text.document import Document

MOST = 20
"""Editors ask for edits that they only preview, and a text that never comes isn't awaited for ever."""
UNDONE_WITHIN = 20
"""Changes of a document. Who goes back further than that undoes other things, too."""


@dataclass(frozen=True)
class _HandedOutEdit:
    before: tuple[Document, ...]
    after: tuple[Document, ...]
    plugin: str
    applied: CommandRequest
    """Told to the plugin once the edit is made."""
    undone: CommandRequest | None
    is_incomplete: bool


@dataclass
class _AppliedEdit:
    edit: _HandedOutEdit
    telling: asyncio.Task[None]
    changes: int = 0
    """Since then, of any of its documents."""


class EditTracker:
    """From the event loop's thread."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._handed_out = deque[_HandedOutEdit](maxlen=MOST)
        self._applied = deque[_AppliedEdit](maxlen=MOST)
        self._completing: dict[str, asyncio.Task[None]] = {}
        """By document's URI, what looks for the rest of what was asked."""
        self._one_at_a_time = asyncio.Lock()
        """The model reads no faster for several, and menus need threads, too."""
        server.on_change.append(self._changed)
        server.on_close.append(self._stop)

    def hand_out(self, plugin: str, document: Document, action: Action) -> None:
        """Note that `action` is about to be sent, with edits and the command that its plugin waits for, if any."""
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
        for applied in tuple(self._applied):
            edit = applied.edit
            if not any(_is_same(document, before) for before in edit.before):
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
        request = replace(edit.applied, document=document)
        async with self._one_at_a_time, progress(self._server, request.command.title) as bar:
            reply = await self._server.ask(request, plugin=edit.plugin, progress=bar.tell)
            bar.ended = reply.message or None

    async def _tell(self, plugin: str, request: CommandRequest, after: asyncio.Task[None] | None = None) -> None:
        if after is not None:
            await asyncio.wait([after])
        await self._server.ask(request, plugin=plugin)


def _is_one_of(document: Document, texts: tuple[Document, ...]) -> bool:
    return any(_is_same(document, text) and document.text == text.text for text in texts)


def _is_same(document: Document, other: Document) -> bool:
    return document.uri == other.uri or (document.path is not None and document.path == other.path)
