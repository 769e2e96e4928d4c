"""Tells the host of the open documents: what is known of a folder then agrees with the editor."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from breadknife.errors import BreadknifeError
from breadknife.lsp.server import BreadknifeServer
from breadknife.text.document import Document


class DocumentSync:
    """Works in a worker, since finding a document's root touches the disk; one at a time, so that no text overtakes a
    newer one. Keys typed meanwhile are one change."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._unsent: dict[str, list[Document | None]] = {}
        """By URI the first text that isn't sent yet and the newest; None for a closed one."""
        self._sending: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._server.on_change.append(self.changed)
        self._server.on_close.append(self.changed)
        for uri in self._server.documents.uris():
            self.changed(uri)

    def changed(self, uri: str) -> None:
        """Note that the document was opened, changed or closed."""
        self._unsent.setdefault(uri, [])[1:] = [self._server.documents.get(uri)]
        if self._sending is None or self._sending.done():
            self._sending = self._server.spawn(self._send())

    async def wait(self) -> None:
        """Wait until the host knows what has changed so far."""
        if self._sending:
            await asyncio.wait([self._sending])

    async def _send(self) -> None:
        await self._server.ready.wait()  # until then the workspace folders aren't known
        with contextlib.suppress(BreadknifeError):  # there is no host, as every request is told
            while self._unsent:
                uri = next(iter(self._unsent))
                states = self._unsent.pop(uri)
                await self._server.in_worker(lambda uri=uri, states=states: self._send_states(uri, states))

    def _send_states(self, uri: str, states: Sequence[Document | None]) -> None:
        projects = self._server.host.projects
        for document in states:
            if document is None:
                projects.closed(uri)
                self._server.host.incomplete.close(uri)
            else:
                projects.changed(document, self._server.root_of(uri))
