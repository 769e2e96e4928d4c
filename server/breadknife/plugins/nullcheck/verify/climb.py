"""What is made of an offer, and how far it came on the ladder of checks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from breadknife.plugins.nullcheck.values import Offer
from breadknife.plugins.nullcheck.verify.oracle.values import Problem
from breadknife.task.values import DocumentEdits
from breadknife.text.document import Document, TextEdit

IMPORTERS = 20
"""Files that are checked with an edit, of those that import what it changes."""


class Rung(StrEnum):
    """Each offer has passed all but the last, by its language's own checks."""

    PARSES = "parses"
    GONE = "finding gone"
    PATH = "non-null path unchanged"
    FILE = "file clean"
    IMPORTERS = "importers clean"
    OTHERS = "other errors still reported"
    TEST = "proved by a test"


@dataclass(frozen=True)
class Edited:
    """A document and the edits that are to be made."""

    document: Document
    edits: tuple[TextEdit, ...]
    is_inner: bool = False
    """See `Offer`: the files that import it aren't checked."""
    elsewhere: tuple[DocumentEdits, ...] = ()

    @classmethod
    def by(cls, document: Document, offer: Offer) -> Edited:
        return cls(document, offer.edits, offer.is_inner, offer.elsewhere)

    @property
    def changes(self) -> tuple[DocumentEdits, ...]:
        return (DocumentEdits(self.document, self.edits), *self.elsewhere)


@dataclass(frozen=True)
class Climb:
    """How far an edit came."""

    checker: str = ""
    """Which one was asked."""
    importers: int = 0
    of: int = 0
    """Files that import what it changes and can see it; `importers` of them were checked."""
    broken: Rung | None = None
    problem: Problem | None = None
    """What breaks it."""
    unasked: str = ""
    """Why the checker has said nothing."""
    is_torn: bool = False
    """The file had syntax errors before: nothing that is said of it as a whole counts for much."""
    others: tuple[str, ...] = ()
    """The checkers whose finding only the language's own checks have seen gone: they weren't asked again."""
    is_proved: bool = False
    """A test fails without the edit, and passes with it."""

    @property
    def badge(self) -> str:
        """For people: `parses · finding gone · non-null path unchanged · file and 12 importers clean (pyright)`."""
        gone = f"{' and '.join(self.others)} {Rung.GONE} by breadknife's own check" if self.others else Rung.GONE
        said = [self.short] if not self.unasked else [self.short, self.unasked]
        parses = () if self.is_torn else (Rung.PARSES,)
        return " · ".join((*parses, gone, Rung.PATH, *said))

    @property
    def short(self) -> str:
        """What is known of the file, and who says so: `file and 12 importers clean (pyright)`; without a name it is
        the language's own checks."""
        return f"{self._files} · {Rung.TEST}" if self.is_proved else self._files

    @property
    def _files(self) -> str:
        if self.is_torn:
            return "the file does not parse"
        if not self.checker or self.unasked:
            return Rung.FILE
        files = f"{self.importers} of {self.of}" if self.of > self.importers else str(self.importers)
        importing = f" and {files} importer{'' if files == '1' else 's'}" if self.of else ""
        return f"file{importing} clean ({self.checker})"
