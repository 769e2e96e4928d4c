"""The open documents, told to the host: what is known of a folder then agrees with the editor."""

from __future__ import annotations

from breadknife.lsp.server import BreadknifeServer


class Following:
    """Tells in a worker, since finding a document's root touches the disk; one at a time, so that no text overtakes a
    newer one. Keys typed meanwhile are told as one change."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._waiting: dict[str, None] = {}
        self._telling = False

    def changed(self, uri: str) -> None:
        """The document was opened, changed or closed."""
        self._waiting[uri] = None
        if not self._telling:
            self._telling = True
            self._server.spawn(self._tell())

    async def _tell(self) -> None:
        try:
            while self._waiting:
                uri = next(iter(self._waiting))
                del self._waiting[uri]
                await self._server.in_worker(lambda uri=uri: self._tell_of(uri))
        finally:
            self._telling = False

    def _tell_of(self, uri: str) -> None:
        projects = self._server.host.projects
        document = self._server.documents.get(uri)
        if document is None:
            projects.closed(uri)
        else:
            projects.changed(document, self._server.root_of(uri))
