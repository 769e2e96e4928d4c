"""What a rule about whole documents is, what it gets, and what it finds."""

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
    """The folder of the project that it belongs to; None for a file by itself."""
    exists: Callable[[Path], bool]
    """Tells whether there is a file or a folder."""
    read: Callable[[Path], str | None]
    """Returns the text of another file; None when there is none, or it may not be read."""
    paragraphs: tuple[ProseText, ...] = ()
    """The document's prose."""
    knows: Callable[[str], bool] = lambda word: False
    """Tells whether a word is in a dictionary."""
    ways: Callable[[str], Mapping[str, int]] = lambda term: {}
    """Returns the ways in which the project's documents write a term (a word, folded by `project.words.term`), and in
    how many documents each of them is."""

    @property
    def folder(self) -> Path | None:
        """The document's own folder; None for a document that isn't saved."""
        path = self.document.path
        return path.parent if path else None


@dataclass(frozen=True)
class DocumentProblem:
    """One thing that a rule has found."""

    span: Span
    message: str
    replacement: str | None = None
    """What should stand at the span; None where the rule can't tell."""


@dataclass(frozen=True)
class DocumentRule:
    """One rule, as a row of `rules.DOCUMENT_RULES`."""

    code: str
    languages: frozenset[str]
    """The LSP ids of the languages that it serves."""
    description: str
    """One sentence for the documentation."""
    check: Callable[[DocumentContext], Iterator[DocumentProblem]]
    severity: Severity = Severity.WARNING
    needs_no_tree: bool = False
    """It looks at paragraphs only, so it serves formats without a grammar too."""

    def find(self, context: DocumentContext) -> Iterator[Finding]:
        """Yield what is wrong in a document, each with a fix where the rule knows what should stand there."""
        for problem in self.check(context):
            fixes = ()
            if problem.replacement is not None:
                edit = TextEdit(problem.span, problem.replacement)
                fixes = (Fix(edit_title(context.document, edit), (edit,), origin=Origin(rule=self.code)),)
            yield Finding(problem.span, SOURCE, self.code, problem.message, self.severity, fixes)
