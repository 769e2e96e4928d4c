"""The search over the indexes of all folders, by words (BM25) and by meaning (cosines of vectors), merged."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import sqlite3
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from breadknife.errors import ShelfError
from breadknife.paths import written_at
from breadknife.plugins.shelf.index.database import all_indexes, folder_of, index_error, open_index
from breadknife.plugins.shelf.index.store import files_of, status_of
from breadknife.plugins.shelf.index.vectors import Matrix, can_be_searched
from breadknife.plugins.shelf.values import Candidate, FileRecord, PageChunk, ShelfStatus
from breadknife.steps.values import Vector
from breadknife.text.document import Span

log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_RANKED = 100
"""Chunks that the ranking by words and the ranking by vectors have each, before they are merged."""
_COSINE_WEIGHT = 0.5
"""What a cosine of 1 counts in a score, in which the best BM25 counts 1. With it, the page with the answer is among the
first five for 67 of 72 questions; with reciprocal rank fusion it was for 62 (`bench/shelf`, the fitting part)."""
_MOST_WORDS = 32
"""Words of a question that are searched; what follows isn't."""
_WORD = re.compile(r"\w+")


@functools.cache
def open_shelves() -> IndexedShelves:
    """Return the shelves of this process: there is one, because it keeps vectors in memory."""
    return IndexedShelves()


def added_folders() -> tuple[Path, ...]:
    """Return the folders that the user has added, also those whose index is damaged."""
    return tuple(folder for path in all_indexes() if (folder := folder_of(path)) is not None)


@dataclass
class _OpenIndex:
    """One folder's index while it is open."""

    path: Path
    identity: tuple[int, int]
    """Device and inode of the file. They differ once the folder was removed and added again."""
    connection: sqlite3.Connection
    matrix: Matrix = field(default_factory=Matrix)
    version: int = -1
    """SQLite's `data_version`, which differs after each change by another process."""
    status: ShelfStatus = field(default_factory=ShelfStatus)
    model: str = ""
    """The identity of the model that made the vectors; empty if there are none."""
    frequencies: dict[str, int] = field(default_factory=dict[str, int])
    """The number of chunks that fit a full-text query, for the queries so far."""

    @property
    def has_vectors(self) -> bool:
        return self.status.chunks_waiting < self.status.chunks

    def refresh(self) -> None:
        """Read status and model again if another process has written."""
        [(version,)] = self.connection.execute("PRAGMA data_version").fetchall()
        if version == self.version:
            return
        files = (self.path.with_name(self.path.name + ending) for ending in ("", "-wal"))
        self.status = status_of(self.connection, size=sum(file.stat().st_size for file in files if file.exists()))
        [(self.model,)] = self.connection.execute("SELECT model FROM about").fetchall()
        self.frequencies.clear()
        self.version = version


class IndexedShelves:
    """The `Shelves` of all folders that were added. It notices what other processes change. An index that can't be used
    is left out, and `problems` says why. Safe to use from several threads."""

    def __init__(self) -> None:
        self._open: dict[Path, _OpenIndex] = {}
        self._problems: tuple[str, ...] = ()
        self._damaged: dict[Path, tuple[object, str]] = {}
        """Indexes that a query has found to be damaged: what `written_at` said of the file then, and the problem."""
        self._indexes: Path | None = None
        """Where the indexes are, if not among the user's own."""
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def only(self, indexes: Path) -> Generator[None]:
        """Search only the indexes in this folder within the `with` block, for the test of a recipe."""
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
        """Tell whether `only` is in force: a test's shelf has no vectors, so a recipe's test ends alike everywhere."""
        return self._indexes is not None

    def search(self, query: str, vector: Vector, keep: int) -> tuple[Candidate, ...]:
        """See `Shelves`. BM25 scores of different folders are compared as they are."""
        ranked = max(_RANKED, keep)
        match = match_of(query)
        with self._lock:
            indexes = self._refreshed()
            bm25s, cosines = dict[int, float](), dict[int, float]()
            for index in indexes:
                bm25s |= self._query(index, lambda index: _best_by_words(index, match, ranked), otherwise={})
                cosines |= self._query(index, lambda index: _best_by_vector(index, vector, ranked), otherwise={})
            bm25s, cosines = _best(bm25s, ranked), _best(cosines, ranked)
            best_by_text: dict[str, Candidate] = {}
            for index in indexes:
                candidates = self._query(
                    index, lambda index: _candidates(index, match, vector, bm25s, cosines), otherwise=[]
                )
                for candidate in candidates:
                    # A text that is on the shelf twice counts once.
                    text = candidate.chunk.text
                    if text not in best_by_text or best_by_text[text].score < candidate.score:
                        best_by_text[text] = candidate
        ordered = sorted(best_by_text.values(), key=lambda candidate: (-candidate.score, candidate.id))
        return tuple(ordered[:keep])

    def frequency(self, word: str) -> int:
        """See `Shelves`."""
        match = " ".join(f'"{part}"' for part in _WORD.findall(word))
        if not match:
            return 0
        with self._lock:
            return sum(
                self._query(index, lambda index: _frequency(index, match), otherwise=0) for index in self._refreshed()
            )

    @property
    def chunk_count(self) -> int:
        return self.status.chunks

    def page_text(self, file: Path, page: int) -> str:
        """See `Shelves`."""
        return self._of_file(file, lambda index, path: _page_text(index, path, page)) or ""

    def anchor(self, file: Path, headings: Sequence[str]) -> str:
        """See `Shelves`."""
        return self._of_file(file, lambda index, path: _anchor(index, path, headings)) or ""

    @property
    def files(self) -> Mapping[Path, FileRecord]:
        """The files that are read, by their absolute paths."""
        with self._lock:
            return {
                index.status.folders[0] / record.path: record
                for index in self._refreshed()
                for record in self._query(index, lambda index: files_of(index.connection), otherwise=())
                if not record.skipped
            }

    def _of_file(self, file: Path, query: Callable[[_OpenIndex, str], _Result | None]) -> _Result | None:
        """Return what the first index says that has the file; None if none does. `query` gets the index, and the file's
        path in its folder."""
        with self._lock:
            for index in self._refreshed():
                [folder] = index.status.folders
                if file.is_relative_to(folder):
                    path = file.relative_to(folder).as_posix()
                    found = self._query(index, lambda index, path=path: query(index, path), otherwise=None)
                    if found is not None:
                        return found
        return None

    @property
    def status(self) -> ShelfStatus:
        """Return what is on the shelf, of all folders together."""
        return _sum(self.statuses)

    @property
    def statuses(self) -> tuple[ShelfStatus, ...]:
        """Return what is on the shelf of each folder."""
        with self._lock:
            return tuple(index.status for index in self._refreshed())

    @property
    def models(self) -> frozenset[str]:
        """The identities of the models that have made the folders' vectors. A folder without vectors adds none."""
        with self._lock:
            return frozenset(index.model for index in self._refreshed() if index.model and index.has_vectors)

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each index that can't be used, with the command that repairs it."""
        with self._lock:
            self._refreshed()
            return self._problems

    def close(self) -> None:
        with self._lock:
            for index in self._open.values():
                index.connection.close()
            self._open.clear()

    def _query(self, index: _OpenIndex, query: Callable[[_OpenIndex], _Result], otherwise: _Result) -> _Result:
        """Return what the query finds in one index; `otherwise` if the index turns out to be damaged, so that the other
        indexes are searched all the same."""
        try:
            return query(index)
        except (sqlite3.Error, ValueError) as error:
            problem = str(index_error(index.path, error))
            log.info("%s", problem)
            self._damaged[index.path] = written_at(index.path), problem
            return otherwise

    def _refreshed(self) -> list[_OpenIndex]:
        """Return the indexes that can be used, as they are on disk now; note the problems of the others. To be called
        with the lock."""
        usable, problems = dict[Path, _OpenIndex](), list[str]()
        for path in all_indexes(self._indexes):
            damaged_state, problem = self._damaged.get(path, (None, ""))
            if problem and damaged_state == written_at(path):  # nobody has repaired it since
                problems.append(problem)
                continue
            try:
                usable[path] = self._opened(path)
            except (ShelfError, sqlite3.Error, OSError, ValueError) as error:
                problem = str(error if isinstance(error, ShelfError) else index_error(path, error))
                log.info("%s", problem)
                problems.append(problem)
        for index in self._open.values():  # those that are gone: `_opened` has taken the others out
            index.connection.close()
        self._open, self._problems = usable, tuple(problems)
        return list(usable.values())

    def _opened(self, path: Path) -> _OpenIndex:
        """Take an index out of those that are open, or open it, and return it refreshed. Raises ShelfError,
        sqlite3.Error, OSError and ValueError."""
        status = path.stat()
        identity = (status.st_dev, status.st_ino)
        index = self._open.pop(path, None)
        if index is not None and index.identity != identity:
            index.connection.close()
            index = None
        index = index or _OpenIndex(path, identity, open_index(path))
        index.refresh()
        return index


def match_of(query: str) -> str:
    """Return the full-text query (SQLite's FTS5) for a question: any of its words that aren't stop words, or any of all
    its words if all are; empty if it has none."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(query)))
    content_words = [word for word in words if word not in _stop_words()] or words
    return " OR ".join(f'"{word}"' for word in content_words[:_MOST_WORDS])


@functools.cache
def _stop_words() -> frozenset[str]:
    lines = Path(__file__).with_name("stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _candidates(
    index: _OpenIndex, match: str, vector: Vector, bm25s: dict[int, float], cosines: dict[int, float]
) -> list[Candidate]:
    """Return those of the ranked chunks that are in this index. `bm25s` and `cosines` are the two rankings over all
    indexes; a chunk that only one of them has gets its other score here."""
    best_bm25 = max(bm25s.values(), default=0.0) or 1.0
    rows = _chunk_rows(index, [*bm25s, *cosines])
    cosines = cosines | _cosines(index, vector, [id for id in rows if id not in cosines])
    bm25s = bm25s | _bm25(index, match, [id for id in rows if id not in bm25s])
    candidates = list[Candidate]()
    for id, (file, title, chunk) in rows.items():
        cosine, bm25 = cosines.get(id, 0.0), bm25s.get(id, 0.0)
        score = bm25 / best_bm25 + _COSINE_WEIGHT * cosine
        candidates.append(Candidate(id, file, title, chunk, score=score, cosine=cosine, bm25=bm25))
    return candidates


def _best_by_words(index: _OpenIndex, match: str, count: int) -> dict[int, float]:
    """Return the BM25 score of the chunks that fit the words best. FTS5 has lower ranks for better ones."""
    if not match:
        return {}
    rows = index.connection.execute(
        "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (match, count)
    )
    return dict(rows.fetchall())


def _bm25(index: _OpenIndex, match: str, chunks: Sequence[int]) -> dict[int, float]:
    """Return the BM25 score of each of these chunks that has one of the words."""
    if not match or not chunks:
        return {}
    # Without the `+` SQLite would run the full-text query once for each chunk.
    rows = index.connection.execute(
        f"SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? AND +rowid IN ({_placeholders(chunks)})",
        (match, *chunks),
    )
    return dict(rows.fetchall())


def _best_by_vector(index: _OpenIndex, vector: Vector, count: int) -> dict[int, float]:
    """Return the cosine of the chunks whose vectors are nearest."""
    if not vector or not can_be_searched():
        return {}
    index.matrix.refresh(index.connection)
    return dict(index.matrix.nearest(vector, count))


def _cosines(index: _OpenIndex, vector: Vector, chunks: Sequence[int]) -> dict[int, float]:
    return index.matrix.cosines(vector, chunks) if vector and chunks and can_be_searched() else {}


def _best(scores: dict[int, float], count: int) -> dict[int, float]:
    """Return the highest scores; of equal ones those of the lower ids."""
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:count])


def _chunk_rows(index: _OpenIndex, ids: Sequence[int]) -> dict[int, tuple[Path, str, PageChunk]]:
    """Return those of these chunks that the index has, by their ids, each with its file and the file's title."""
    [folder] = index.status.folders
    rows = index.connection.execute(
        "SELECT chunks.id, path, title, page, start, end, text, headings FROM chunks JOIN files ON files.id = file"
        f" WHERE chunks.id IN ({_placeholders(ids)})",
        tuple(ids),
    )
    return {
        id: (folder / path, title, PageChunk(page, Span(start, end), text, headings))
        for id, path, title, page, start, end, text, headings in rows
    }


def _page_text(index: _OpenIndex, path: str, number: int) -> str | None:
    row = index.connection.execute(
        "SELECT text FROM pages JOIN files ON files.id = file WHERE path = ? AND number = ?", (path, number)
    ).fetchone()
    return str(row[0]) if row else None


def _anchor(index: _OpenIndex, path: str, headings: Sequence[str]) -> str | None:
    for heading in reversed(headings):
        row = index.connection.execute(
            "SELECT name FROM anchors JOIN files ON files.id = file WHERE path = ? AND heading = ?", (path, heading)
        ).fetchone()
        if row is not None:
            return str(row[0])
    return None


def _placeholders(values: Sequence[object]) -> str:
    """Return what stands for these values in a statement of SQL: `?, ?, ?`."""
    return ", ".join("?" * len(values))


def _frequency(index: _OpenIndex, match: str) -> int:
    """Return the number of chunks whose text fits the full-text query."""
    if match not in index.frequencies:
        rows = index.connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (f"text : ({match})",))
        [(index.frequencies[match],)] = rows.fetchall()
    return index.frequencies[match]


def _sum(statuses: Sequence[ShelfStatus]) -> ShelfStatus:
    """Return the sum of each field: of numbers, and of tuples one after the other."""
    empty = ShelfStatus()
    totals: dict[str, Any] = {
        attribute.name: sum((getattr(status, attribute.name) for status in statuses), getattr(empty, attribute.name))
        for attribute in fields(empty)
    }
    return ShelfStatus(**totals)
