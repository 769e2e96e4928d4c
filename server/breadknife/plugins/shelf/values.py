"""What a shelf is made of: files, chunks of their pages, and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from breadknife.steps.values import Vector
from breadknife.text.document import Span


@dataclass(frozen=True)
class FileRecord:
    """What is known of a file of a shelf's folder, besides its pages."""

    path: str
    """Relative to the folder, with `/`."""
    size: int
    """In bytes."""
    changed: int
    """The time of its change in ns."""
    sha256: str = ""
    """Empty if it couldn't be read."""
    title: str = ""
    skipped: str = ""
    """Why it isn't read, as `REASON; REMEDY`; empty if it is."""


@dataclass(frozen=True)
class PageChunk:
    """A few sentences of one page: what is searched and quoted."""

    page: int
    """Counted from 1; 0 if the format has no pages."""
    span: Span
    """In the page's stored text."""
    text: str
    """Cleaned for searching and showing: blanks in a row and line ends are one blank, words cut at line ends whole."""


@dataclass(frozen=True)
class Candidate:
    """A chunk that a search found. The scores compare candidates of one search only."""

    id: int
    """Of the chunk: unique in the shelf, and lasting as long as the file stays the same."""
    file: Path
    """The whole path of the file."""
    title: str
    """The file's own title, or else its name without the ending."""
    chunk: PageChunk
    score: float
    """The fit of words, as a share of the best, and half of the cosine; higher is better."""
    cosine: float
    """Between the question's vector and the chunk's, from -1 to 1; 0 if one of them has no vector."""
    bm25: float
    """How well the words fit; higher is better, and 0 if no word of the question stands in the chunk."""


@dataclass(frozen=True)
class SkippedFile:
    """A file that isn't on the shelf, wholly or partly, and why."""

    file: Path
    reason: str
    """One sentence, without a period."""
    remedy: str = ""
    """What the user can do about it, in the imperative; empty if nothing helps."""


@dataclass(frozen=True)
class ShelfStatus:
    """What is on the shelf, and what is still missing."""

    folders: tuple[Path, ...] = ()
    files: int = 0
    pages: int = 0
    """Pages that can be searched. A file without pages counts as one."""
    pages_by_ocr: int = 0
    """Of `pages`, those that were read by OCR."""
    pages_waiting: int = 0
    """Pages that are pictures and that nothing installed here can read."""
    chunks: int = 0
    chunks_waiting: int = 0
    """Chunks that have no vector yet: only their words are searched."""
    bytes: int = 0
    """The size of the index on disk."""
    skipped: tuple[SkippedFile, ...] = ()


@dataclass(frozen=True)
class SearchGap:
    """A part of the shelf that a question wasn't compared with, so that an answer may stand there."""

    what: str
    """In one sentence, without a period."""
    remedy: str
    """What the user can do about it, in the imperative."""


class Shelves(Protocol):
    """All folders that the user has added, searched as one."""

    def search(self, query: str, vector: Vector, keep: int) -> tuple[Candidate, ...]:
        """Return the best `keep` chunks, best first. With an empty `vector`, only words are searched."""
        ...

    def frequency(self, word: str) -> int:
        """Return how many chunks have the word, in any of its forms (`oven` and `ovens` are one)."""
        ...

    @property
    def chunk_count(self) -> int: ...

    def page_text(self, file: Path, page: int) -> str:
        """Return the stored text of a page, which chunks' offsets point into; empty if there is no such page."""
        ...

    @property
    def status(self) -> ShelfStatus: ...
