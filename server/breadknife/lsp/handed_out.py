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
class _HandedOut:
    before: tuple[Document, ...]
    after: tuple[Document, ...]
    plugin: str
    made: CommandRequest
    undone: CommandRequest | None
    is_incomplete: bool


@dataclass
class _Made:
    handed_out: _HandedOut
    told: asyncio.Task[None]
    changes: int = 0
    """Since then, of any of its documents."""


class HandedOut:
    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._awaited = deque[_HandedOut](maxlen=MOST)
        self._made = deque[_Made](maxlen=MOST)
        self._going_on: dict[str, asyncio.Task[None]] = {}
        """By document, who looks for the rest of what was asked."""
        self._one = asyncio.Lock()
        """They look one after another: the model reads no faster for several, and menus need threads, too."""
        server.on_change.append(self._changed)
        server.on_close.append(self._stop)

    def hand_out(self, document: Document, plugin: str, action: Action) -> None:
        """`action` is about to be sent, with edits and the command that its plugin waits for; without one, nobody."""
        if action.command is None:
            return
        root = self._server.root_of(document.uri)
        changes = [(document, action.edits), *((each.document, each.edits) for each in action.elsewhere)]
        self._awaited.append(
            _HandedOut(
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
        made = next((each for each in self._awaited if _is_one_of(document, each.after)), None)
        if made is not None:
            self._awaited.remove(made)
            work = self._go_on(made, document) if made.is_incomplete else self._tell(made.plugin, made.made)
            told = self._server.spawn(work)
            self._made.append(_Made(made, told))
            if made.is_incomplete:
                self._going_on[uri] = told

    def _stop(self, uri: str) -> None:
        if task := self._going_on.pop(uri, None):
            task.cancel()

    def _look_for_undone(self, document: Document) -> None:
        for each in tuple(self._made):
            made = each.handed_out
            if not any(_is_same(document, before) for before in made.before):
                continue
            each.changes += 1
            is_undone = _is_one_of(document, made.before)
            if is_undone or each.changes >= UNDONE_WITHIN:
                self._made.remove(each)
            if is_undone:
                self._awaited.append(made)  # it may be made once more
                if made.undone:
                    self._server.spawn(self._tell(made.plugin, made.undone, after=each.told))

    async def _go_on(self, made: _HandedOut, document: Document) -> None:
        request = replace(made.made, document=document)
        async with self._one, progress(self._server, request.command.title) as bar:
            reply = await self._server.ask(request, plugin=made.plugin, progress=bar.tell)
            bar.ended = reply.message or None

    async def _tell(self, plugin: str, request: CommandRequest, after: asyncio.Task[None] | None = None) -> None:
        if after is not None:
            await asyncio.wait([after])
        await self._server.ask(request, plugin=plugin)


def _is_one_of(document: Document, texts: tuple[Document, ...]) -> bool:
    return any(_is_same(document, each) and document.text == each.text for each in texts)


def _is_same(document: Document, other: Document) -> bool:
    return document.uri == other.uri or (document.path is not None and document.path == other.path)
