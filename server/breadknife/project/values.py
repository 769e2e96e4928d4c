"""What is known of a workspace folder besides the document at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from breadknife.text.document import Document
from breadknife.text.outline import Definition, Import, Outline


@dataclass(frozen=True)
class Located:
    """A definition and the file that it stands in."""

    path: Path
    definition: Definition


@dataclass(frozen=True)
class RecentEdit:
    """A place that was edited lately, in any file of the folder."""

    path: Path
    line: int
    """0-based, the first one that changed."""
    before: str
    after: str
    """The changed lines as they were and as they are."""
    at: float
    """Of `time.monotonic()`."""


class Project(Protocol):
    """Safe to use from several threads; nothing here waits for the disk longer than a few files take.

    Never tells of a file that is ignored (`.gitignore`, `.breadknifeignore`), that looks like a secret (`.env`, keys),
    that is binary, huge, or outside of `root`.
    """

    @property
    def root(self) -> Path: ...

    @property
    def generation(self) -> int:
        """Another number after each change of a file, or of a document, that was told."""
        ...

    def revision(self, path: Path, /) -> int:
        """Another number after each change of a document of that file that was told."""
        ...

    def may_read(self, path: Path, /) -> bool:
        """Whether there may be completion in the file itself, when the user has it open: not where it looks like a
        secret or `.breadknifeignore` names it. What only git ignores may be worked in, but is in no other's context."""
        ...

    def outline(self, path: Path, /) -> Outline | None:
        """Of the file as it is on disk, or in the editor where it is open there; None when it may not be read or has
        no grammar."""
        ...

    def text(self, path: Path, /) -> str | None:
        """The file's text, under the same conditions."""
        ...

    def unsaved(self) -> Sequence[Document]:
        """The documents in the editor whose text isn't that of the file on disk."""
        ...

    def defining(self, name: str, language: str, /) -> Sequence[Located]:
        """The definitions of that name in files of that language (and those that it can import from), 8 files at
        most: a name that more of them define says little."""
        ...

    def module(self, imported: Import, document: Document, /) -> Sequence[Path]:
        """The project's own files that an import of `document` may mean, likeliest first."""
        ...

    def importers(self, path: Path, /) -> Sequence[Path]:
        """The files that import this one, by what is known of the folder so far, nearest first; a bounded number."""
        ...

    def names(self, word: str, /) -> bool:
        """Whether something is called so here: an identifier or a part of one, a package, a person, or what documents
        have in code; by what is known of the folder so far."""
        ...

    def saying(self, word: str, /) -> int:
        """In how many documents the word is said; a heading counts for two."""
        ...

    def ways(self, word: str, /) -> Mapping[str, int]:
        """The ways in which documents write this term (hyphens, capitals, dialects), and in how many each."""
        ...

    def idle(self, seconds: float, /) -> bool:
        """Wait until all of the folder is known, at most so long; whether it is."""
        ...

    def recent_edits(self) -> Sequence[RecentEdit]:
        """Newest first; a bounded number."""
        ...
