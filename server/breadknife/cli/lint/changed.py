"""Which files `--changed`, `--changed-lines` and `--staged` are about, and which findings a change has brought."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from breadknife.cli.baseline.entries import MarkedDocument
from breadknife.cli.baseline.matching import EntryMatcher, OneFile
from breadknife.cli.changes.changed import ChangedFile, Changes, find_changes
from breadknife.cli.formats.values import ReportedFile, ReportedFinding
from breadknife.errors import DocumentError
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, document_of, with_newlines


@dataclass(frozen=True)
class ChangeOptions:
    base: str = ""
    """The commit or branch that is compared with; empty to find out where the branch began."""
    by_lines: bool = False
    """True if only what the change has brought is shown, False for all findings of changed files."""
    staged: bool = False
    """True if what is staged counts, instead of the files as they are."""


@dataclass(frozen=True)
class ChangedSources:
    """The changed files of all repositories that a run is about."""

    changes: Sequence[Changes]
    by_lines: bool

    @classmethod
    def of(cls, paths: Sequence[Path], options: ChangeOptions) -> ChangedSources:
        """Ask git. Raises GitFailed where it can't tell."""
        found = dict[Path, Changes]()
        for path in paths:
            folder = Path(os.path.realpath(path if path.is_dir() else path.parent))
            if folder.is_dir() and not any(folder.is_relative_to(top) for top in found):
                changes = find_changes(folder, options.base, staged=options.staged)
                found[changes.repository.top] = changes
        return cls(tuple(found.values()), options.by_lines)

    def has(self, path: str, /) -> bool:
        return self._at(path) is not None

    def base_of(self, root: Path) -> str:
        """Return the commit that the repository of a folder is compared with; empty if it isn't one of these."""
        real = Path(os.path.realpath(root))
        found = (changes.base.commit for changes in self.changes if real.is_relative_to(changes.repository.top))
        return next(found, "")

    def lie_below(self, folder: str, /) -> bool:
        return folder in self._folders

    def pages_naming_moved(self) -> Iterator[Path]:
        """Yield the pages of documentation that name the old path of a file that was moved."""
        for changes in self.changes:
            yield from changes.naming_moved()

    def staged(self, path: Path) -> bytes | None:
        """Return the staged text of a file; None if the file itself counts."""
        real = os.path.realpath(path)
        return next((changes.staged[real] for changes in self.changes if real in changes.staged), None)

    def touched(self, problem: ReportedFinding) -> bool:
        """Tell whether a finding, its cause or its use is on a line that is new, or the function in another file that
        is its cause has one or was moved."""
        own = problem.file
        return self._is_new(own, problem.finding.span) or any(
            self._is_new(each.file, each.span) or (each.file.path != own.path and self._is_cause(each.file, each.span))
            for each in problem.related
        )

    def before(self, path: Path, document: Document) -> Document | None:
        """Return the base's text of a document from which lines are gone; None if none are, or it wasn't there."""
        changes_and_file = self._at(os.path.realpath(path))
        if changes_and_file is None:
            return None
        changes, file = changes_and_file
        text = changes.before(file) if file.removes else None
        try:
            return with_newlines(document_of(path, text, document.language)) if text is not None else None
        except DocumentError:
            return None

    def _is_cause(self, file: ReportedFile, span: Span) -> bool:
        found = self._at(os.path.realpath(file.path))
        return found is not None and (found[1].is_moved or self._is_new(file, _around(file, span)))

    def _is_new(self, file: ReportedFile, span: Span) -> bool:
        found = self._at(os.path.realpath(file.path))
        lines = file.document.line_at(span.start), file.document.line_at(span.end)
        return found is not None and found[1].has_new(*lines)

    def _at(self, real: str) -> tuple[Changes, ChangedFile] | None:
        return next(((changes, changes.files[real]) for changes in self.changes if real in changes.files), None)

    @cached_property
    def _folders(self) -> frozenset[str]:
        """All folders above a changed file."""
        return frozenset(
            str(folder) for changes in self.changes for file in changes.files for folder in Path(file).parents
        )


def _around(file: ReportedFile, span: Span) -> Span:
    """Return the innermost symbol around a place; the place itself where there is none."""
    name, symbol = MarkedDocument("", file.document).symbol(span)
    return symbol if name else span


def find_affected(
    changed: ChangedSources, paths: Sequence[Path], importers: Callable[[Path], Iterable[Path]]
) -> Sequence[Path]:
    """Return files that aren't among the changed ones at `paths`, but in which the change may have brought findings:
    those that import a changed one, whose nulls may come from there, and pages that name a file which was moved.

    Args:
        changed: what has changed.
        paths: the changed files that are looked at.
        importers: returns the files that import one, both by their absolute paths.
    """
    known = {os.path.abspath(path): path for path in paths}
    affected = dict.fromkeys(map(str, changed.pages_naming_moved()))
    for path in known:
        affected |= dict.fromkeys(map(str, importers(Path(path))))
    return [Path(path) for path in affected if path not in known]


def brought_by_change(
    changed: ChangedSources, problems: Sequence[ReportedFinding], check: Callable[[Document], Sequence[Finding]]
) -> Sequence[bool]:
    """Tell of each finding of a file whether a change has brought it: it, its cause or its use is on a new line, or
    lines are gone, such as a check for null. `check` returns the findings of the file's text in the base.
    """
    brought = [changed.touched(problem) for problem in problems]
    if all(brought):
        return brought
    path, document = problems[0].file.path, problems[0].file.document
    before = changed.before(path, document)
    if before is None:
        return brought
    marked, was = MarkedDocument("", document), MarkedDocument("", before)
    matcher = EntryMatcher(was.entry(f"{each.source}/{each.code}", each.span) for each in check(before))
    known = matcher.match("", [marked.entry(problem.rule, problem.finding.span) for problem in problems], OneFile())
    return [is_new or entry is None for is_new, entry in zip(brought, known, strict=True)]
