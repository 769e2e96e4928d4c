"""Diagnostics, of each plugin on its own: what one finds is told as soon as it has answered, whatever others do.

A client that pulls and lets the server register for it pulls from each plugin; all others are pushed to. An editor that
is told of a change asks again, or is pushed to again, only if it would see something else.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.lsp.convert import to_diagnostic
from breadknife.lsp.reading import Reading
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.moving import moved
from breadknife.task.values import CheckRequest, Finding
from breadknife.text.document import Document, uri_to_path
from breadknife.text.syntax import difference
from breadknife.text.unfinished import is_unfinished

log = logging.getLogger("breadknife.lsp")
HAD_NO_TIME = frozenset(("too-slow", "plugin-busy", "plugin-hung"))
"""Reasons of a plugin that may well answer the next time. One that often hangs is paused, which is another reason."""
QUIET_SECONDS = 0.15
"""A push waits until the user has paused that long."""
AGAIN_SECONDS = 0.05
"""What plugins say within that time leads to one more look."""
TURN_SECONDS = 0.2
"""The longest that a plugin waits for a quicker one to finish with the same document."""
REFRESH_SECONDS = 0.1
"""The same for what a client is asked to pull."""
RETRY_SECONDS = 10.0
"""A plugin that had no time to answer is asked again after that."""
ELSEWHERE_SECONDS = 2.5
"""So long after the last change of other files a document is looked at again: by then plugins look at those again."""

_Items = Sequence[lsp.Diagnostic]


@dataclass(frozen=True)
class _Key:
    uri: str
    plugin: str


@dataclass(frozen=True)
class _Found:
    document: Document
    generation: int
    findings: Sequence[Finding]


@dataclass(frozen=True)
class _Told:
    """What the client shows of one plugin, as far as we know."""

    document: Document
    findings: Sequence[Finding]
    items: _Items

    def moved(self, document: Document) -> list[Finding]:
        """Return what an edit has not touched, in the newer text."""
        edit = difference(self.document.text, document.text)
        return [each for finding in self.findings if (each := moved(finding, edit)) is not None]


class Diagnostics:
    """Checks documents, and knows what the client was told of each. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._found: dict[_Key, _Found] = {}
        """The newest answers."""
        self._told: dict[_Key, _Told] = {}
        self._published: dict[str, _Items] = {}
        """By URI, where the client is pushed to."""
        self._generations: Counter[_Key] = Counter()
        """Raised when a plugin would judge the same text differently."""
        self._asking: dict[_Key, asyncio.Event] = {}
        """Set when the plugin has answered."""
        self._seconds: dict[str, float] = {}
        """What each plugin took the last time."""
        self._looking: dict[_Key, asyncio.Task[None]] = {}
        self._changed = set[str]()
        """Files that others haven't been looked at again for."""
        self._elsewhere: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._reading = Reading(server)

    async def findings(self, document: Document) -> list[Finding]:
        """Return those of all plugins, in the order of the document."""
        found = await self.findings_of_each(document)
        return sorted((each for one in found.values() for each in one), key=lambda f: (f.span, f.source, f.code))

    async def findings_of_each(self, document: Document) -> dict[str, Sequence[Finding]]:
        """Returns the findings by the plugins' names."""
        names = await self._checkers(document)
        return dict(zip(names, await asyncio.gather(*(self._ask(document, name) for name in names)), strict=True))

    async def pull(self, document: Document, plugin: str | None) -> _Items:
        """Return one plugin's, or all plugins', for the client."""
        if plugin is None:
            return await self._items(document, await self.findings(document))
        key = _Key(document.uri, plugin)
        generation = self._generations[key]
        findings = await self._ask(document, plugin) if plugin in await self._checkers(document) else ()
        told = self._told[key] = await self._telling(key, document, findings)
        self._look_if_news(key, generation)
        return told.items

    def changed(self, uri: str) -> None:
        """Note that the text has changed, or was opened."""
        for task in (task for key, task in self._looking.items() if key.uri == uri):
            task.cancel()
        if not self._server.client.pulls_diagnostics:
            self._server.spawn(self._push(uri))
        self.changed_elsewhere([uri])

    def changed_elsewhere(self, uris: Iterable[str]) -> None:
        """What is found in a document may depend on what other files say."""
        self._changed.update(uris)
        if self._elsewhere is not None:
            self._elsewhere.cancel()
        self._elsewhere = self._server.spawn(self._look_elsewhere())

    def closed(self, uri: str) -> None:
        self._reading.closed(uri)
        for key in [key for key in self._generations.keys() | self._told.keys() if key.uri == uri]:
            for table in (self._found, self._told, self._generations):
                table.pop(key, None)
            if task := self._looking.pop(key, None):
                task.cancel()
        if self._published.pop(uri, None) is not None:
            self._server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        self.changed_elsewhere([uri])  # what wasn't saved is gone

    def refresh(self, uris: Iterable[str] | None = None, plugin: str | None = None) -> None:
        """The same texts may be judged differently now: of all documents without `uris`, by all without `plugin`."""
        among = set(self._server.documents.uris() if uris is None else uris)
        keys = {key for key in self._told.keys() | self._asking.keys() if plugin in (None, key.plugin)}
        if plugin is not None:
            keys |= {_Key(uri, plugin) for uri in among}
        for key in [key for key in keys if key.uri in among]:
            self._generations[key] += 1
            if key in self._told and key not in self._asking:  # who is asking sees that there is news
                self._look_soon(key, AGAIN_SECONDS)

    async def _checkers(self, document: Document) -> Sequence[str]:
        """The plugins that check such a document."""
        server = self._server
        await server.ready.wait()
        return await server.in_worker(lambda: server.host.checkers(document, server.root_of(document.uri)))

    async def _ask(self, document: Document, plugin: str) -> Sequence[Finding]:
        key = _Key(document.uri, plugin)
        generation = self._generations[key]
        known = self._found.get(key)
        if known and known.document is document and known.generation == generation:
            return known.findings
        async with self._turn(key):
            reply = await self._server.ask(CheckRequest(document, all_fixes=False), plugin=plugin)
        if not self._server.documents.is_current(document):
            return reply.findings
        if any(receipt.reason in HAD_NO_TIME for receipt in reply.receipts):
            self._look_soon(key, RETRY_SECONDS)
            told = self._told.get(key)
            return told.moved(document) if told else ()
        self._found[key] = _Found(document, generation, reply.findings)
        self._reading.goes_on(document, plugin, is_incomplete=reply.is_incomplete)
        return reply.findings

    @contextlib.asynccontextmanager
    async def _turn(self, key: _Key) -> AsyncGenerator[None]:
        """Let a plugin that was quicker the last time have the processor first, for a moment: together they would both
        be as late as the slower one."""
        mine = self._seconds.get(key.plugin, 0.0), key.plugin
        quicker = [
            ended.wait()
            for other, ended in self._asking.items()
            if other.uri == key.uri and (self._seconds.get(other.plugin, 0.0), other.plugin) < mine
        ]
        ended = self._asking[key] = asyncio.Event()
        try:
            if quicker:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.gather(*quicker), TURN_SECONDS)
            began = time.monotonic()
            yield
            self._seconds[key.plugin] = time.monotonic() - began
        finally:
            ended.set()
            if self._asking.get(key) is ended:
                del self._asking[key]

    def _look_soon(self, key: _Key, seconds: float) -> None:
        task = self._looking.get(key)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
        self._looking[key] = self._server.spawn(self._look(key, seconds))

    def _look_if_news(self, key: _Key, generation: int) -> None:
        """Look again at what would be judged differently since the plugin was asked."""
        if self._generations[key] != generation:
            self._look_soon(key, AGAIN_SECONDS)

    async def _look(self, key: _Key, seconds: float) -> None:
        """Check a document again, and tell the client if it would see something else."""
        await asyncio.sleep(seconds)
        document = self._server.documents.get(key.uri)
        if document is None:
            return
        generation = self._generations[key]
        findings = await self._ask(document, key.plugin) if key.plugin in await self._checkers(document) else ()
        telling = await self._telling(key, document, findings)
        if not self._server.documents.is_current(document):
            return
        if not self._server.client.pulls_diagnostics:
            self._told[key] = telling
            await self._publish(document, key.plugin)
        elif key in self._told and telling.items != self._told[key].items and self._server.client.refreshes_diagnostics:
            self._refreshing = self._refreshing or self._server.spawn(self._ask_to_pull())
        self._look_if_news(key, generation)

    async def _telling(self, key: _Key, document: Document, findings: Sequence[Finding]) -> _Told:
        """What is told of these findings now: not yet what the next keys may change, if the user is typing there."""
        typing_at, until = self._server.documents.typing(key.uri)
        if until > 0:
            told = self._told.get(key)
            known = {(each.span, each.code, each.message) for each in told.moved(document)} if told else set[object]()
            settled = [
                each
                for each in findings
                if (each.span, each.code, each.message) in known or not is_unfinished(document, each.span, typing_at)
            ]
            if len(settled) < len(findings):
                self._look_soon(key, until)
            findings = settled
        return _Told(document, findings, await self._items(document, findings))

    async def _push(self, uri: str) -> None:
        """Look at a document that has changed, once its user pauses."""
        document = self._server.documents.get(uri)
        if document is None:
            return
        for plugin in await self._checkers(document):
            if self._server.documents.is_current(document):
                self._look_soon(_Key(uri, plugin), QUIET_SECONDS)

    async def _publish(self, document: Document, answered: str) -> None:
        """What all plugins find. Of those that haven't answered for this text yet, what they found in the last one."""
        for key, told in [(key, told) for key, told in self._told.items() if key.uri == document.uri]:
            if key.plugin != answered and told.document is not document:
                still = told.moved(document)
                self._told[key] = _Told(document, still, await self._items(document, still))
        items = [each for key, told in self._told.items() if key.uri == document.uri for each in told.items]
        items.sort(key=lambda each: (each.range.start.line, each.range.start.character))
        if self._server.documents.is_current(document) and items != self._published.get(document.uri):
            self._published[document.uri] = items
            self._server.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(document.uri, items, document.version)
            )

    async def _ask_to_pull(self) -> None:
        await asyncio.sleep(REFRESH_SECONDS)
        self._refreshing = None
        with contextlib.suppress(JsonRpcException):  # the client is ending, or can't after all
            await self._server.workspace_diagnostic_refresh_async(None)

    async def _look_elsewhere(self) -> None:
        await asyncio.sleep(ELSEWHERE_SECONDS)
        changed, self._changed = self._changed, set[str]()
        self.refresh([uri for uri in self._server.documents.uris() if changed - {uri}])

    async def _items(self, document: Document, findings: Sequence[Finding]) -> _Items:
        """With the places of other files that explain them, as those are now."""
        server, encoding = self._server, self._server.documents.encoding
        uris = {place.uri for finding in findings for place in finding.related if place.uri}
        paths = {uri: path for uri in uris - {document.uri} if (path := uri_to_path(uri)) is not None}
        others = {uri: shown for uri, path in paths.items() if (shown := server.documents.at(path)) is not None}
        if closed := {uri: path for uri, path in paths.items() if uri not in others}:
            others |= await server.in_worker(lambda: self._read(document, closed))
        return [to_diagnostic(document, finding, encoding, others.get) for finding in findings]

    def _read(self, document: Document, closed: Mapping[str, Path]) -> dict[str, Document]:
        """Of these files, by their URIs, those that the document's project tells of. In a worker."""
        project = self._server.host.projects.of(self._server.root_of(document.uri))
        texts = {uri: project.text(path) for uri, path in closed.items()} if project is not None else {}
        return {uri: Document(uri, "", text) for uri, text in texts.items() if text is not None}


def register_pull(server: BreadknifeServer, diagnostics: Diagnostics) -> None:
    """After `initialize` was answered: what is there before is announced as one provider for all plugins."""

    @server.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC)
    async def pull(
        params: lsp.DocumentDiagnosticParams,
    ) -> lsp.RelatedFullDocumentDiagnosticReport | lsp.RelatedUnchangedDocumentDiagnosticReport:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return lsp.RelatedFullDocumentDiagnosticReport([])
        items = await diagnostics.pull(document, params.identifier)
        result_id = hashlib.sha256(repr(items).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if result_id == params.previous_result_id:
            return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id)
        return lsp.RelatedFullDocumentDiagnosticReport(items, result_id=result_id)


async def register_providers(server: BreadknifeServer, diagnostics: Diagnostics) -> None:
    """Have the client pull from each plugin, for the languages that it checks."""
    registrations = [
        lsp.Registration(
            f"diagnostics of {plugin}",
            lsp.TEXT_DOCUMENT_DIAGNOSTIC,
            lsp.DiagnosticRegistrationOptions(
                inter_file_dependencies=False,
                workspace_diagnostics=False,
                document_selector=[lsp.TextDocumentFilterLanguage(language) for language in sorted(languages)],
                identifier=plugin,
            ),
        )
        for plugin, languages in server.host.checked.items()
    ]
    try:
        await server.client_register_capability_async(lsp.RegistrationParams(registrations))
    except JsonRpcException as error:
        log.warning("the client pulls no diagnostics, so it is pushed to: %s", error)
        server.client = replace(server.client, pulls_diagnostics=False)
        for uri in server.documents.uris():
            diagnostics.changed(uri)
