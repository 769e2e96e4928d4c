"""The search over the indexes of all folders."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from breadknife.errors import ShelfError
from breadknife.paths import written_at
from breadknife.plugins.shelf.index.database import all_indexes, folder_of, index_error, open_index
from breadknife.plugins.shelf.index.store import page_from, status_of
from breadknife.plugins.shelf.index.vectors import Matrix, can_be_searched
from breadknife.plugins.shelf.values import Candidate, Chunk, PageText, Status
from breadknife.steps.values import Vector

log = logging.getLogger(__name__)
_Found = TypeVar("_Found")

_RANKED = 100
"""Chunks of each ranking that the other one is merged with."""
_MEANING = 0.5
"""What a cosine of 1 counts against the best fit of words. With it, the page with the answer is among the first five
for 67 of 72 questions; with reciprocal rank fusion it was for 62 (`bench/shelf`, the fitting part)."""
_MOST_WORDS = 32
"""Of a question that are searched."""
_WORD = re.compile(r"\w+")


@functools.cache
def open_shelves() -> OpenShelves:
    """Return the one of this process: it keeps vectors in memory."""
    return OpenShelves()


def added_folders() -> tuple[Path, ...]:
    """Return the folders that the user has added, also those whose index is damaged."""
    return tuple(folder for path in all_indexes() if (folder := folder_of(path)) is not None)


@dataclass
class _Index:
    """One folder's index while it is open."""

    path: Path
    identity: tuple[int, int]
    """Of the file on disk: another one when the folder was removed and added again."""
    connection: sqlite3.Connection
    matrix: Matrix = field(default_factory=Matrix)
    version: int = -1
    """SQLite's, another one after each change by another process."""
    status: Status = field(default_factory=Status)
    model: str = ""
    frequencies: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def has_vectors(self) -> bool:
        return self.status.chunks_waiting < self.status.chunks

    def refresh(self) -> None:
        """Look whether another process has written."""
        [(version,)] = self.connection.execute("PRAGMA data_version").fetchall()
        if version == self.version:
            return
        sizes = (self.path.with_name(self.path.name + end) for end in ("", "-wal"))
        self.status = status_of(self.connection, sum(each.stat().st_size for each in sizes if each.exists()))
        [(self.model,)] = self.connection.execute("SELECT model FROM about").fetchall()
        self.frequencies.clear()
        self.version = version


class OpenShelves:
    """`Shelves` of all folders that were added. It notices what other processes change. Safe to use from several
    threads. An index that can't be used is left out; `problems` says why."""

    def __init__(self) -> None:
        self._open: dict[Path, _Index] = {}
        self._problems: tuple[str, ...] = ()
        self._damaged: dict[Path, tuple[object, str]] = {}
        """Indexes that a question found to be damaged: the state of the file then, and what is told of it."""
        self._indexes: Path | None = None
        """Where the indexes are, if not among the user's own."""
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def only(self, indexes: Path) -> Generator[None]:
        """Search the indexes in this folder alone meanwhile, for the test of a recipe."""
        with self._lock:
            before, self._indexes = self._indexes, indexes
        try:
            yield
        finally:
            with self._lock:
                self.close()
                self._indexes = before

    @property
    def is_of_test(self) -> bool:
        """Whether a recipe's test has its own shelf now. It has no vectors, so that each machine says the same."""
        return self._indexes is not None

    def search(self, question: str, vector: Vector, keep: int) -> tuple[Candidate, ...]:
        """See `Shelves`. Scores of words are compared across folders as they are."""
        wanted = max(_RANKED, keep)
        match = match_of(question)
        with self._lock:
            indexes = self._refreshed()
            words, near = dict[int, float](), dict[int, float]()
            for index in indexes:
                words |= self._asked(index, lambda index: _by_words(index, match, wanted), {})
                near |= self._asked(index, lambda index: _by_vector(index, vector, wanted), {})
            words, near = _best(words, wanted), _best(near, wanted)
            best_words = max(words.values(), default=0.0) or 1.0
            found: dict[str, Candidate] = {}

            def scored(index: _Index) -> list[Candidate]:
                chunks = _chunks(index, [*words, *near])
                cosines = near | _cosines(index, vector, [id for id in chunks if id not in near])
                bm25 = words | _bm25(index, match, [id for id in chunks if id not in words])
                scores = ((chunk, cosines.get(id, 0.0), bm25.get(id, 0.0)) for id, chunk in chunks.items())
                return [
                    Candidate(chunk, fits / best_words + _MEANING * cosine, cosine, fits)
                    for chunk, cosine, fits in scores
                ]

            for index in indexes:
                for candidate in self._asked(index, scored, []):
                    # A page that stands on the shelf twice counts once.
                    text = candidate.chunk.text
                    if text not in found or found[text].score < candidate.score:
                        found[text] = candidate
        return tuple(sorted(found.values(), key=lambda each: (-each.score, each.chunk.id))[:keep])

    def frequency(self, word: str) -> int:
        """See `Shelves`."""
        match = " ".join(f'"{each}"' for each in _WORD.findall(word))
        if not match:
            return 0
        with self._lock:
            return sum(self._asked(index, lambda index: _frequency(index, match), 0) for index in self._refreshed())

    @property
    def chunk_count(self) -> int:
        return self.status.chunks

    def page_text(self, file: Path, page: int) -> str:
        """See `Shelves`."""
        found = self.page(file, page)
        return found.text if found else ""

    def page(self, file: Path, number: int) -> PageText | None:
        """Return a page with the boxes of its words; None if there is no such page."""
        with self._lock:
            for index in self._refreshed():
                [folder] = index.status.folders
                if file.is_relative_to(folder):
                    path = file.relative_to(folder).as_posix()
                    found = self._asked(index, lambda index, path=path: _page(index, path, number), None)
                    if found is not None:
                        return found
        return None

    @property
    def status(self) -> Status:
        """Of all folders together."""
        return _sum(self.statuses)

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Of each folder."""
        with self._lock:
            return tuple(index.status for index in self._refreshed())

    @property
    def models(self) -> frozenset[str]:
        """The identities of the models that the folders' vectors are of; none of a folder that has no vector yet."""
        with self._lock:
            return frozenset(index.model for index in self._refreshed() if index.model and index.has_vectors)

    @property
    def problems(self) -> tuple[str, ...]:
        """What to tell of indexes that can't be used, each with the command that repairs it."""
        with self._lock:
            self._refreshed()
            return self._problems

    def close(self) -> None:
        with self._lock:
            for index in self._open.values():
                index.connection.close()
            self._open.clear()

    def _asked(self, index: _Index, ask: Callable[[_Index], _Found], otherwise: _Found) -> _Found:
        """What one index says; `otherwise` if it turns out to be damaged, so that the others are asked all the same."""
        try:
            return ask(index)
        except (sqlite3.Error, ValueError) as error:
            told = str(index_error(index.path, error))
            log.info("%s", told)
            self._damaged[index.path] = written_at(index.path), told
            return otherwise

    def _refreshed(self) -> list[_Index]:
        found, problems = dict[Path, _Index](), list[str]()
        for path in all_indexes(self._indexes):
            try:
                when, told = self._damaged.get(path, (None, ""))
                if told and when == written_at(path):
                    problems.append(told)
                    continue
                status = path.stat()
                identity = (status.st_dev, status.st_ino)
                index = self._open.pop(path, None)
                if index is not None and index.identity != identity:
                    index.connection.close()
                    index = None
                index = index or _Index(path, identity, open_index(path))
                index.refresh()
                found[path] = index
            except (ShelfError, sqlite3.Error, OSError, ValueError) as error:
                told = str(error if isinstance(error, ShelfError) else index_error(path, error))
                log.info("%s", told)
                problems.append(told)
        for gone in self._open.values():
            gone.connection.close()
        self._open, self._problems = found, tuple(problems)
        return list(found.values())


def match_of(question: str) -> str:
    """Return what FTS5 is asked: any of the words that say something, or of all words if none does."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(question)))
    telling = [word for word in words if word not in _stop_words()] or words
    return " OR ".join(f'"{word}"' for word in telling[:_MOST_WORDS])


@functools.cache
def _stop_words() -> frozenset[str]:
    lines = Path(__file__).with_name("stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _by_words(index: _Index, match: str, count: int) -> dict[int, float]:
    if not match:
        return {}
    rows = index.connection.execute(
        "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (match, count)
    )
    return dict(rows.fetchall())


def _bm25(index: _Index, match: str, chunks: Sequence[int]) -> dict[int, float]:
    """How well the words fit chunks that the vectors found. The `+` keeps SQLite from asking FTS5 once for each."""
    if not match or not chunks:
        return {}
    rows = index.connection.execute(
        f"SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? AND +rowid IN ({_places(chunks)})",
        (match, *chunks),
    )
    return dict(rows.fetchall())


def _by_vector(index: _Index, vector: Vector, count: int) -> dict[int, float]:
    if not vector or not can_be_searched():
        return {}
    index.matrix.refresh(index.connection)
    return dict(index.matrix.nearest(vector, count))


def _cosines(index: _Index, vector: Vector, chunks: Sequence[int]) -> dict[int, float]:
    return index.matrix.cosines(vector, chunks) if vector and chunks and can_be_searched() else {}


def _best(scores: dict[int, float], count: int) -> dict[int, float]:
    return dict(sorted(scores.items(), key=lambda each: (-each[1], each[0]))[:count])


def _chunks(index: _Index, ids: Sequence[int]) -> dict[int, Chunk]:
    [folder] = index.status.folders
    rows = index.connection.execute(
        "SELECT chunks.id, path, title, page, start, end, text FROM chunks JOIN files ON files.id = file"
        f" WHERE chunks.id IN ({_places(ids)})",
        tuple(ids),
    )
    return {id: Chunk(id, folder / path, *rest) for id, path, *rest in rows}


def _page(index: _Index, path: str, number: int) -> PageText | None:
    rows = index.connection.execute(
        "SELECT number, pages.text, how, words FROM pages JOIN files ON files.id = file WHERE path = ? AND number = ?",
        (path, number),
    ).fetchall()
    return page_from(*rows[0]) if rows else None


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _frequency(index: _Index, match: str) -> int:
    if match not in index.frequencies:
        rows = index.connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (f"text : ({match})",))
        [(index.frequencies[match],)] = rows.fetchall()
    return index.frequencies[match]


def _sum(statuses: Iterable[Status]) -> Status:
    total = Status()
    for each in statuses:
        total = Status(
            total.folders + each.folders,
            total.files + each.files,
            total.pages + each.pages,
            total.pages_by_ocr + each.pages_by_ocr,
            total.pages_waiting + each.pages_waiting,
            total.chunks + each.chunks,
            total.chunks_waiting + each.chunks_waiting,
            total.bytes + each.bytes,
            total.skipped + each.skipped,
        )
    return total
