"""The SQLite file of one folder: where it is, how it is opened, and what is in it."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import secrets
import sqlite3
from collections.abc import Generator, Mapping
from pathlib import Path

from breadknife import paths
from breadknife.errors import ShelfError

VERSION = 2
"""Raised when files must be read again: another schema, or other chunks of the same text."""
_BUSY_SECONDS = 30.0
_WITHOUT_WAITING = "PRAGMA synchronous = NORMAL"
"""For the disk at each file: the newest ones may be lost with the power, nothing else."""
_SUFFIX, _FOLDER = ".sqlite", ".folder"
"""Of an index, and of the file beside it that says which folder it is of, for when the index is damaged."""
_DAMAGED = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
REPAIR = "`breadknife shelf add` makes it anew"
_SCHEMA = """
CREATE TABLE about (version INTEGER NOT NULL, folder TEXT NOT NULL, model TEXT NOT NULL, removals INTEGER NOT NULL);
CREATE TABLE files (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, changed INTEGER NOT NULL,
    sha256 TEXT NOT NULL, title TEXT NOT NULL, skipped TEXT NOT NULL, is_stale INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE pages (
    file INTEGER NOT NULL, number INTEGER NOT NULL, how TEXT NOT NULL, text TEXT NOT NULL, words BLOB NOT NULL,
    PRIMARY KEY (file, number)
) WITHOUT ROWID;
CREATE INDEX pages_by_how ON pages (how, file);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, page INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE INDEX chunks_of_files ON chunks (file);
CREATE VIEW searched AS
    SELECT chunks.id AS id, text, title || ' ' || path AS name FROM chunks JOIN files ON files.id = file;
CREATE VIRTUAL TABLE words USING fts5(
    text, name, content='searched', content_rowid='id', tokenize='porter unicode61'
);
CREATE TRIGGER chunk_added AFTER INSERT ON chunks BEGIN
    INSERT INTO words(rowid, text, name)
    VALUES (new.id, new.text, (SELECT title || ' ' || path FROM files WHERE id = new.file));
END;
CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO words(words, rowid, text, name)
    VALUES ('delete', old.id, old.text, (SELECT title || ' ' || path FROM files WHERE id = old.file));
END;
CREATE TABLE vectors (id INTEGER PRIMARY KEY AUTOINCREMENT, chunk INTEGER NOT NULL UNIQUE, numbers BLOB NOT NULL);
"""
"""- `pages.how` is `text`, `ocr`, or `picture` for a page that waits for OCR. `pages.words` isn't used any more.
- `files.skipped` says why a file isn't read. One that `is_stale` has pages from OCR that no chunk is made of yet.
- `words.name` is a file's title and path, which say what its chunks are about. They change only with the chunks.
- `about.removals` counts how often vectors have gone. Other than that, new ones only come after the old."""


def index_folder() -> Path:
    """Return where the indexes of all folders are."""
    return paths.data_dir() / "shelf"


def index_of(folder: Path, indexes: Path | None = None) -> Path:
    """Return the file of a folder's index, whether or not there is one. Its name begins with the folder's. `indexes` is
    where it is, if not among the user's own."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:40] or "shelf"
    digest = hashlib.sha256(os.fsencode(os.path.normcase(folder))).hexdigest()[:12]
    return (indexes or index_folder()) / f"{name}-{digest}{_SUFFIX}"


def all_indexes(indexes: Path | None = None) -> tuple[Path, ...]:
    """Return the index files that there are, among the user's own or in another folder."""
    with contextlib.suppress(OSError):
        return tuple(sorted(path for path in (indexes or index_folder()).iterdir() if path.suffix == _SUFFIX))
    return ()


def folder_of(path: Path) -> Path | None:
    """Return the folder that an index is of, as far as that is known: also of one that is damaged, or of another
    version."""
    with contextlib.suppress(OSError):
        return Path(os.fsdecode(path.with_suffix(_FOLDER).read_bytes()))
    with contextlib.suppress(sqlite3.Error, OSError), contextlib.closing(_connected(path)) as connection:
        [(folder,)] = connection.execute("SELECT folder FROM about").fetchall()
        return Path(str(folder))
    return None


def open_index(path: Path, folder: Path | None = None) -> sqlite3.Connection:
    """Return an index. With `folder` it is made if it isn't there, or is damaged or of another version; all of it is
    looked at then.

    Raises ShelfError where it can't be used, with the command that repairs it.
    """
    try:
        if folder is not None:
            paths.make_private(path)
            paths.write_atomically(path.with_suffix(_FOLDER), os.fsencode(folder))
        connection = _connected(path)
        if not _is_sound(connection, thorough=folder is not None):
            connection.close()
            if folder is None:
                raise ShelfError(f"{_named(path)} is damaged or of another version; {REPAIR}")
            connection = _made_anew(path, folder)
        connection.execute(_WITHOUT_WAITING)
        return connection
    except (sqlite3.Error, OSError) as error:
        raise index_error(path, error) from error


def index_error(path: Path, error: Exception) -> ShelfError:
    """Return what to tell of an index that can't be read or written."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED or isinstance(error, ValueError):
        return ShelfError(f"{_named(path)} is damaged; {REPAIR}")
    return ShelfError(f"{_named(path)} can't be used: {error}; check the disk, and try again")


def _named(path: Path) -> str:
    return f"the index of {folder_of(path) or path.name}"


def _made_anew(path: Path, folder: Path) -> sqlite3.Connection:
    for each in _files_of(path):
        each.unlink(missing_ok=True)
    paths.make_private(path)  # SQLite gives the files beside it the same mode
    connection = _connected(path)
    connection.execute("PRAGMA journal_mode = WAL")  # one may search while another process writes
    with transaction(connection):
        _create(connection, folder)
    return connection


def remove_index(path: Path) -> None:
    """Raises ShelfError, where another program uses it on Windows."""
    try:
        for each in (*_files_of(path), path.with_suffix(_FOLDER)):
            each.unlink(missing_ok=True)
    except OSError as error:
        raise ShelfError(f"{path} can't be removed: {error.strerror}; close your editors, and try again") from error


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """Yield all of what is written in it, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _connected(path: Path) -> sqlite3.Connection:
    address = f"{path.as_uri()}?mode=rw"
    return sqlite3.connect(address, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)


def _is_sound(connection: sqlite3.Connection, *, thorough: bool) -> bool:
    """Tell whether it is an index of this version, and, where that is asked, whether each of its pages can be read.
    Raises sqlite3.OperationalError for one that can't be read now."""
    try:
        found = dict(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
        if any(found.get(name) != sql for name, sql in _expected().items()):
            return False
        if connection.execute("SELECT version FROM about").fetchall() != [(VERSION,)]:
            return False
        return not thorough or connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False


@functools.cache
def _expected() -> Mapping[str, str]:
    """Return each table, view and trigger of an index with the statement that made it."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        _make_tables(connection)
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    # Those that FTS5 makes for itself differ between versions of SQLite.
    return {name: sql for name, sql in made if not name.startswith(("words_", "sqlite_"))}


def _make_tables(connection: sqlite3.Connection) -> None:
    statement = ""
    for line in _SCHEMA.splitlines():
        statement += f"{line}\n"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _create(connection: sqlite3.Connection, folder: Path) -> None:
    _make_tables(connection)
    connection.execute("INSERT INTO about VALUES (?, ?, '', 0)", (VERSION, str(folder)))
    # Ids of chunks are apart from those of all other folders' indexes.
    first = secrets.randbelow(1 << 24) << 32
    connection.execute("INSERT INTO sqlite_sequence VALUES ('chunks', ?)", (first,))


def _files_of(path: Path) -> tuple[Path, ...]:
    return (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm")))
