"""The values that a format writes: findings with the files they are in, and how the run went."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from breadknife.task.values import Finding, Fix
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.notebooks import Cell, cells_of, is_notebook
from breadknife.text.printable import escaped_name


@dataclass(frozen=True)
class ReportedFile:
    path: Path
    document: Document

    @property
    def name(self) -> str:
        """The path as the user gave it, with `/` on every system."""
        return self.path.as_posix()

    @cached_property
    def _below(self) -> Path | None:
        """The path from the current folder; None where the file isn't below that."""
        here, path = Path.cwd(), Path(os.path.abspath(self.path))
        return path.relative_to(here) if path.is_relative_to(here) else None

    @property
    def relative(self) -> str:
        """The path from the current folder if the file is below that, else `name`."""
        return self.name if self._below is None else self._below.as_posix()

    @property
    def uri(self) -> str:
        """The path from the current folder as a URI reference (RFC 3986), or the file's own URI where it isn't below
        that folder."""
        if self._below is None:
            return Path(os.path.abspath(self.path)).as_uri()
        return quote(os.fsencode(self._below.as_posix()))

    def place(self, span: Span) -> dict[str, int]:
        """Return `line`, `column`, `end_line` and `end_column` of a span. All count from 1, columns in code points, and
        the end column is the one after the last character."""
        line, column = self.position(span.start)
        end_line, end_column = self.position(span.end)
        return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}

    def position(self, offset: int) -> tuple[int, int]:
        """Return a 1-based line, and a 1-based column in code points."""
        line = self.document.line_at(offset)
        return line + 1, offset - self.document.line_starts[line] + 1

    @cached_property
    def _cells(self) -> Sequence[Cell]:
        return cells_of(self.document) if is_notebook(self.document) else ()

    def where(self, offset: int, *, relative: bool = False) -> str:
        """Return the `name`, or what is `relative`, with a line and a column; in a notebook, those of the cell."""
        name = escaped_name(self.relative if relative else self.name)
        line, column = self.position(offset)
        if (cell := self.cell_at(offset)) is None:
            return f"{name}:{line}:{column}"
        line, column = ReportedFile(self.path, cell.document).position(cell.offset_of(offset))
        return f"{name}:cell {cell.number}:{line}:{column}"

    def cell_at(self, offset: int) -> Cell | None:
        """Return the cell of a notebook that an offset lies in."""
        return next((cell for cell in self._cells if cell.source.start <= offset <= cell.source.end), None)


@dataclass(frozen=True)
class RelatedSpan:
    """A span that explains a finding, and how."""

    file: ReportedFile
    span: Span
    message: str


@dataclass(frozen=True)
class ReportedFinding:
    """A finding with the file it is in."""

    file: ReportedFile
    finding: Finding
    related: Sequence[RelatedSpan] = ()
    """The finding's, with their files."""

    @property
    def rule(self) -> str:
        """The rule's id, as every format writes it: `nullcheck/none-attribute`."""
        return f"{self.finding.source}/{self.finding.code}"


@dataclass(frozen=True)
class FileReport:
    """The findings of one file, and why some may be missing."""

    path: Path
    findings: Sequence[ReportedFinding] = ()
    failures: Sequence[str] = ()
    """A sentence for each thing that could not be done: the file can't be read, a checker gave no answer."""
    hidden: int = 0
    """Findings that aren't shown because they most likely can't happen."""


@dataclass(frozen=True)
class RunSummary:
    """How a run went, told when it has ended."""

    began: datetime
    ended: datetime
    code: int
    """The exit code."""
    failures: Sequence[str] = ()
    """The sentences of all files that could not be checked, and of what could not be found."""
    rules: Mapping[str, str] = field(default_factory=dict[str, str])
    """A sentence about each rule, by the rule's id. An id that ends in `/` stands for all rules of a source."""

    def about(self, rule: str) -> str:
        """Return a sentence about a rule."""
        return self.rules.get(rule) or self.rules.get(f"{rule.split('/')[0]}/") or f"The rule {rule}."


class ReportWriter(Protocol):
    """Writes one format. `add` is called once for each file, in order; `end` once, also when the run was stopped."""

    def add(self, report: FileReport, /) -> None: ...

    def end(self, summary: RunSummary, /) -> None: ...


def edits_of(fix: Fix, file: ReportedFile) -> Iterator[tuple[ReportedFile, Sequence[TextEdit]]]:
    """Yield all edits of a fix, by file, the finding's own first. Of edits that begin at the same place the insertion
    comes first, as in LSP."""
    if fix.edits:
        yield file, _in_order(fix.edits)
    for elsewhere in fix.elsewhere:
        path = elsewhere.document.path
        if path is not None:
            yield named_from_here(path, elsewhere.document), _in_order(elsewhere.edits)


def named_from_here(path: Path, document: Document) -> ReportedFile:
    """Return a file that the user has not named: by its path from the current folder, where it is below that."""
    here = Path.cwd()
    return ReportedFile(path.relative_to(here) if path.is_relative_to(here) else path, document)


def _in_order(edits: Sequence[TextEdit]) -> list[TextEdit]:
    return sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))


class Fingerprints:
    """Makes a name for each finding that stays the same while other lines change.

    It is a digest of the file's path, the rule, the text of the finding's first line, and a number that tells findings
    apart for which all of these are the same.
    """

    def __init__(self) -> None:
        self._counts = Counter[str]()

    def of(self, reported: ReportedFinding) -> str:
        document = reported.file.document
        line = document.line_text(document.line_at(reported.finding.span.start)).strip()
        key = f"{reported.file.relative}\n{reported.rule}\n{line}"
        self._counts[key] += 1
        text = f"{key}\n{self._counts[key]}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(text).hexdigest()[:32]
