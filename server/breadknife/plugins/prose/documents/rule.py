"""A check of what a document says of the files around it or of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from breadknife.task.values import Finding, Fix, Origin, Severity
from breadknife.text.document import Document, Span, TextEdit, edit_title
from breadknife.text.prose import ProseText
from breadknife.text.syntax import SyntaxTree

SOURCE = "breadknife"


@dataclass(frozen=True)
class DocumentContext:
    """One document, and what may be asked about the files around it."""

    document: Document
    tree: SyntaxTree
    root: Path | None
    """The project that it belongs to; None for a file by itself."""
    exists: Callable[[Path], bool]
    read: Callable[[Path], str | None]
    """Returns the text of another file; None when there is none, or it may not be read."""
    paragraphs: tuple[ProseText, ...] = ()
    knows: Callable[[str], bool] = lambda word: False
    """Tells whether a word is in a dictionary."""
    ways: Callable[[str], Mapping[str, int]] = lambda term: {}
    """Returns the ways in which the project's documents write a term, and in how many documents each."""

    @property
    def folder(self) -> Path | None:
        path = self.document.path
        return path.parent if path else None


@dataclass(frozen=True)
class DocumentProblem:
    span: Span
    message: str
    replacement: str | None = None
    """What should stand there."""


@dataclass(frozen=True)
class DocumentRule:
    code: str
    languages: frozenset[str]
    """LSP language ids."""
    description: str
    """One sentence for the documentation."""
    check: Callable[[DocumentContext], Iterator[DocumentProblem]]
    severity: Severity = Severity.WARNING
    needs_no_tree: bool = False
    """It looks at paragraphs only, so it serves formats without a grammar too."""

    def find(self, context: DocumentContext) -> Iterator[Finding]:
        for problem in self.check(context):
            fixes = ()
            if problem.replacement is not None:
                edit = TextEdit(problem.span, problem.replacement)
                fixes = (Fix(edit_title(context.document, edit), (edit,), origin=Origin(rule=self.code)),)
            yield Finding(problem.span, SOURCE, self.code, problem.message, self.severity, fixes)
