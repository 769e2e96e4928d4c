"""What is known about a workspace folder besides the current document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from breadknife.text.document import Document
from breadknife.text.outline import Definition, Import, Outline


@dataclass(frozen=True)
class LocatedDefinition:
    """A definition and its file."""

    path: Path
    definition: Definition


@dataclass(frozen=True)
class RecentEdit:
    """A place that was edited recently, in any file of the folder."""

    path: Path
    line: int
    """The first line that changed, from 0."""
    before: str
    """The changed lines as they were."""
    after: str
    """The changed lines as they are."""
    at: float
    """The time of the edit, as `time.monotonic()` returns it."""


class Project(Protocol):
    """Safe to use from several threads. A method reads at most a few files from disk.

    It never returns anything about a file that is ignored (`.gitignore`, `.breadknifeignore`), looks like a secret
    (`.env`, keys), is binary or huge, or is outside of `root`.
    """

    @property
    def root(self) -> Path: ...

    @property
    def generation(self) -> int:
        """A number that changes with each reported change of a file or document."""
        ...

    def revision(self, path: Path, /) -> int:
        """Return a number that changes with each reported change of the file's document."""
        ...

    def may_read(self, path: Path, /) -> bool:
        """Tell whether a model may see the file while the user edits it: not if it looks like a secret or if
        `.breadknifeignore` names it. A file that only git ignores has completion, but is in no other file's context."""
        ...

    def outline(self, path: Path, /) -> Outline | None:
        """Return the outline of the file, or of the editor's text if it is open there; None if the file may not be read
        or has no grammar."""
        ...

    def text(self, path: Path, /) -> str | None:
        """Return the file's text, or the editor's if it is open there; None if the file may not be read."""
        ...

    def unsaved(self) -> Sequence[Document]:
        """Return the open documents whose text differs from the file on disk."""
        ...

    def defining(self, name: str, language: str, /) -> Sequence[LocatedDefinition]:
        """Return the definitions of a name in files of the language and of languages that it can import from. If more
        than 8 files define the name, it returns only some, because the name then says little."""
        ...

    def module(self, imported: Import, document: Document, /) -> Sequence[Path]:
        """Return the project's files that an import in `document` may refer to, likeliest first."""
        ...

    def importers(self, path: Path, /) -> Sequence[Path]:
        """Return the files that import this one, nearest first, as far as the folder has been read; a bounded
        number."""
        ...

    def ways_to_import(self, name: str, path: Path, /) -> Sequence[Import]:
        """Return the imports by which other files of a file's language have a name, of the nearest files first; a
        bounded number."""
        ...

    def names(self, word: str, /) -> bool:
        """Tell whether the word is a name in this folder, as far as it has been read: an identifier or a part of one, a
        package, a person, or code in a document."""
        ...

    def saying(self, word: str, /) -> int:
        """Return the number of documents that contain the word; a heading counts as two."""
        ...

    def ways(self, word: str, /) -> Mapping[str, int]:
        """Spelling of this term (hyphens, capitals, dialects) -> the number of documents that use it."""
        ...

    def idle(self, seconds: float, /) -> bool:
        """Wait until the whole folder has been read, at most `seconds`. Returns whether it has."""
        ...

    def recent_edits(self) -> Sequence[RecentEdit]:
        """Return the recent edits, newest first; a bounded number."""
        ...
