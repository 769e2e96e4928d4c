"""A cache on disk of what was found out about texts, for all processes: none has to find it out again.

The texts themselves aren't on disk. A question is a digest of the text and of all else that its answer depends on.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import shutil
import sqlite3
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from breadknife import __version__
from breadknife.errors import CacheError
from breadknife.paths import make_folder, make_private

log = logging.getLogger(__name__)

DAYS = 60
"""An answer that nobody has asked for in so many days is removed."""
MOST = 100_000
"""The most answers in a file, in about 30 MB. The prose check has some 800 for a README of 4,000 words."""
CACHES: Mapping[str, str] = {
    "digests.sqlite": "which text each file has",
    "find.sqlite": "functions, classes and sections of texts",
    "lint.sqlite": "what was found in whole folders",
    "names.sqlite": "names and words of texts",
    "nullcheck.sqlite": "what null checks found",
    "prose.sqlite": "what Harper, LanguageTool and the model said of paragraphs",
    "vectors.sqlite": "meanings of functions and sections, as vectors",
}
"""Name of a file in `paths.answers_dir()` -> what is in it."""
_ROOM = 1 << 20
"""The fewest bytes that are free on a disk where something can still be kept."""
_BUSY_S, _PATIENT_S = 0.2, 5.0
_BROKEN = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (question BLOB PRIMARY KEY, answer BLOB NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID
"""
_Question = TypeVar("_Question")
_Result = TypeVar("_Result")


def why_unusable(folder: Path) -> str:
    """Return why no answers can be kept in a folder; empty if they can."""
    try:
        make_folder(folder)
        if not os.access(folder, os.W_OK):
            return os.strerror(errno.EACCES)
        return os.strerror(errno.ENOSPC) if shutil.disk_usage(folder).free < _ROOM else ""
    except OSError as error:
        return error.strerror or str(error)


class DiskCache:
    """A file with an answer for each question; both are bytes.

    Nothing depends on it: a file that is damaged is made anew, and if none can be written, nothing is kept. `clock`
    returns seconds as `time.time` does. Safe to use from several threads and processes.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time, most: int = MOST) -> None:
        self._path = path
        self._clock = clock
        self._most = most
        self._connection: sqlite3.Connection | None = None
        self._usable = True
        self._pruned = False
        self._may_touch = True
        """False once the day of an answer couldn't be written, because another process writes: it isn't tried again."""
        self._lock = threading.Lock()

    def get(self, question: bytes) -> bytes | None:
        today = self._today()
        with self._lock:
            found = self._run("SELECT answer, day FROM answers WHERE question = ?", question)
            if not found:
                return None
            [(answer, day)] = found
            if day != today and self._may_touch:
                self._may_touch = (
                    self._run("UPDATE answers SET day = ? WHERE question = ?", today, question) is not None
                )
            return answer

    def put(self, question: bytes, answer: bytes) -> None:
        with self._lock:
            if not self._pruned:
                self._pruned = True
                self._run("DELETE FROM answers WHERE day < ?", self._today() - DAYS)
                self._run(
                    "DELETE FROM answers WHERE question IN (SELECT question FROM answers ORDER BY day DESC"
                    " LIMIT -1 OFFSET ?)",
                    self._most,
                )
            self._run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", question, answer, self._today())

    @contextlib.contextmanager
    def together(self) -> Generator[None]:
        """Have SQLite write all of the block at its end, instead of each answer alone, which takes ten times as long.
        Other processes can't write meanwhile."""
        with self._lock:
            self._run("BEGIN")
        try:
            yield
        finally:
            with self._lock:
                self._run("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._usable = False
            self._drop()

    def _today(self) -> int:
        return _day(self._clock())

    def _run(self, statement: str, *values: bytes | int) -> list[Any] | None:
        """Run a statement and return its rows; None where it can't be done now."""
        if not self._usable:
            return None
        try:
            if self._connection is None:
                self._connection = _opened(self._path)
                weakref.finalize(self, self._connection.close)
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:  # another process writes for long, the disk is full
            log.info("%s: %s", self._path, error)
        except OSError as error:  # nobody may write there: `why_unusable` tells the user
            log.info("%s isn't used: %s", self._path, error)
            self._usable = False
            self._drop()
        except sqlite3.Error as error:
            log.warning("%s isn't used: %s", self._path, error)
            self._usable = False
            self._drop()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN:
                with contextlib.suppress(OSError):
                    self._path.unlink()
        return None

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _day(seconds: float) -> int:
    return int(seconds // 86_400)


def _opened(path: Path, busy_s: float = _BUSY_S) -> sqlite3.Connection:
    make_private(path)  # SQLite gives the files beside it the same mode
    connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = OFF")  # what breaks when the power fails is made anew
        connection.execute(_TABLE)
    except BaseException:
        connection.close()
        raise
    return connection


@dataclass(frozen=True)
class AnswersFile:
    """Says what a file of a `DiskCache` has."""

    path: Path
    answers: int
    size: int
    """Its size in bytes."""


def describe(path: Path) -> AnswersFile | None:
    """Return what is in a file of a `DiskCache`; None if it isn't there, or can't be read as one."""
    if not path.is_file():
        return None
    try:
        with contextlib.closing(_opened(path)) as connection:
            [(count,)] = connection.execute("SELECT COUNT(*) FROM answers").fetchall()
        return AnswersFile(path, count, path.stat().st_size)
    except (sqlite3.Error, OSError):
        return None


def remove_answers(path: Path, days: int | None, clock: Callable[[], float] = time.time) -> None:
    """Remove the answers that nobody has asked for in so many days, all if it is None, and give their room back.

    Raises CacheError where that can't be done now.
    """
    least = _day(clock()) - days if days is not None else sys.maxsize
    try:
        with contextlib.closing(_opened(path, _PATIENT_S)) as connection:
            connection.execute("DELETE FROM answers WHERE day < ?", (least,))
            connection.execute("VACUUM")
    except (sqlite3.Error, OSError) as error:
        raise CacheError(f"{path}: {error}; try again once nothing else uses it, or delete the file") from error


def list_answers(path: Path, most: int) -> Sequence[tuple[bytes, bytes]]:
    """Return the questions of a file with their answers, in order: the newest, of at most so many bytes together. None
    where it isn't there or can't be read."""
    if not path.is_file():
        return ()
    found, size = list[tuple[bytes, bytes]](), 0
    try:
        with contextlib.closing(_opened(path, _PATIENT_S)) as connection:
            rows = connection.execute("SELECT question, answer FROM answers ORDER BY day DESC, question")
            for question, answer in rows:
                size += len(question) + len(answer)
                if size > most:
                    break
                found.append((question, answer))
    except (sqlite3.Error, OSError):
        return ()
    return sorted(found)


def add_answers(path: Path, answers: Iterable[tuple[bytes, bytes]], clock: Callable[[], float] = time.time) -> None:
    """Add answers to questions that have none. Raises CacheError."""
    rows = ((*each, _day(clock())) for each in answers)
    try:
        with contextlib.closing(_opened(path, _PATIENT_S)) as connection:
            connection.execute("BEGIN")
            connection.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        raise CacheError(f"{path}: {error}") from error


class TypedDiskCache(Generic[_Question, _Result]):
    """The answers of one program to questions of one type. An answer is a tuple of values of the type `kind`.

    `engine` identifies the program and its state: with another one, there are other answers. Questions with the same
    `repr` are the same.
    """

    def __init__(self, store: DiskCache, engine: str, kind: type[_Result]) -> None:
        self._store = store
        self._engine = engine
        self._kind = tuple[kind, ...]

    def get(self, question: _Question) -> tuple[_Result, ...] | None:
        found = self._store.get(self._key(question))
        try:
            return None if found is None else msgspec.msgpack.decode(found, type=self._kind)
        except msgspec.DecodeError:
            return None

    def put(self, question: _Question, answer: tuple[_Result, ...]) -> None:
        with contextlib.suppress(UnicodeEncodeError):  # half a character in a message
            self._store.put(self._key(question), msgspec.msgpack.encode(answer))

    def _key(self, question: _Question) -> bytes:
        return hashlib.sha256(f"{self._engine}\n{question!r}".encode("utf-8", "surrogatepass")).digest()[:16]


@cache
def code_of(*folders: Path) -> str:
    """Return a digest of breadknife's version and of all files in these folders of ours, code and data: as long as it
    is the same, they give the same answers."""
    found = hashlib.sha256(__version__.encode())
    for file in sorted(file for folder in folders for file in folder.rglob("*.*")):
        if file.parent.name != "__pycache__" and file.is_file():  # where Python also writes files that soon go again
            found.update(file.read_bytes())
    return found.hexdigest()[:16]
