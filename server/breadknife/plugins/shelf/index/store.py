"""What the index of one folder holds, and how it changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from types import TracebackType

from breadknife.plugins.shelf.index.database import index_of, open_index, transaction
from breadknife.plugins.shelf.values import FileRecord, PageChunk, ShelfStatus, SkippedFile
from breadknife.steps.pages import Page, PageSource

_PICTURE: PageSource = "picture"
"""The source of a page that waits for OCR."""


class IndexWriter:
    """The index of one folder, to be written. One process at a time; others may search meanwhile."""

    def __init__(self, folder: Path, indexes: Path | None = None) -> None:
        """Makes the index if there is none, among the user's own or in the folder `indexes`. Raises ShelfError."""
        self.folder = folder
        self._connection = open_index(index_of(folder, indexes), folder)

    def __enter__(self) -> IndexWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def files(self) -> Mapping[str, FileRecord]:
        """Return the files that the index has, by their paths, as they were when they were last read."""
        rows = self._connection.execute("SELECT path, size, changed, sha256, title, skipped FROM files")
        return {row[0]: FileRecord(*row) for row in rows}

    def put(self, record: FileRecord, pages: Iterable[Page] = (), chunks: Sequence[PageChunk] = ()) -> None:
        """Replace a file and all that was made of it."""
        with transaction(self._connection):
            self._remove(record.path)
            inserted = self._connection.execute(
                "INSERT INTO files (path, size, changed, sha256, title, skipped) VALUES (?, ?, ?, ?, ?, ?)",
                astuple(record),
            )
            file = inserted.lastrowid or 0
            self._put_pages(file, pages)
            self._put_chunks(file, chunks)

    def touch(self, file: FileRecord) -> None:
        """Set the size and the time of a file whose content is the same as before."""
        self._connection.execute(
            "UPDATE files SET size = ?, changed = ? WHERE path = ?", (file.size, file.changed, file.path)
        )

    def remove(self, files: Iterable[str]) -> None:
        """Remove files that are gone, by their paths."""
        with transaction(self._connection):
            for path in files:
                self._remove(path)

    def waiting_for_ocr(self) -> tuple[tuple[int, str, tuple[int, ...]], ...]:
        """Return the files with pages that wait for OCR: id, path, and the numbers of the pages."""
        rows = self._connection.execute(
            "SELECT files.id, path, number FROM pages JOIN files ON files.id = file WHERE how = ? ORDER BY 2, 3",
            (_PICTURE,),
        )
        numbers: dict[tuple[int, str], list[int]] = {}
        for file, path, number in rows:
            numbers.setdefault((file, path), []).append(number)
        return tuple((file, path, tuple(of_file)) for (file, path), of_file in numbers.items())

    def put_page(self, file: int, page: Page) -> None:
        """Put a page that OCR has read. It can't be searched before `put_chunks`."""
        with transaction(self._connection):
            self._connection.execute("UPDATE files SET is_stale = 1 WHERE id = ?", (file,))
            self._put_pages(file, [page])

    def stale(self) -> tuple[int, ...]:
        """Return the files with pages that no chunk has been made of: whoever read them was killed."""
        return tuple(id for (id,) in self._connection.execute("SELECT id FROM files WHERE is_stale"))

    def pages(self, file: int) -> tuple[Page, ...]:
        """Return all pages of a file."""
        rows = self._connection.execute("SELECT number, text, how FROM pages WHERE file = ? ORDER BY 1", (file,))
        return tuple(Page(*row) for row in rows)

    def put_chunks(self, file: int, pages: Iterable[Page], chunks: Sequence[PageChunk]) -> None:
        """Replace the chunks of a file, and the texts of `pages`."""
        with transaction(self._connection):
            self._remove_chunks(file)
            self._connection.execute("UPDATE files SET is_stale = 0 WHERE id = ?", (file,))
            self._connection.executemany(
                "UPDATE pages SET text = ? WHERE file = ? AND number = ?",
                ((page.text, file, page.number) for page in pages),
            )
            self._put_chunks(file, chunks)

    def begin_vectors(self, model: str) -> None:
        """Remove the vectors of another model than this one."""
        [(before,)] = self._connection.execute("SELECT model FROM about").fetchall()
        if before != model:
            with transaction(self._connection):
                self._connection.execute("DELETE FROM vectors")
                self._connection.execute("UPDATE about SET model = ?, removals = removals + 1", (model,))

    @property
    def vectors_waiting(self) -> int:
        """The number of chunks that have no vector."""
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
        """Add vectors, each with its chunk's id."""
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

    def _put_pages(self, file: int, pages: Iterable[Page]) -> None:
        rows = ((file, page.number, page.source, page.text) for page in pages)
        self._connection.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, x'')", rows)

    def _put_chunks(self, file: int, chunks: Iterable[PageChunk]) -> None:
        rows = ((file, chunk.page, chunk.span.start, chunk.span.end, chunk.text) for chunk in chunks)
        self._connection.executemany("INSERT INTO chunks (file, page, start, end, text) VALUES (?, ?, ?, ?, ?)", rows)


def status_of(connection: sqlite3.Connection, size: int) -> ShelfStatus:
    """Return what an index holds; `size` is that of its files on disk."""
    [(folder,)] = connection.execute("SELECT folder FROM about").fetchall()
    pages = dict(connection.execute("SELECT how, count(*) FROM pages GROUP BY how").fetchall())
    [(files,)] = connection.execute("SELECT count(*) FROM files WHERE skipped = ''").fetchall()
    [(chunks,)] = connection.execute("SELECT count(*) FROM chunks").fetchall()
    [(vectors,)] = connection.execute("SELECT count(*) FROM vectors").fetchall()
    return ShelfStatus(
        folders=(Path(folder),),
        files=files,
        pages=pages.get("text", 0) + pages.get("ocr", 0),
        pages_by_ocr=pages.get("ocr", 0),
        pages_waiting=pages.get(_PICTURE, 0),
        chunks=chunks,
        chunks_waiting=chunks - vectors,
        bytes=size,
        skipped=tuple(_skipped(connection, Path(folder))),
    )


def _skipped(connection: sqlite3.Connection, folder: Path) -> Iterator[SkippedFile]:
    for path, why in connection.execute("SELECT path, skipped FROM files WHERE skipped <> '' ORDER BY path"):
        reason, _, remedy = why.partition("; ")
        yield SkippedFile(folder / path, reason, remedy)
