"""Tells the host of the open documents, so that what it knows of a folder agrees with the editor."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from breadknife.errors import BreadknifeError
from breadknife.lsp.server import BreadknifeServer
from breadknife.text.document import Document


class DocumentSync:
    """Tells the host of one document after the other in a worker, since finding a document's root touches the disk. No
    text overtakes a newer one, and all keys typed meanwhile are one change. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._unsent: dict[str, list[Document | None]] = {}
        """By URI the document as it was when first noted, and as it is now: one or two items; None where it was
        closed. The host is told of both, so that it sees what was changed since the first."""
        self._sending: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Tell the host of the documents that are open, and from now on of each change."""
        self._server.on_change.append(self.changed)
        self._server.on_close.append(self.changed)
        for uri in self._server.documents.uris():
            self.changed(uri)

    def changed(self, uri: str) -> None:
        """Note that the document was opened, changed or closed."""
        unsent = self._unsent.setdefault(uri, [])
        unsent[1:] = [self._server.documents.get(uri)]  # after the first, only the newest counts
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
