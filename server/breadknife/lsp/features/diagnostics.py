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
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.lsp.convert import to_diagnostic
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
class _ShownFindings:
    """What the client shows of one plugin, as far as we know."""

    document: Document
    findings: Sequence[Finding]
    items: _Items

    def moved(self, document: Document) -> list[Finding]:
        """Return what an edit has not touched, in the newer text."""
        edit = difference(self.document.text, document.text)
        return [after for finding in self.findings if (after := moved(finding, edit)) is not None]


@dataclass(eq=False)
class _Check:
    """What is known of one plugin's findings of one document."""

    uri: str
    plugin: str
    generation: int = 0
    """Raised when the plugin would judge the same text differently."""
    answer: tuple[Document, int, Sequence[Finding]] | None = None
    """The newest answer: for which text, of which generation."""
    shown: _ShownFindings | None = None
    running: asyncio.Event | None = None
    """While the plugin is asked: set when it has answered."""
    task: asyncio.Task[None] | None = None
    """Looks again soon."""

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()


class Diagnostics:
    """Checks documents, and knows what the client shows of each. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._checks: dict[tuple[str, str], _Check] = {}
        """By URI and plugin."""
        self._published: dict[str, _Items] = {}
        """By URI, where the client is pushed to."""
        self._seconds: dict[str, float] = {}
        """What each plugin took the last time."""
        self._changed = set[str]()
        """Files that others haven't been looked at again for."""
        self._elsewhere: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None

    async def findings(self, document: Document) -> list[Finding]:
        """Return those of all plugins, in the order of the document."""
        findings = [finding for each in (await self.findings_of_each(document)).values() for finding in each]
        return sorted(findings, key=lambda finding: (finding.span, finding.source, finding.code))

    async def findings_of_each(self, document: Document) -> dict[str, Sequence[Finding]]:
        """Return the findings by the plugins' names."""
        names = await self._checkers(document)
        checks = [self._check(document.uri, name) for name in names]
        return dict(zip(names, await asyncio.gather(*(self._ask(document, check) for check in checks)), strict=True))

    async def pull(self, document: Document, plugin: str | None) -> _Items:
        """Return one plugin's, or all plugins', for the client."""
        if plugin is None:
            return await self._items(document, await self.findings(document))
        check = self._check(document.uri, plugin)
        generation = check.generation
        check.shown = shown = await self._to_show(check, document, await self._look(document, check))
        self._look_if_news(check, generation)
        return shown.items

    def changed(self, uri: str) -> None:
        """Note that the text has changed, or was opened."""
        for check in self._checks_of(uri):
            check.cancel()
        if not self._server.client.pulls_diagnostics:
            self._server.spawn(self._push(uri))
        self.changed_elsewhere([uri])

    def changed_elsewhere(self, uris: Iterable[str]) -> None:
        """Note that files have changed: what is found in a document may depend on what others say."""
        self._changed.update(uris)
        if self._elsewhere is not None:
            self._elsewhere.cancel()
        self._elsewhere = self._server.spawn(self._look_elsewhere())

    def closed(self, uri: str) -> None:
        for check in self._checks_of(uri):
            check.cancel()
            del self._checks[check.uri, check.plugin]
        if self._published.pop(uri, None) is not None:
            self._server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        self.changed_elsewhere([uri])  # what wasn't saved is gone

    def refresh(self, uris: Iterable[str] | None = None, plugin: str | None = None) -> None:
        """Note that the same texts may be judged differently now: those of all documents without `uris`, by all plugins
        without `plugin`."""
        for uri in set(self._server.documents.uris() if uris is None else uris):
            for check in self._checks_of(uri) if plugin is None else [self._check(uri, plugin)]:
                check.generation += 1
                if check.shown is not None and check.running is None:  # who is asking sees that there is news
                    self._look_soon(check, AGAIN_SECONDS)

    def _check(self, uri: str, plugin: str) -> _Check:
        return self._checks.setdefault((uri, plugin), _Check(uri, plugin))

    def _checks_of(self, uri: str) -> list[_Check]:
        return [check for check in self._checks.values() if check.uri == uri]

    async def _checkers(self, document: Document) -> Sequence[str]:
        """The plugins that check such a document."""
        server = self._server
        await server.ready.wait()
        return await server.in_worker(lambda: server.host.checkers(document, server.root_of(document.uri)))

    async def _look(self, document: Document, check: _Check) -> Sequence[Finding]:
        """The plugin's findings; none of one that doesn't check such a document."""
        return await self._ask(document, check) if check.plugin in await self._checkers(document) else ()

    async def _ask(self, document: Document, check: _Check) -> Sequence[Finding]:
        generation = check.generation
        if check.answer and check.answer[0] is document and check.answer[1] == generation:
            return check.answer[2]
        async with self._turn(check):
            reply = await self._server.ask(CheckRequest(document, all_fixes=False), plugin=check.plugin)
        if not self._server.documents.is_current(document):
            return reply.findings
        if any(receipt.reason in HAD_NO_TIME for receipt in reply.receipts):
            self._look_soon(check, RETRY_SECONDS)
            return check.shown.moved(document) if check.shown else ()
        check.answer = document, generation, reply.findings
        return reply.findings

    @contextlib.asynccontextmanager
    async def _turn(self, check: _Check) -> AsyncGenerator[None]:
        """Let a plugin that was quicker the last time have the processor first, for a moment: together they would both
        be as late as the slower one."""
        quicker = [
            other.running.wait()
            for other in self._checks_of(check.uri)
            if other.running is not None and self._rank(other) < self._rank(check)
        ]
        ended = check.running = asyncio.Event()
        try:
            if quicker:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.gather(*quicker), TURN_SECONDS)
            began = time.monotonic()
            yield
            self._seconds[check.plugin] = time.monotonic() - began
        finally:
            ended.set()
            if check.running is ended:
                check.running = None

    def _rank(self, check: _Check) -> tuple[float, str]:
        return self._seconds.get(check.plugin, 0.0), check.plugin

    def _look_soon(self, check: _Check, seconds: float) -> None:
        if check.task is not asyncio.current_task():
            check.cancel()
        check.task = self._server.spawn(self._look_again(check, seconds))

    def _look_if_news(self, check: _Check, generation: int) -> None:
        """Look again at what would be judged differently since the plugin was asked."""
        if check.generation != generation:
            self._look_soon(check, AGAIN_SECONDS)

    async def _look_again(self, check: _Check, seconds: float) -> None:
        """Check a document again, and tell the client if it would see something else."""
        await asyncio.sleep(seconds)
        document = self._server.documents.get(check.uri)
        if document is None:
            return
        generation = check.generation
        shown = await self._to_show(check, document, await self._look(document, check))
        if not self._server.documents.is_current(document):
            return
        client = self._server.client
        if not client.pulls_diagnostics:
            check.shown = shown
            await self._publish(document, check)
        elif check.shown is not None and shown.items != check.shown.items and client.refreshes_diagnostics:
            self._refreshing = self._refreshing or self._server.spawn(self._ask_to_pull())
        self._look_if_news(check, generation)

    async def _to_show(self, check: _Check, document: Document, findings: Sequence[Finding]) -> _ShownFindings:
        """Return what is shown of these findings now: not yet what the next keys may change, if the user types
        there."""
        typing_at, until = self._server.documents.typing(check.uri)
        if until > 0:
            visible = check.shown.moved(document) if check.shown else ()
            known = {(finding.span, finding.code, finding.message) for finding in visible}
            settled = [
                finding
                for finding in findings
                if (finding.span, finding.code, finding.message) in known
                or not is_unfinished(document, finding.span, typing_at)
            ]
            if len(settled) < len(findings):
                self._look_soon(check, until)
            findings = settled
        return _ShownFindings(document, findings, await self._items(document, findings))

    async def _push(self, uri: str) -> None:
        """Look at a document that has changed, once its user pauses."""
        document = self._server.documents.get(uri)
        if document is None:
            return
        for plugin in await self._checkers(document):
            if self._server.documents.is_current(document):
                self._look_soon(self._check(uri, plugin), QUIET_SECONDS)

    async def _publish(self, document: Document, answered: _Check) -> None:
        """Push what all plugins find: of those that haven't answered for this text yet, what they found in the last
        one."""
        for check in self._checks_of(document.uri):
            if check is not answered and check.shown is not None and check.shown.document is not document:
                still = check.shown.moved(document)
                check.shown = _ShownFindings(document, still, await self._items(document, still))
        shown = [check.shown for check in self._checks_of(document.uri) if check.shown is not None]
        items = [item for each in shown for item in each.items]
        items.sort(key=lambda item: (item.range.start.line, item.range.start.character))
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
        """The findings for the client, with the places of other files that explain them, as those are now."""
        server, encoding = self._server, self._server.documents.encoding
        uris = {place.uri for finding in findings for place in finding.related if place.uri}
        paths = {uri: path for uri in uris - {document.uri} if (path := uri_to_path(uri)) is not None}
        others = {uri: shown for uri, path in paths.items() if (shown := server.documents.at(path)) is not None}
        if closed := {uri: path for uri, path in paths.items() if uri not in others}:
            others |= await server.in_worker(lambda: self._read(document, closed))
        return [to_diagnostic(document, finding, encoding, others.get) for finding in findings]

    def _read(self, document: Document, closed: Mapping[str, Path]) -> dict[str, Document]:
        """Return those of these files, by URI, that the document's project may read. In a worker."""
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
