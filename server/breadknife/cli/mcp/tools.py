"""The tools that `breadknife mcp` offers to other programs: what an editor gets, from the same host."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from breadknife.cli.find import ask as ask_where
from breadknife.cli.lint.changed import ChangedSources, ChangeOptions
from breadknife.cli.lint.sources import find_sources
from breadknife.cli.mcp.values import (
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
from breadknife.task.values import Action, ActionRequest, CheckRequest, Confidence, Finding, ResolveRequest, Silence
from breadknife.text.document import Document, Span, read_document, uri_to_path

MAX_PROBLEMS = 200
MAX_FIXES = 5
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

    def lint(self, path: str = ".", min_confidence: str = "medium") -> FoundProblems:
        """Check a file, or all files of a folder: grammar and style of prose, values that may be null."""
        least_confidence = Confidence(min_confidence)
        problems: list[FoundProblem] = []
        failed: list[str] = []

        def complain(error: DocumentError) -> None:
            failed.append(str(error))

        for source in find_sources([self._inside(path)], complain):
            try:
                document = read_document(source.path)
            except DocumentError as error:
                failed.append(str(error))
                continue
            reply = self._host.ask(CheckRequest(document, whole=True, all_fixes=False), root=self._root(source.path))
            failed += (receipt.sentence for receipt in reply.failures)
            failed += reply.unanswered
            likely = (finding for finding in reply.findings if finding.confidence.reaches(least_confidence))
            problems += (problem_of(source.path, document, finding) for finding in likely)
        return FoundProblems(tuple(problems[:MAX_PROBLEMS]), _each_once(failed), max(0, len(problems) - MAX_PROBLEMS))

    def drift(self, path: str = ".", base: str = "") -> FalseClaims:
        """Find what a change made false in docstrings, comments and pages of documentation: the files as they are are
        compared with the commit or branch `base`, by default with where this branch began. Gives the line that made
        each claim false and, where that is certain, the edits that make it true. Nothing is written."""
        inside = self._inside(path)
        changed = ChangedSources.of([inside], ChangeOptions(base, by_lines=True))
        failed: list[str] = []
        sources = [source.path for source in find_sources([inside], lambda error: failed.append(str(error)), changed)]
        pages = (
            each for each in changed.pages_naming_moved() if each.is_relative_to(inside) and each.resolve() == each
        )
        claims: list[FalseClaim] = []
        for source in dict.fromkeys((*sources, *pages)):
            try:
                document = read_document(source)
            except DocumentError as error:
                failed.append(str(error))
                continue
            if document.language not in self._host.languages(DriftRequest):
                continue
            root = self._root(source)
            request = DriftRequest(document, changed.base_of(root))
            reply = self._host.ask(request, root=root, plugin="drift")
            failed += (receipt.sentence for receipt in reply.receipts if receipt.sentence)
            claims += (
                claim_of(source, document, finding, self._cause(document, finding)) for finding in reply.findings
            )
        since = "; ".join(changes.base.about for changes in changed.changes)
        more = max(0, len(claims) - MAX_PROBLEMS)
        return FalseClaims(tuple(claims[:MAX_PROBLEMS]), since, _each_once(failed), more)

    def fix(self, path: str, line: int) -> VerifiedFixes:
        """Find verified ways to repair what is wrong at a line, as edits. Nothing is written."""
        document, root = self._read(path)
        span = _line(document, line)
        findings = self._host.ask(CheckRequest(document, whole=True), root=root).findings
        touched = tuple(finding for finding in findings if finding.span.touches(span))
        reply = self._host.ask(ActionRequest(document, span, touched), root=root)
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
        answer = ask_where(self._host, FindRequest(question, limit), root)
        if isinstance(answer, Silence):
            return FoundPlacesInFolder((), reason=sentence_of(answer))
        places = (
            PlaceInFolder(
                os.path.relpath(place.path, self._folder).replace(os.sep, "/"),
                place.line,
                place.last_line,
                place.qualified_name,
                place.kind,
                place.head,
                place.reason,
            )
            for place in answer.places
        )
        return FoundPlacesInFolder(tuple(places), answer.searched, answer.origin.model)

    def _cause(self, document: Document, finding: Finding) -> tuple[str, int]:
        """Return the path and the line, from 1, of what a finding leads to; line 1 of a file that can't be read."""
        place = finding.related[0]
        path = uri_to_path(place.uri or document.uri)
        try:
            text = document if place.uri is None else read_document(self._inside(str(path)))
        except DocumentError:
            return str(path), 1
        return str(path), position(text, min(place.span.start, len(text.text))).line

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
