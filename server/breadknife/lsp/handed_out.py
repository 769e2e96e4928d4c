"""Edits that were handed to the editor: once a document has become what one makes of it, its plugin is told.

LSP has a command beside an edit for that. But eglot carries out an action's command and asks for no edit then, and
Helix 25.01 takes no command from what it asks for later.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import Action, CommandRequest
from breadknife.text.document import Document

MOST = 20
"""Editors ask for edits that they only preview, and a text that never comes isn't awaited for ever."""


@dataclass(frozen=True)
class _Awaited:
    after: Document
    plugin: str
    request: CommandRequest

    def is_made_in(self, document: Document) -> bool:
        same = document.uri == self.after.uri or (document.path is not None and document.path == self.after.path)
        return same and document.text == self.after.text


class HandedOut:
    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._awaited: deque[_Awaited] = deque(maxlen=MOST)
        server.on_change.append(self._changed)

    def hand_out(self, document: Document, plugin: str, action: Action) -> None:
        """`action` is about to be sent, with edits and the command that its plugin waits for; without one, nobody."""
        if action.command is None:
            return
        request = CommandRequest(action.command, self._server.root_of(document.uri))
        for before, edits in ((document, action.edits), *((each.document, each.edits) for each in action.elsewhere)):
            if edits:
                self._awaited.append(_Awaited(before.edited(edits), plugin, request))

    def _changed(self, uri: str) -> None:
        document = self._server.documents.get(uri)
        made = next((each for each in self._awaited if document and each.is_made_in(document)), None)
        if made is not None:
            self._awaited = deque((each for each in self._awaited if each.request is not made.request), MOST)
            self._server.spawn(self._tell(made))

    async def _tell(self, made: _Awaited) -> None:
        await self._server.ask(made.request, plugin=made.plugin)
