"""The values of the shelf: files, chunks of their pages, and what a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from breadknife.steps.values import Vector
from breadknife.text.document import Span

HEADING = "\x01"
"""Stands in stored text as often before a heading as its level says: once for a title. Only formats that say what a
heading is have it; a term of a list of definitions has `LIKELY` of them."""
LIKELY = 7
"""The level of what only looks like a heading, below those of HTML."""
CELL = " | "
"""Stands in stored text between the cells of a row."""


@dataclass(frozen=True)
class FileRecord:
    """A file of a folder on the shelf, without its pages: a row of the index's table `files`, in the same order."""

    path: str
    """Relative to the folder, with `/`."""
    size: int
    """In bytes."""
    changed: int
    """When its content last changed, in ns since 1970."""
    sha256: str = ""
    """Of its content; empty if it couldn't be read, or hasn't been yet."""
    title: str = ""
    """The title that the file names, or else its name without the ending; empty until it is read."""
    skipped: str = ""
    """Why it isn't read, as `REASON; REMEDY`; empty if it is."""
    authors: str = ""
    """Its authors, a line for each, as far as it names them."""
    year: str = ""
    """Of publication; empty if it doesn't say."""
    doi: str = ""
    """`10.1000/182`; empty if it names none."""


@dataclass(frozen=True)
class PageChunk:
    """A few sentences of one page: what is searched and quoted."""

    page: int
    """Counted from 1; 0 if the format has no pages."""
    span: Span
    """In the page's stored text, in code points."""
    text: str
    """That text as `cleaning.clean` makes it for searching and showing: one line, with no word cut at a line's end."""
    headings: str = ""
    """Those above it on its page, as `sections.written` makes them."""


@dataclass(frozen=True)
class Candidate:
    """A chunk that a search found. The scores compare candidates of one search only."""

    id: int
    """The chunk's: no other one on the shelf has it, and it stays the same as long as the file does."""
    file: Path
    """The file's absolute path."""
    title: str
    """The file's own title, or else its name without the ending."""
    chunk: PageChunk
    score: float
    """`bm25` as a share of the best one of the search, plus half of `cosine`; higher is better."""
    cosine: float
    """Between the question's vector and the chunk's, from -1 to 1; 0 if one of them has no vector."""
    bm25: float
    """How well the words fit (Okapi BM25); higher is better, and 0 if the chunk has no word of the question."""


@dataclass(frozen=True)
class SkippedFile:
    """A file of a folder that isn't on the shelf, and why."""

    file: Path
    reason: str
    """One sentence, without a period."""
    remedy: str = ""
    """What the user can do about it, in the imperative; empty if nothing helps."""


@dataclass(frozen=True)
class ShelfStatus:
    """What is on the shelf, and what is still missing. Numbers are counts, unless it says otherwise."""

    folders: tuple[Path, ...] = ()
    files: int = 0
    pages: int = 0
    """Pages that can be searched. A file without pages counts as one."""
    pages_by_ocr: int = 0
    """Of `pages`, those that were read by OCR."""
    pages_waiting: int = 0
    """Pages that are pictures and that OCR hasn't read: it isn't installed, or was stopped."""
    chunks: int = 0
    chunks_waiting: int = 0
    """Chunks that have no vector yet: only their words are searched."""
    bytes: int = 0
    """The size of the index on disk, in bytes."""
    skipped: tuple[SkippedFile, ...] = ()


@dataclass(frozen=True)
class SearchGap:
    """What a search has left out, such as meanings while no model is there: an answer may be in it."""

    what: str
    """What goes on after `searched by `, without a period: `words alone: no passage has a vector yet`."""
    remedy: str
    """What the user can do about it, in the imperative."""


class Shelves(Protocol):
    """All folders that the user has added, searched as one."""

    def search(self, query: str, vector: Vector, keep: int) -> tuple[Candidate, ...]:
        """Return the chunks with the highest scores, at most `keep`, best first. `vector` is the query's; if it is
        empty, only words are searched."""
        ...

    def frequency(self, word: str) -> int:
        """Return the number of chunks that have the word, in any of its forms (`oven` and `ovens` are one)."""
        ...

    @property
    def chunk_count(self) -> int:
        """The number of chunks on the shelf."""
        ...

    def anchor(self, file: Path, headings: Sequence[str]) -> str:
        """Return what leads to the nearest of these headings in the file, after `#`; empty if nothing does. The nearest
        one is the last."""
        ...

    def page_text(self, file: Path, page: int) -> str:
        """Return the stored text of a page, into which the spans of its chunks point; empty if there is no such page.
        `file` is an absolute path."""
        ...

    @property
    def status(self) -> ShelfStatus: ...
