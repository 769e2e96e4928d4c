"""Diagnostics: the findings of each plugin are shown as soon as it has answered, whatever the others do.

A client that can pull (LSP's `textDocument/diagnostic`) and lets the server register for that later pulls from each
plugin; to all others the findings of all plugins are pushed (`textDocument/publishDiagnostics`). When something has
changed, a client is asked to pull again, or is pushed to again, only if it would see something else.

A `_Check` holds what one plugin has answered for one document, and what the client shows of that. Whatever may change
an answer calls `_look_soon`, and `_look_again` then asks the plugin and compares.
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
"""A document is checked for a push once its user has paused that long."""
AGAIN_SECONDS = 0.05
"""All news from plugins within that time leads to one more look."""
TURN_SECONDS = 0.2
"""The longest that a plugin waits for a quicker one to finish with the same document."""
REFRESH_SECONDS = 0.1
"""All that changes within that time is one question to the client to pull again."""
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
    """The findings as LSP's diagnostics."""

    def moved(self, document: Document) -> list[Finding]:
        """Return the findings that the edit to `document`, a newer text, has not touched, at their places there."""
        edit = difference(self.document.text, document.text)
        return [after for finding in self.findings if (after := moved(finding, edit)) is not None]


@dataclass(eq=False)
class _Check:
    """What is known of one plugin's findings of one document."""

    uri: str
    plugin: str
    generation: int = 0
    """Goes up when the plugin may judge the same text differently."""
    answer: tuple[Document, int, Sequence[Finding]] | None = None
    """The newest answer: for which text, of which generation."""
    shown: _ShownFindings | None = None
    running: asyncio.Event | None = None
    """While the plugin is asked: set when it has answered."""
    task: asyncio.Task[None] | None = None
    """Looks again, soon or right now."""

    def cancel(self) -> None:
        """Don't look again."""
        if self.task is not None:
            self.task.cancel()


class Diagnostics:
    """Checks documents, and knows what the client shows of each. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._checks: dict[tuple[str, str], _Check] = {}
        """By URI and plugin."""
        self._published: dict[str, _Items] = {}
        """By URI what the client was pushed last."""
        self._seconds: dict[str, float] = {}
        """How many seconds each plugin took the last time."""
        self._changed = set[str]()
        """URIs of files that have changed since other documents were looked at again for that."""
        self._elsewhere: asyncio.Task[None] | None = None
        """Looks at those again."""
        self._refreshing: asyncio.Task[None] | None = None
        """Asks the client to pull again."""

    async def findings(self, document: Document) -> list[Finding]:
        """Return the findings of all plugins, in the order of the document."""
        by_plugin = await self.findings_of_each(document)
        findings = (finding for findings in by_plugin.values() for finding in findings)
        return sorted(findings, key=lambda finding: finding.order)

    async def findings_of_each(self, document: Document) -> dict[str, Sequence[Finding]]:
        """Return the findings by the plugins' names."""
        names = await self._checkers(document)
        checks = [self._check(document.uri, name) for name in names]
        return dict(zip(names, await asyncio.gather(*(self._ask(document, check) for check in checks)), strict=True))

    async def pull(self, document: Document, plugin: str | None) -> _Items:
        """Return what the client that pulls shows of one plugin, or without `plugin` of all."""
        if plugin is None:
            return await self._items(document, await self.findings(document))
        check = self._check(document.uri, plugin)
        generation = check.generation
        check.shown = shown = await self._to_show(check, document, await self._look(document, check))
        self._look_if_news(check, generation)
        return shown.items

    def changed(self, uri: str) -> None:
        """Note that a document's text has changed, or that it was opened."""
        for check in self._checks_of(uri):
            check.cancel()
        if not self._server.client.pulls_diagnostics:
            self._server.spawn(self._push(uri))
        self.changed_elsewhere([uri])

    def changed_elsewhere(self, uris: Iterable[str]) -> None:
        """Note that files have changed: the findings of a document may depend on what other files say."""
        self._changed.update(uris)
        if self._elsewhere is not None:
            self._elsewhere.cancel()
        self._elsewhere = self._server.spawn(self._look_elsewhere())

    def closed(self, uri: str) -> None:
        """Note that a document was closed: a client that is pushed to is told that it has no findings."""
        for check in self._checks_of(uri):
            check.cancel()
            del self._checks[check.uri, check.plugin]
        if self._published.pop(uri, None) is not None:
            self._server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        self.changed_elsewhere([uri])  # what wasn't saved is gone

    def refresh(self, uris: Iterable[str] | None = None, plugin: str | None = None) -> None:
        """Note that the same texts may be judged differently now: those of all open documents without `uris`, by all
        plugins without `plugin`."""
        for uri in set(self._server.documents.uris() if uris is None else uris):
            for check in self._checks_of(uri) if plugin is None else [self._check(uri, plugin)]:
                check.generation += 1
                if check.shown is not None and check.running is None:  # otherwise `_look_if_news` follows the answer
                    self._look_soon(check, AGAIN_SECONDS)

    def _check(self, uri: str, plugin: str) -> _Check:
        return self._checks.setdefault((uri, plugin), _Check(uri, plugin))

    def _checks_of(self, uri: str) -> list[_Check]:
        return [check for check in self._checks.values() if check.uri == uri]

    async def _checkers(self, document: Document) -> Sequence[str]:
        """Return the names of the plugins that check such a document."""
        server = self._server
        await server.ready.wait()
        return await server.in_worker(lambda: server.host.checkers(document, server.root_of(document.uri)))

    async def _look(self, document: Document, check: _Check) -> Sequence[Finding]:
        """Return the plugin's findings; none if it doesn't check such a document."""
        return await self._ask(document, check) if check.plugin in await self._checkers(document) else ()

    async def _ask(self, document: Document, check: _Check) -> Sequence[Finding]:
        """Return the plugin's findings: its newest answer if that still holds, else a new one. If it has no time, those
        that are shown already, and it is asked once more later."""
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
        """Note while the block runs that the plugin is asked, and how long it takes.

        Before, a plugin that was quicker the last time has the processor first, for a moment: together they would both
        be as late as the slower one.
        """
        quicker = [
            other.running
            for other in self._checks_of(check.uri)
            if other.running is not None and self._rank(other) < self._rank(check)
        ]
        ended = check.running = asyncio.Event()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TURN_SECONDS):
                    for other_ended in quicker:
                        await other_ended.wait()
            began = time.monotonic()
            yield
            self._seconds[check.plugin] = time.monotonic() - began
        finally:
            ended.set()
            if check.running is ended:
                check.running = None

    def _rank(self, check: _Check) -> tuple[float, str]:
        """Return what plugins are ordered by, the quickest first."""
        return self._seconds.get(check.plugin, 0.0), check.plugin

    def _look_soon(self, check: _Check, seconds: float) -> None:
        """Look again in so many seconds, instead of when that was meant to be so far."""
        if check.task is not asyncio.current_task():
            check.cancel()
        check.task = self._server.spawn(self._look_again(check, seconds))

    def _look_if_news(self, check: _Check, generation: int) -> None:
        """Look again if the plugin may judge the text differently than when it was asked, with `generation`."""
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
        """Return what is shown of these findings now. New ones where the user types wait for a pause: the next keys may
        change them."""
        typing_at, seconds_left = self._server.documents.typing(check.uri)
        if seconds_left > 0:
            visible = check.shown.moved(document) if check.shown else ()
            already_shown = {(finding.span, finding.code, finding.message) for finding in visible}
            settled = [
                finding
                for finding in findings
                if (finding.span, finding.code, finding.message) in already_shown
                or not is_unfinished(document, finding.span, typing_at)
            ]
            if len(settled) < len(findings):
                self._look_soon(check, seconds_left)
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
        """Push the findings of all plugins, `answered` being the check whose have changed. Of plugins that haven't
        answered for this text yet it pushes what they found in the one before."""
        for check in self._checks_of(document.uri):
            if check is not answered and check.shown is not None and check.shown.document is not document:
                still = check.shown.moved(document)
                check.shown = _ShownFindings(document, still, await self._items(document, still))
        items = [item for check in self._checks_of(document.uri) if check.shown for item in check.shown.items]
        items.sort(key=lambda item: (item.range.start.line, item.range.start.character))
        if self._server.documents.is_current(document) and items != self._published.get(document.uri):
            self._published[document.uri] = items
            self._server.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(document.uri, items, document.version)
            )

    async def _ask_to_pull(self) -> None:
        """Ask the client to pull all diagnostics again."""
        await asyncio.sleep(REFRESH_SECONDS)
        self._refreshing = None
        with contextlib.suppress(JsonRpcException):  # the client is ending, or can't after all
            await self._server.workspace_diagnostic_refresh_async(None)

    async def _look_elsewhere(self) -> None:
        """Look again at each open document for which another file has changed."""
        await asyncio.sleep(ELSEWHERE_SECONDS)
        changed, self._changed = self._changed, set[str]()
        self.refresh([uri for uri in self._server.documents.uris() if changed - {uri}])

    async def _items(self, document: Document, findings: Sequence[Finding]) -> _Items:
        """Convert findings for the client, with the places of other files that explain them, as those are now."""
        server, encoding = self._server, self._server.documents.encoding
        uris = {place.uri for finding in findings for place in finding.related if place.uri}
        paths = {uri: path for uri in uris - {document.uri} if (path := uri_to_path(uri)) is not None}
        others = {uri: opened for uri, path in paths.items() if (opened := server.documents.at(path)) is not None}
        if closed := {uri: path for uri, path in paths.items() if uri not in others}:
            others |= await server.in_worker(lambda: self._read(document, closed))
        return [to_diagnostic(document, finding, encoding, others.get) for finding in findings]

    def _read(self, document: Document, closed: Mapping[str, Path]) -> dict[str, Document]:
        """Return those of the `closed` files, by URI, that the document's project may read. From a worker."""
        project = self._server.host.projects.of(self._server.root_of(document.uri))
        texts = {uri: project.text(path) for uri, path in closed.items()} if project is not None else {}
        return {uri: Document(uri, "", text) for uri, text in texts.items() if text is not None}


def register_pull(server: BreadknifeServer, diagnostics: Diagnostics) -> None:
    """Register the handler of pulls. After `initialize` was answered: a feature that is there before would be announced
    as one provider for all plugins."""

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
