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

VERSION = 4
"""A new version reads all files again: count it up when the schema changes, or the chunks that a text gives."""
_BUSY_SECONDS = 30.0
"""How long a statement waits while another process writes."""
_SYNCHRONOUS = "PRAGMA synchronous = NORMAL"
"""Don't wait for the disk at each file: if the power fails, the newest files are lost and nothing else."""
_INDEX_SUFFIX, _FOLDER_SUFFIX = ".sqlite", ".folder"
"""Of an index, and of the file beside it that has the path of its folder, for when the index is damaged."""
_DAMAGED_CODES = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
_PRIMARY_CODE = 0xFF
"""The bits of an error code of SQLite that say what happened; those above say more about it."""
REPAIR = "`breadknife shelf add` makes it anew"
_SCHEMA = """
CREATE TABLE about (version INTEGER NOT NULL, folder TEXT NOT NULL, model TEXT NOT NULL, removals INTEGER NOT NULL);
CREATE TABLE files (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, changed INTEGER NOT NULL,
    sha256 TEXT NOT NULL, title TEXT NOT NULL, skipped TEXT NOT NULL, authors TEXT NOT NULL, year TEXT NOT NULL,
    doi TEXT NOT NULL, is_stale INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE pages (
    file INTEGER NOT NULL, number INTEGER NOT NULL, how TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (file, number)
) WITHOUT ROWID;
CREATE INDEX pages_by_how ON pages (how, file);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, page INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, text TEXT NOT NULL, headings TEXT NOT NULL
);
CREATE TABLE anchors (
    file INTEGER NOT NULL, heading TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (file, heading)
) WITHOUT ROWID;
CREATE INDEX chunks_of_files ON chunks (file);
CREATE VIEW searched AS
    SELECT chunks.id AS id, text, title || ' ' || path || ' ' || headings AS name
    FROM chunks JOIN files ON files.id = file;
CREATE VIRTUAL TABLE words USING fts5(
    text, name, content='searched', content_rowid='id', tokenize='porter unicode61'
);
CREATE TRIGGER chunk_added AFTER INSERT ON chunks BEGIN
    INSERT INTO words(rowid, text, name)
    VALUES (new.id, new.text,
        (SELECT title || ' ' || path || ' ' || new.headings FROM files WHERE id = new.file));
END;
CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO words(words, rowid, text, name)
    VALUES ('delete', old.id, old.text,
        (SELECT title || ' ' || path || ' ' || old.headings FROM files WHERE id = old.file));
END;
CREATE TABLE vectors (id INTEGER PRIMARY KEY AUTOINCREMENT, chunk INTEGER NOT NULL UNIQUE, numbers BLOB NOT NULL);
"""
"""- `about` has one row.
- `pages.how` is a `PageSource`: `text`, `ocr`, or `picture` for a page that waits for OCR.
- `files.skipped` says why a file isn't read; it is empty for one that is. A file that `is_stale` has pages from OCR
  that no chunk is made of yet.
- `anchors.name` leads to a heading, after `#` in a link to the file.
- `words` is the full-text index of the chunks. `words.name` is a file's title and path and the headings above the
  chunk, which say what it is about. They change only with the chunks.
- `vectors.numbers` is what `vectors.pack` makes.
- `about.removals` counts how often vectors were removed. While it stays the same, vectors were only added, with higher
  ids: a process that keeps them in memory then reads the new ones alone."""


def index_folder() -> Path:
    """Return the folder that has the indexes of all folders on the shelf."""
    return paths.data_dir() / "shelf"


def index_of(folder: Path, indexes: Path | None = None) -> Path:
    """Return the path of a folder's index, whether or not there is one. Its name begins with the folder's. It lies
    among the user's own, or in the folder `indexes`."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:40] or "shelf"
    digest = hashlib.sha256(os.fsencode(os.path.normcase(folder))).hexdigest()[:12]
    return (indexes or index_folder()) / f"{name}-{digest}{_INDEX_SUFFIX}"


def all_indexes(indexes: Path | None = None) -> tuple[Path, ...]:
    """Return the paths of the indexes that there are, among the user's own or in the folder `indexes`."""
    with contextlib.suppress(OSError):
        return tuple(sorted(path for path in (indexes or index_folder()).iterdir() if path.suffix == _INDEX_SUFFIX))
    return ()


def folder_of(path: Path) -> Path | None:
    """Return the folder whose index this is, also if the index is damaged or of another version; None if nothing says
    which."""
    with contextlib.suppress(OSError):
        return Path(os.fsdecode(path.with_suffix(_FOLDER_SUFFIX).read_bytes()))
    with contextlib.suppress(sqlite3.Error, OSError), contextlib.closing(_connected(path)) as connection:
        [(folder,)] = connection.execute("SELECT folder FROM about").fetchall()
        return Path(str(folder))
    return None


def open_index(path: Path, folder: Path | None = None) -> sqlite3.Connection:
    """Open an index: to search it, or, with the `folder` that it is of, to write it.

    An index that is to be written is checked as a whole, and made anew if it is missing, damaged or of another version.
    One that is to be searched only has its schema checked, which is quick. Raises ShelfError, with the command that
    repairs it, if the index can't be used.
    """
    try:
        if folder is not None:
            paths.make_private(path)
            paths.write_atomically(path.with_suffix(_FOLDER_SUFFIX), os.fsencode(folder))
        connection = _connected(path)
        if not _is_sound(connection, thorough=folder is not None):
            connection.close()
            if folder is None:
                raise ShelfError(f"{_description(path)} is damaged or of another version; {REPAIR}")
            connection = _make_anew(path, folder)
        connection.execute(_SYNCHRONOUS)
        return connection
    except (sqlite3.Error, OSError) as error:
        raise index_error(path, error) from error


def index_error(path: Path, error: Exception) -> ShelfError:
    """Return the error to raise or show, with a remedy, for one that reading or writing an index has raised. A
    ValueError comes from vectors of a wrong length."""
    if getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE in _DAMAGED_CODES or isinstance(error, ValueError):
        return ShelfError(f"{_description(path)} is damaged; {REPAIR}")
    return ShelfError(f"{_description(path)} can't be used: {error}; check the disk, and try again")


def _description(path: Path) -> str:
    return f"the index of {folder_of(path) or path.name}"


def _make_anew(path: Path, folder: Path) -> sqlite3.Connection:
    for file in _files_of(path):
        file.unlink(missing_ok=True)
    paths.make_private(path)  # SQLite gives the files beside it the same mode
    connection = _connected(path)
    connection.execute("PRAGMA journal_mode = WAL")  # one may search while another process writes
    with transaction(connection):
        _create(connection, folder)
    return connection


def remove_index(path: Path) -> None:
    """Delete the files of an index. Raises ShelfError if another program has one open, on Windows."""
    try:
        for file in (*_files_of(path), path.with_suffix(_FOLDER_SUFFIX)):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise ShelfError(f"{path} can't be removed: {error.strerror}; close your editors, and try again") from error


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """Write all statements of the `with` block, or none of them if it raises."""
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
    """Tell whether an open database is an index of this version. If `thorough`, SQLite checks each of its pages, too.
    Raises sqlite3.OperationalError if it can't be read now: another process has locked it, say."""
    try:
        statements = dict(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
        if any(statements.get(name) != sql for name, sql in _expected_schema().items()):
            return False
        if connection.execute("SELECT version FROM about").fetchall() != [(VERSION,)]:
            return False
        return not thorough or connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False


@functools.cache
def _expected_schema() -> Mapping[str, str]:
    """Return the statement that made each table, view and trigger of an index, by its name, as SQLite stores it."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        _make_tables(connection)
        statements = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    # Tables that FTS5 and SQLite make for themselves differ between versions of SQLite.
    return {name: sql for name, sql in statements if not name.startswith(("words_", "sqlite_"))}


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
    # A search merges chunks of all folders by their ids, so each index counts its ids from a start of its own.
    start = secrets.randbelow(1 << 24) << 32
    connection.execute("INSERT INTO sqlite_sequence VALUES ('chunks', ?)", (start,))


def _files_of(path: Path) -> tuple[Path, ...]:
    """Return the index and the files that SQLite puts beside it."""
    return (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm")))
