"""A check of what a document says of the files around it or of itself: a value that carries its own examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from breadknife.task.values import Finding, Fix, Origin, Severity
from breadknife.text.document import Document, Span, TextEdit, edit_title
from breadknife.text.languages.documents import FORMATS
from breadknife.text.prose import ProseText
from breadknife.text.syntax import SyntaxTree

SOURCE = "breadknife"
PROSE = frozenset(("markdown", "mdx", *(id for each in FORMATS for id in (each.id, *each.aliases)))) - {"po", "gettext"}
"""What is written to be read as a whole."""


@dataclass(frozen=True)
class Subject:
    """One document, and what may be asked about the files around it."""

    document: Document
    tree: SyntaxTree
    root: Path | None
    """The project that it belongs to; None for a file by itself."""
    exists: Callable[[Path], bool]
    read: Callable[[Path], str | None]
    """The text of another file; None when there is none, or it may not be read."""
    paragraphs: tuple[ProseText, ...] = ()
    knows: Callable[[str], bool] = lambda word: False
    """Whether a word is in a dictionary."""
    ways: Callable[[str], Mapping[str, int]] = lambda term: {}
    """The ways in which the project's documents write a term, and in how many documents each."""

    @property
    def folder(self) -> Path | None:
        path = self.document.path
        return path.parent if path else None


@dataclass(frozen=True)
class Example:
    """A document in a folder that has `files` (path -> text) too."""

    text: str
    files: tuple[tuple[str, str], ...] = ()
    language: str = ""
    """Where the rule serves more than one."""


@dataclass(frozen=True)
class DocumentRule:
    code: str
    languages: frozenset[str]
    """LSP language ids."""
    why: str
    """One sentence for the documentation."""
    check: Callable[[Subject, Callable[..., Finding]], Iterator[Finding]]
    """Called with a maker of its findings: `(span, message, replacement=None)`."""
    severity: Severity = Severity.WARNING
    prose_alone: bool = False
    """It looks at paragraphs only, so it serves formats without a grammar too."""
    fires: tuple[Example, ...] = ()
    silent: tuple[Example, ...] = ()

    def findings(self, subject: Subject) -> Iterator[Finding]:
        def finding(span: Span, message: str, replacement: str | None = None) -> Finding:
            fixes = ()
            if replacement is not None:
                edit = TextEdit(span, replacement)
                fixes = (Fix(edit_title(subject.document, edit), (edit,), origin=Origin(rule=self.code)),)
            return Finding(span, SOURCE, self.code, message, self.severity, fixes)

        return self.check(subject, finding)
