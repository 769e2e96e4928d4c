"""The search over the indexes of all folders."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from breadknife.errors import ShelfError
from breadknife.paths import written_at
from breadknife.plugins.shelf.index.database import all_indexes, folder_of, index_error, open_index
from breadknife.plugins.shelf.index.store import status_of
from breadknife.plugins.shelf.index.vectors import Matrix, can_be_searched
from breadknife.plugins.shelf.values import Candidate, PageChunk, ShelfStatus
from breadknife.steps.values import Vector
from breadknife.text.document import Span

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
def open_shelves() -> IndexedShelves:
    """Return the one of this process: it keeps vectors in memory."""
    return IndexedShelves()


def added_folders() -> tuple[Path, ...]:
    """Return the folders that the user has added, also those whose index is damaged."""
    return tuple(folder for path in all_indexes() if (folder := folder_of(path)) is not None)


@dataclass
class _OpenIndex:
    """One folder's index while it is open."""

    path: Path
    identity: tuple[int, int]
    """Of the file on disk: another one when the folder was removed and added again."""
    connection: sqlite3.Connection
    matrix: Matrix = field(default_factory=Matrix)
    version: int = -1
    """SQLite's, another one after each change by another process."""
    status: ShelfStatus = field(default_factory=ShelfStatus)
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


class IndexedShelves:
    """`Shelves` of all folders that were added. It notices what other processes change. Safe to use from several
    threads. An index that can't be used is left out; `problems` says why."""

    def __init__(self) -> None:
        self._open: dict[Path, _OpenIndex] = {}
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

    def search(self, query: str, vector: Vector, keep: int) -> tuple[Candidate, ...]:
        """See `Shelves`. Scores of words are compared across folders as they are."""
        wanted = max(_RANKED, keep)
        match = match_of(query)
        with self._lock:
            indexes = self._refreshed()
            words, near = dict[int, float](), dict[int, float]()
            for index in indexes:
                words |= self._asked(index, lambda index: _by_words(index, match, wanted), {})
                near |= self._asked(index, lambda index: _by_vector(index, vector, wanted), {})
            words, near = _best(words, wanted), _best(near, wanted)
            best_words = max(words.values(), default=0.0) or 1.0
            found: dict[str, Candidate] = {}

            def scored(index: _OpenIndex) -> list[Candidate]:
                rows = _chunk_rows(index, [*words, *near])
                cosines = near | _cosines(index, vector, [id for id in rows if id not in near])
                bm25 = words | _bm25(index, match, [id for id in rows if id not in words])
                scores = ((row, cosines.get(id, 0.0), bm25.get(id, 0.0)) for id, row in rows.items())
                return [
                    Candidate(*row, fit / best_words + _MEANING * cosine, cosine, fit) for row, cosine, fit in scores
                ]

            for index in indexes:
                for candidate in self._asked(index, scored, []):
                    # A page that stands on the shelf twice counts once.
                    text = candidate.chunk.text
                    if text not in found or found[text].score < candidate.score:
                        found[text] = candidate
        return tuple(sorted(found.values(), key=lambda each: (-each.score, each.id))[:keep])

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
        with self._lock:
            for index in self._refreshed():
                [folder] = index.status.folders
                if file.is_relative_to(folder):
                    path = file.relative_to(folder).as_posix()
                    text = self._asked(index, lambda index, path=path: _page_text(index, path, page), None)
                    if text is not None:
                        return text
        return ""

    @property
    def status(self) -> ShelfStatus:
        """Of all folders together."""
        return _sum(self.statuses)

    @property
    def statuses(self) -> tuple[ShelfStatus, ...]:
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

    def _asked(self, index: _OpenIndex, ask: Callable[[_OpenIndex], _Found], otherwise: _Found) -> _Found:
        """Return what one index says; `otherwise` if it turns out to be damaged, so that the others are asked all the
        same."""
        try:
            return ask(index)
        except (sqlite3.Error, ValueError) as error:
            told = str(index_error(index.path, error))
            log.info("%s", told)
            self._damaged[index.path] = written_at(index.path), told
            return otherwise

    def _refreshed(self) -> list[_OpenIndex]:
        found, problems = dict[Path, _OpenIndex](), list[str]()
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
                index = index or _OpenIndex(path, identity, open_index(path))
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


def match_of(query: str) -> str:
    """Return what FTS5 is asked: any of the words that say something, or of all words if none does."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(query)))
    telling = [word for word in words if word not in _stop_words()] or words
    return " OR ".join(f'"{word}"' for word in telling[:_MOST_WORDS])


@functools.cache
def _stop_words() -> frozenset[str]:
    lines = Path(__file__).with_name("stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _by_words(index: _OpenIndex, match: str, count: int) -> dict[int, float]:
    if not match:
        return {}
    rows = index.connection.execute(
        "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (match, count)
    )
    return dict(rows.fetchall())


def _bm25(index: _OpenIndex, match: str, chunks: Sequence[int]) -> dict[int, float]:
    """Return how well the words fit chunks that the vectors found. The `+` keeps SQLite from asking FTS5 once for
    each."""
    if not match or not chunks:
        return {}
    rows = index.connection.execute(
        f"SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? AND +rowid IN ({_places(chunks)})",
        (match, *chunks),
    )
    return dict(rows.fetchall())


def _by_vector(index: _OpenIndex, vector: Vector, count: int) -> dict[int, float]:
    if not vector or not can_be_searched():
        return {}
    index.matrix.refresh(index.connection)
    return dict(index.matrix.nearest(vector, count))


def _cosines(index: _OpenIndex, vector: Vector, chunks: Sequence[int]) -> dict[int, float]:
    return index.matrix.cosines(vector, chunks) if vector and chunks and can_be_searched() else {}


def _best(scores: dict[int, float], count: int) -> dict[int, float]:
    return dict(sorted(scores.items(), key=lambda each: (-each[1], each[0]))[:count])


def _chunk_rows(index: _OpenIndex, ids: Sequence[int]) -> dict[int, tuple[int, Path, str, PageChunk]]:
    """Return the chunks with these ids, each with its id, its file and the file's title."""
    [folder] = index.status.folders
    rows = index.connection.execute(
        "SELECT chunks.id, path, title, page, start, end, text FROM chunks JOIN files ON files.id = file"
        f" WHERE chunks.id IN ({_places(ids)})",
        tuple(ids),
    )
    return {
        id: (id, folder / path, title, PageChunk(page, Span(start, end), text))
        for id, path, title, page, start, end, text in rows
    }


def _page_text(index: _OpenIndex, path: str, number: int) -> str | None:
    row = index.connection.execute(
        "SELECT text FROM pages JOIN files ON files.id = file WHERE path = ? AND number = ?", (path, number)
    ).fetchone()
    return str(row[0]) if row else None


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _frequency(index: _OpenIndex, match: str) -> int:
    if match not in index.frequencies:
        rows = index.connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (f"text : ({match})",))
        [(index.frequencies[match],)] = rows.fetchall()
    return index.frequencies[match]


def _sum(statuses: Sequence[ShelfStatus]) -> ShelfStatus:
    start = ShelfStatus()
    totals: dict[str, Any] = {
        each.name: sum((getattr(status, each.name) for status in statuses), getattr(start, each.name))
        for each in fields(start)
    }
    return ShelfStatus(**totals)
