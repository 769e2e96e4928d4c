"""What the index of one folder holds, and how it changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import msgspec

from breadknife.plugins.shelf.chunking.chunks import Piece
from breadknife.plugins.shelf.index.database import index_of, open_index, transaction
from breadknife.plugins.shelf.values import PageText, Skipped, Status, WordBox

PICTURE = "picture"
"""In place of how a page was read: it waits for OCR."""


@dataclass(frozen=True)
class Known:
    """A file as it was when it was last read."""

    size: int
    changed: int
    """The time of its change in ns."""
    sha256: str
    """Empty if it couldn't be read."""


@dataclass(frozen=True)
class FileState:
    """What the index says of a file besides its pages."""

    path: str
    """Relative to the folder, with `/`."""
    size: int
    changed: int
    sha256: str = ""
    title: str = ""
    skipped: str = ""
    """Why it isn't read, as `REASON; REMEDY`; empty if it is."""


class Store:
    """The index of one folder, to be written. One process at a time; others may search meanwhile."""

    def __init__(self, folder: Path, indexes: Path | None = None) -> None:
        """Makes the index if there is none, among the user's own or in the folder `indexes`. Raises ShelfError."""
        self.folder = folder
        self._connection = open_index(index_of(folder, indexes), folder)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def known(self) -> Mapping[str, Known]:
        """Return the files that the index has, by their paths."""
        rows = self._connection.execute("SELECT path, size, changed, sha256 FROM files")
        return {path: Known(*row) for path, *row in rows}

    def put(
        self, state: FileState, pages: Iterable[PageText], pictures: Iterable[int], pieces: Sequence[Piece]
    ) -> None:
        """Replace a file and all that was made of it."""
        waiting = frozenset(pictures)
        with transaction(self._connection):
            self._remove(state.path)
            row = (state.path, state.size, state.changed, state.sha256, state.title, state.skipped)
            inserted = self._connection.execute(
                "INSERT INTO files (path, size, changed, sha256, title, skipped) VALUES (?, ?, ?, ?, ?, ?)", row
            )
            file = inserted.lastrowid or 0
            self._put_pages(file, ((page, page.number in waiting) for page in pages))
            self._put_pieces(file, pieces)

    def touch(self, path: str, size: int, changed: int) -> None:
        """The file is the same as before, but its time isn't."""
        self._connection.execute("UPDATE files SET size = ?, changed = ? WHERE path = ?", (size, changed, path))

    def remove(self, files: Iterable[str]) -> None:
        """Files that are gone, by their paths."""
        with transaction(self._connection):
            for path in files:
                self._remove(path)

    def waiting_for_ocr(self) -> tuple[tuple[int, str, tuple[int, ...]], ...]:
        """Return the files with pages that wait for OCR: id, path, and the numbers of the pages."""
        rows = self._connection.execute(
            "SELECT files.id, path, number FROM pages JOIN files ON files.id = file WHERE how = ? ORDER BY 2, 3",
            (PICTURE,),
        )
        found: dict[tuple[int, str], list[int]] = {}
        for file, path, number in rows:
            found.setdefault((file, path), []).append(number)
        return tuple((file, path, tuple(numbers)) for (file, path), numbers in found.items())

    def put_page(self, file: int, page: PageText) -> None:
        """A page that OCR has read. It can't be searched before `put_chunks`."""
        with transaction(self._connection):
            self._connection.execute("UPDATE files SET is_stale = 1 WHERE id = ?", (file,))
            self._put_pages(file, [(page, False)])

    def stale(self) -> tuple[int, ...]:
        """Return the files with pages that no chunk has been made of: whoever read them was killed."""
        return tuple(id for (id,) in self._connection.execute("SELECT id FROM files WHERE is_stale"))

    def pages(self, file: int) -> tuple[PageText, ...]:
        """Return all pages of a file."""
        rows = self._connection.execute("SELECT number, text, how, words FROM pages WHERE file = ? ORDER BY 1", (file,))
        return tuple(page_from(*row) for row in rows)

    def put_chunks(self, file: int, pages: Iterable[PageText], pieces: Sequence[Piece]) -> None:
        """Replace the chunks of a file, and the texts of `pages`."""
        with transaction(self._connection):
            self._remove_chunks(file)
            self._connection.execute("UPDATE files SET is_stale = 0 WHERE id = ?", (file,))
            self._connection.executemany(
                "UPDATE pages SET text = ? WHERE file = ? AND number = ?",
                ((page.text, file, page.number) for page in pages),
            )
            self._put_pieces(file, pieces)

    def begin_vectors(self, model: str) -> None:
        """Vectors of another model than this one go."""
        [(before,)] = self._connection.execute("SELECT model FROM about").fetchall()
        if before != model:
            with transaction(self._connection):
                self._connection.execute("DELETE FROM vectors")
                self._connection.execute("UPDATE about SET model = ?, removals = removals + 1", (model,))

    @property
    def vectors_waiting(self) -> int:
        """Chunks that have no vector."""
        [(count,)] = self._connection.execute(
            "SELECT (SELECT count(*) FROM chunks) - (SELECT count(*) FROM vectors)"
        ).fetchall()
        return int(count)

    def without_vector(self, most: int) -> tuple[tuple[int, str], ...]:
        """Return the first chunks that have no vector: id and text."""
        rows = self._connection.execute(
            "SELECT chunks.id, text FROM chunks LEFT JOIN vectors ON chunk = chunks.id WHERE chunk IS NULL"
            " ORDER BY chunks.id LIMIT ?",
            (most,),
        )
        return tuple(rows)

    def put_vectors(self, vectors: Iterable[tuple[int, bytes]]) -> None:
        """Each with its chunk's id."""
        with transaction(self._connection):
            self._connection.executemany("INSERT OR IGNORE INTO vectors (chunk, numbers) VALUES (?, ?)", vectors)

    def _remove(self, path: str) -> None:
        found = self._connection.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
        if found is not None:
            self._remove_chunks(found[0])
            self._connection.execute("DELETE FROM pages WHERE file = ?", found)
            self._connection.execute("DELETE FROM files WHERE id = ?", found)

    def _remove_chunks(self, file: int) -> None:
        gone = self._connection.execute(
            "DELETE FROM vectors WHERE chunk IN (SELECT id FROM chunks WHERE file = ?)", (file,)
        )
        if gone.rowcount:
            self._connection.execute("UPDATE about SET removals = removals + 1")
        self._connection.execute("DELETE FROM chunks WHERE file = ?", (file,))

    def _put_pages(self, file: int, pages: Iterable[tuple[PageText, bool]]) -> None:
        rows = (
            (file, page.number, PICTURE if is_picture else page.how, page.text, _packed(page.words))
            for page, is_picture in pages
        )
        self._connection.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?)", rows)

    def _put_pieces(self, file: int, pieces: Iterable[Piece]) -> None:
        rows = ((file, piece.page, piece.start, piece.end, piece.text) for piece in pieces)
        self._connection.executemany("INSERT INTO chunks (file, page, start, end, text) VALUES (?, ?, ?, ?, ?)", rows)


def _packed(words: Sequence[WordBox]) -> bytes:
    return msgspec.msgpack.encode(words) if words else b""


def page_from(number: int, text: str, how: str, words: bytes) -> PageText:
    """Return a page as the index has it."""
    boxes = msgspec.msgpack.decode(words, type=tuple[WordBox, ...]) if words else ()
    return PageText(number, text, "ocr" if how == "ocr" else "text", boxes)


def status_of(connection: sqlite3.Connection, size: int) -> Status:
    """Return what an index holds; `size` is that of its files on disk."""
    [(folder,)] = connection.execute("SELECT folder FROM about").fetchall()
    pages = dict(connection.execute("SELECT how, count(*) FROM pages GROUP BY how").fetchall())
    [(files,)] = connection.execute("SELECT count(*) FROM files WHERE skipped = ''").fetchall()
    [(chunks,)] = connection.execute("SELECT count(*) FROM chunks").fetchall()
    [(vectors,)] = connection.execute("SELECT count(*) FROM vectors").fetchall()
    return Status(
        folders=(Path(folder),),
        files=files,
        pages=pages.get("text", 0) + pages.get("ocr", 0),
        pages_by_ocr=pages.get("ocr", 0),
        pages_waiting=pages.get(PICTURE, 0),
        chunks=chunks,
        chunks_waiting=chunks - vectors,
        bytes=size,
        skipped=tuple(_skipped(connection, Path(folder))),
    )


def _skipped(connection: sqlite3.Connection, folder: Path) -> Iterator[Skipped]:
    for path, why in connection.execute("SELECT path, skipped FROM files WHERE skipped <> '' ORDER BY path"):
        reason, _, remedy = why.partition("; ")
        yield Skipped(folder / path, reason, remedy)
