"""The tools that `breadknife mcp` offers to other programs: what an editor gets, from the same host."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from breadknife.cli.find import SECONDS
from breadknife.cli.find import ask as ask_where
from breadknife.cli.formats.values import ReportedFile
from breadknife.cli.lint.changed import ChangedSources, ChangeOptions, brought_by_change, find_affected
from breadknife.cli.lint.related import report_finding
from breadknife.cli.lint.sources import find_sources
from breadknife.cli.mcp.values import (
    CausePlace,
    FalseClaim,
    FalseClaims,
    FoundPlacesInFolder,
    FoundProblem,
    FoundProblems,
    PlaceInFolder,
    RecipeAnswer,
    VerifiedFix,
    VerifiedFixes,
    claim_of,
    fix_of,
    position,
    problem_of,
)
from breadknife.cli.recipes.asking import ask_recipe, sentence_of
from breadknife.disk.inside import resolve_inside
from breadknife.errors import DocumentError, FileRefused
from breadknife.host.host import Host
from breadknife.host.report.lines import folded, receipt_lines
from breadknife.host.workspace import root_of
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.drift import DriftRequest
from breadknife.task.find import FindRequest
from breadknife.task.values import (
    Action,
    ActionRequest,
    CheckRequest,
    Confidence,
    Finding,
    Related,
    ResolveRequest,
    Silence,
)
from breadknife.text.document import Document, Span, read_document, uri_to_path, with_newlines

MAX_PROBLEMS = 200
MAX_FIXES = 5
MAX_REPAIRED = 20
"""How many problems of one answer have their fixes: an installed checker may be asked about each."""
_RECEIPTS = 10
"""How many receipts `why` shows."""
_LONGEST_PATH = 4096
"""The most characters of a path that is looked at."""


class Tools:
    """The tools; a client sees each method's docstring. They write no file, and take only paths in the folder that the
    server was started for."""

    def __init__(self, host: Host, folder: Path) -> None:
        self._host = host
        self._folder = Path(os.path.realpath(folder))

    def lint(
        self,
        path: str = ".",
        min_confidence: str = "medium",
        only_new: bool = False,
        base: str = "",
        with_fixes: bool = False,
    ) -> FoundProblems:
        """Check a file, or all files of a folder: grammar and style of prose, values that may be null, documentation
        that a change made false. With `only_new`, or a commit or branch as `base`, only what the change since then has
        brought, also in files that import a changed one; without `base`, since where this branch began. `HEAD` is the
        last commit. With `with_fixes`, ways to repair the first problems, as edits that were verified. Nothing is
        written."""
        least_confidence = Confidence(min_confidence)
        inside = self._inside(path)
        changed = ChangedSources.of([inside], ChangeOptions(base, by_lines=True)) if only_new or base else None
        problems: list[FoundProblem] = []
        failed: list[str] = []
        for source in self._sources(inside, changed, self._importers, failed):
            try:
                document = with_newlines(read_document(source))
            except DocumentError as error:
                failed.append(str(error))
                continue
            found = self._findings(document, self._root(source), changed, failed)
            likely = [finding for finding in found if finding.confidence.reaches(least_confidence)]
            for finding in self._brought(source, document, likely, changed):
                fixes = VerifiedFixes(())
                if with_fixes and len(problems) < MAX_REPAIRED:
                    fixes = self._fixes(document, finding.span, (finding,), self._root(source))
                causes = tuple(self._place(document, related) for related in finding.related)
                problems.append(problem_of(source, document, finding, causes, fixes))
        since = "; ".join(changes.base.about for changes in changed.changes) if changed is not None else ""
        more = max(0, len(problems) - MAX_PROBLEMS)
        return FoundProblems(tuple(problems[:MAX_PROBLEMS]), since, _each_once(failed), more)

    def drift(self, path: str = ".", base: str = "") -> FalseClaims:
        """Find what a change made false in docstrings, comments and pages of documentation: the files as they are are
        compared with the commit or branch `base`, by default with where this branch began. Gives the line that made
        each claim false and, where that is certain, the edits that make it true. Nothing is written."""
        inside = self._inside(path)
        changed = ChangedSources.of([inside], ChangeOptions(base, by_lines=True))
        failed: list[str] = []
        claims: list[FalseClaim] = []
        for source in self._sources(inside, changed, lambda path: (), failed):
            try:
                document = read_document(source)
            except DocumentError as error:
                failed.append(str(error))
                continue
            if document.language not in self._host.languages(DriftRequest):
                continue
            found = self._drifted(document, self._root(source), changed, failed)
            claims += (
                claim_of(source, document, finding, self._place(document, finding.related[0])) for finding in found
            )
        since = "; ".join(changes.base.about for changes in changed.changes)
        more = max(0, len(claims) - MAX_PROBLEMS)
        return FalseClaims(tuple(claims[:MAX_PROBLEMS]), since, _each_once(failed), more)

    def fix(self, path: str, line: int) -> VerifiedFixes:
        """Find verified ways to repair what is wrong at a line, as edits. Nothing is written."""
        document, root = self._read(path)
        span = _line(document, line)
        findings = self._host.ask(CheckRequest(document, whole=True), root=root).findings
        return self._fixes(document, span, [finding for finding in findings if finding.span.touches(span)], root)

    def why(self, path: str = "") -> list[str]:
        """Show what the last requests did, which model they asked, what that cost, and why there was no answer."""
        uri = self._inside(path).as_uri() if path else None
        # More are read than are shown, because those of requests without a result are folded into one.
        receipts = map(asdict, self._host.ledger.newest(uri, 20 * _RECEIPTS))
        return [line for receipt, times in folded(receipts)[:_RECEIPTS] for line in receipt_lines(receipt, times)]

    def recipe(self, name: str, path: str, line: int = 1, end_line: int = 0) -> RecipeAnswer:
        """Run a recipe at a line, or on the lines from `line` to `end_line`. Nothing is written."""
        document, root = self._read(path)
        start = _line(document, line).start
        span = Span(start, _line(document, end_line).end if end_line else start)
        answer = ask_recipe(self._host, RecipeRequest(name, document, span), root)
        if isinstance(answer, Silence):
            return RecipeAnswer(reason=sentence_of(answer))
        return RecipeAnswer(
            answer.text,
            answer.origin.model,
            position(document, answer.span.start),
            position(document, answer.span.end),
            refused=answer.refused,
        )

    def search(self, question: str, path: str = ".", limit: int = 10) -> FoundPlacesInFolder:
        """Find functions, classes, sections and settings by what they are about: by their words and their meaning.
        Says for each place what fits, and what was searched."""
        root = self._inside(path)
        answer = ask_where(self._host, FindRequest(question, limit, seconds=SECONDS), root)
        if isinstance(answer, Silence):
            return FoundPlacesInFolder((), reason=sentence_of(answer))
        places = (
            PlaceInFolder(
                os.path.relpath(place.path, self._folder).replace(os.sep, "/"),
                place.line,
                place.last_line,
                place.qualified_name,
                place.kind,
                place.excerpt,
                place.reason,
            )
            for place in answer.places
        )
        return FoundPlacesInFolder(tuple(places), answer.searched, answer.origin.model)

    def _sources(
        self,
        inside: Path,
        changed: ChangedSources | None,
        importers: Callable[[Path], Collection[Path]],
        failed: list[str],
    ) -> Sequence[Path]:
        """Return the files that are looked at, each once; with `changed`, those that have changed or are affected. Why
        others aren't is added to `failed`."""
        sources = [source.path for source in find_sources([inside], lambda error: failed.append(str(error)), changed)]
        affected = find_affected(changed, sources, importers) if changed is not None else ()
        return [*sources, *(each for each in affected if each.is_relative_to(inside) and each.resolve() == each)]

    def _importers(self, path: Path) -> Collection[Path]:
        root = self._root(path)
        while not self._host.projects.read(root):
            pass
        return self._host.projects.importers(path, root)

    def _findings(
        self, document: Document, root: Path, changed: ChangedSources | None, failed: list[str]
    ) -> Sequence[Finding]:
        """Return all findings of a document. Drift compares with the commit that `changed` is counted from."""
        plugins = frozenset(self._host.checkers(document, root))
        own = {"drift"} if changed is not None else set[str]()
        reply = self._host.ask(CheckRequest(document, whole=True, all_fixes=False), root=root, among=plugins - own)
        failed += (receipt.sentence for receipt in reply.failures)
        failed += reply.unanswered
        drifted = self._drifted(document, root, changed, failed) if changed is not None and plugins & own else ()
        return sorted((*reply.findings, *drifted), key=lambda each: each.order)

    def _drifted(self, document: Document, root: Path, changed: ChangedSources, failed: list[str]) -> Sequence[Finding]:
        if document.language not in self._host.languages(DriftRequest):
            return ()
        reply = self._host.ask(DriftRequest(document, changed.base_of(root)), root=root, plugin="drift")
        failed += (receipt.sentence for receipt in reply.receipts if receipt.sentence)
        return reply.findings

    def _brought(
        self, path: Path, document: Document, findings: Sequence[Finding], changed: ChangedSources | None
    ) -> Sequence[Finding]:
        """Return those findings of a file that the change has brought; all if every finding counts."""
        if changed is None:
            return findings
        root = self._root(path)

        def check(before: Document) -> Sequence[Finding]:
            plugins = frozenset(self._host.checkers(before, root)) - {"drift"}  # the base is what that compares with
            return self._host.ask(CheckRequest(before, whole=True, all_fixes=False), root=root, among=plugins).findings

        file = ReportedFile(path, document)
        brought = brought_by_change(changed, [report_finding(file, finding) for finding in findings], check)
        return [finding for finding, is_new in zip(findings, brought, strict=True) if is_new]

    def _fixes(self, document: Document, span: Span, findings: Sequence[Finding], root: Path) -> VerifiedFixes:
        """Return what an editor's menu offers for findings at a place, with the edits."""
        reply = self._host.ask(ActionRequest(document, span, tuple(findings)), root=root)
        fixes: list[VerifiedFix] = []
        refused: list[str] = []
        for plugin, action in reply.actions:
            if len(fixes) == MAX_FIXES:
                break
            refused += [action.disabled] if action.disabled else []
            if action.command is not None and not action.data and not action.edits:
                continue  # it only does something in an editor
            resolved = self._resolved(document, plugin, action, root, refused)
            if resolved is not None and (resolved.edits or resolved.elsewhere):
                fixes.append(fix_of(document, resolved))
        return VerifiedFixes(tuple(fixes), _each_once(refused))

    def _place(self, document: Document, related: Related) -> CausePlace:
        """Return the path and the line, from 1, of what explains a finding; line 1 of a file that can't be read."""
        path = uri_to_path(related.uri or document.uri)
        try:
            text = document if related.uri is None else read_document(self._inside(str(path)))
        except DocumentError:
            return CausePlace(str(path), 1, related.message)
        line = position(text, min(related.span.start, len(text.text))).line
        return CausePlace(str(path), line, related.message)

    def _resolved(
        self, document: Document, plugin: str, action: Action, root: Path, refused: list[str]
    ) -> Action | None:
        """Return an action with its edits, which may have to be asked for; None if there are none. The reasons are
        added to `refused`."""
        if not action.data or action.edits:
            return action
        reply = self._host.ask(ResolveRequest(document, action), root=root, plugin=plugin)
        refused += (receipt.sentence for receipt in reply.receipts if receipt.sentence)
        return next((resolved for _, resolved in reply.actions), None)

    def _read(self, path: str) -> tuple[Document, Path]:
        file = self._inside(path)
        return read_document(file), self._root(file)

    def _root(self, path: Path) -> Path:
        return root_of(path, (self._folder,))

    def _inside(self, path: str) -> Path:
        """Return the path of a file or folder inside the server's folder, without links.

        Raises DocumentError for a path that is outside, leads outside by links, or is no path. Nothing outside is even
        looked at.
        """
        if len(path) > _LONGEST_PATH:
            raise DocumentError(f"a path has {_LONGEST_PATH} characters at most")
        if "\0" in path:
            raise DocumentError(f"{path!r} is no path")
        try:
            return Path(resolve_inside(self._folder / path, self._folder))
        except FileRefused:
            raise DocumentError(
                f"{path}: not inside {self._folder}; start `breadknife mcp` in the folder that holds it"
            ) from None
        except (OSError, ValueError) as error:
            raise DocumentError(f"{path!r} is no path: {error}") from error


def _line(document: Document, line: int) -> Span:
    """Return the span of a line, counted from 1. Raises DocumentError if there is no such line."""
    if not 1 <= line <= document.line_count:
        raise DocumentError(f"there is no line {line}; the file has {document.line_count}")
    return document.line_span(line - 1)


def _each_once(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence for sentence in sentences if sentence))
