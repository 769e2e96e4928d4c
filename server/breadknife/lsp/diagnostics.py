"""Diagnostics: pulled by clients that pull (`textDocument/diagnostic`), pushed to the others, never both."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types as lsp

from breadknife.host.host import Reply
from breadknife.lsp.convert import to_diagnostic
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import CheckRequest
from breadknife.text.document import Document, uri_to_path

QUIET_SECONDS = 0.15
"""A push waits until the user has paused that long."""
ELSEWHERE_SECONDS = 2.5
"""So long after the last change of other files a document is looked at again: by then plugins look at those again."""


@dataclass(frozen=True)
class _Checked:
    document: Document
    generation: int
    reply: Reply


class Diagnostics:
    """Checks documents, and keeps each document's newest reply for the code actions to come."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._checked: dict[str, _Checked] = {}
        self._generations: dict[str, int] = {}
        self._pushing: dict[str, asyncio.Task[None]] = {}
        self._changed = set[str]()
        """Files that others haven't been looked at again for."""
        self._looking: asyncio.Task[None] | None = None

    async def check(self, document: Document) -> Reply:
        generation = self._generations.get(document.uri, 0)
        known = self._checked.get(document.uri)
        if known and known.document is document and known.generation == generation:
            return known.reply
        reply = await self._server.ask(CheckRequest(document, all_fixes=False))
        if self._server.documents.is_current(document):
            self._checked[document.uri] = _Checked(document, generation, reply)
        return reply

    async def items(self, document: Document, reply: Reply) -> list[lsp.Diagnostic]:
        """With the places of other files that explain them, as those are now."""
        server, encoding = self._server, self._server.documents.encoding
        uris = {place.uri for finding in reply.findings for place in finding.related if place.uri}
        paths = {uri: path for uri in uris - {document.uri} if (path := uri_to_path(uri)) is not None}
        others = {uri: shown for uri, path in paths.items() if (shown := server.documents.at(path)) is not None}
        if closed := {uri: path for uri, path in paths.items() if uri not in others}:
            others |= await server.in_worker(lambda: self._read(document, closed))
        return [to_diagnostic(document, finding, encoding, others.get) for finding in reply.findings]

    def _read(self, document: Document, closed: Mapping[str, Path]) -> dict[str, Document]:
        """Of these files, by their URIs, those that the document's project tells of. In a worker."""
        project = self._server.host.projects.of(self._server.root_of(document.uri))
        texts = {uri: project.text(path) for uri, path in closed.items()} if project is not None else {}
        return {uri: Document(uri, "", text) for uri, text in texts.items() if text is not None}

    def changed(self, uri: str) -> None:
        """The text has changed: push soon, if this client wants to be pushed to."""
        if not self._server.client.pulls_diagnostics:
            self._push_after(QUIET_SECONDS, uri)
        self.changed_elsewhere([uri])

    def changed_elsewhere(self, uris: Iterable[str]) -> None:
        """What is found in a document may depend on what other files say."""
        self._changed.update(uris)
        if self._looking is not None:
            self._looking.cancel()
        self._looking = self._server.spawn(self._look_again())

    async def _look_again(self) -> None:
        await asyncio.sleep(ELSEWHERE_SECONDS)
        changed, self._changed = self._changed, set[str]()
        self.refresh([uri for uri in self._server.documents.uris() if changed - {uri}])

    def closed(self, uri: str) -> None:
        for table in (self._checked, self._generations):
            table.pop(uri, None)
        if task := self._pushing.pop(uri, None):
            task.cancel()
        if not self._server.client.pulls_diagnostics:
            self._server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        self.changed_elsewhere([uri])  # what wasn't saved is gone

    def refresh(self, uris: Sequence[str] | None = None) -> None:
        """The same texts would be judged differently now; of all documents, without `uris`."""
        uris = self._server.documents.uris() if uris is None else uris
        for each in uris:
            self._generations[each] = self._generations.get(each, 0) + 1
            if not self._server.client.pulls_diagnostics:
                self._push_after(0, each)
        if uris and self._server.client.pulls_diagnostics and self._server.client.refreshes_diagnostics:
            self._server.spawn(self._ask_to_pull())

    async def _ask_to_pull(self) -> None:
        await self._server.workspace_diagnostic_refresh_async(None)

    def _push_after(self, seconds: float, uri: str) -> None:
        if task := self._pushing.get(uri):
            task.cancel()
        self._pushing[uri] = self._server.spawn(self._push(seconds, uri))

    async def _push(self, seconds: float, uri: str) -> None:
        await asyncio.sleep(seconds)
        document = self._server.documents.get(uri)
        if document is None:
            return
        reply = await self.check(document)
        items = await self.items(document, reply)
        if self._server.documents.is_current(document):
            self._server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, items, document.version))


def register_pull(server: BreadknifeServer, diagnostics: Diagnostics) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_DIAGNOSTIC)
    async def pull(
        params: lsp.DocumentDiagnosticParams,
    ) -> lsp.RelatedFullDocumentDiagnosticReport | lsp.RelatedUnchangedDocumentDiagnosticReport:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return lsp.RelatedFullDocumentDiagnosticReport([])
        reply = await diagnostics.check(document)
        items = await diagnostics.items(document, reply)
        result_id = hashlib.sha256(repr(items).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if result_id == params.previous_result_id:
            return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id)
        return lsp.RelatedFullDocumentDiagnosticReport(items, result_id=result_id)
