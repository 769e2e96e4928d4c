"""Reads and writes the tables of one folder's index. `database` has their schema and says what the columns mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from types import TracebackType

from breadknife.plugins.shelf.index.database import index_of, open_index, transaction
from breadknife.plugins.shelf.values import FileRecord, PageChunk, ShelfStatus, SkippedFile
from breadknife.steps.pages import Page, PageSource

_WAITS_FOR_OCR: PageSource = "picture"
"""The source of a page that is a picture, and that OCR hasn't read yet."""
_COUNT_REMOVAL = "UPDATE about SET removals = removals + 1"
"""Whoever keeps the vectors in memory then reads all of them again: see `vectors.Matrix.refresh`."""


class IndexWriter:
    """The index of one folder, to be written. One process at a time; others may search meanwhile.

    Its methods raise sqlite3.Error if the disk is full or the index is damaged.
    """

    def __init__(self, folder: Path, indexes: Path | None = None) -> None:
        """Open the index of `folder`; make it if there is none. It lies among the user's own, or in the folder
        `indexes`. Raises ShelfError."""
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
        """Return what was noted of each file when it was last read, by its path."""
        return {record.path: record for record in files_of(self._connection)}

    def put(
        self,
        record: FileRecord,
        pages: Iterable[Page] = (),
        chunks: Sequence[PageChunk] = (),
        anchors: Mapping[str, str] | None = None,
    ) -> None:
        """Add a file with its pages and their chunks, in place of what the index has of the file at this path.
        `anchors` are those of `FileText`."""
        with transaction(self._connection):
            self._remove(record.path)
            inserted = self._connection.execute(
                "INSERT INTO files (path, size, changed, sha256, title, skipped, authors, year, doi)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                astuple(record),
            )
            file_id = inserted.lastrowid
            assert file_id is not None  # SQLite sets it for each INSERT
            self._put_pages(file_id, pages)
            self._put_chunks(file_id, chunks)
            self._connection.executemany(
                "INSERT INTO anchors VALUES (?, ?, ?)",
                ((file_id, heading, name) for heading, name in (anchors or {}).items() if name),
            )

    def touch(self, record: FileRecord) -> None:
        """Set the size and the time of change of a file whose content is as it was."""
        self._connection.execute(
            "UPDATE files SET size = ?, changed = ? WHERE path = ?", (record.size, record.changed, record.path)
        )

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files that are gone, with their pages, chunks and vectors."""
        with transaction(self._connection):
            for path in paths:
                self._remove(path)

    def waiting_for_ocr(self) -> tuple[tuple[int, str, tuple[int, ...]], ...]:
        """Return the files with pages that wait for OCR: the file's id, its path, and the numbers of those pages."""
        rows = self._connection.execute(
            "SELECT files.id, path, number FROM pages JOIN files ON files.id = file WHERE how = ? ORDER BY 2, 3",
            (_WAITS_FOR_OCR,),
        )
        waiting: dict[tuple[int, str], list[int]] = {}
        for file_id, path, number in rows:
            waiting.setdefault((file_id, path), []).append(number)
        return tuple((file_id, path, tuple(numbers)) for (file_id, path), numbers in waiting.items())

    def put_page(self, file_id: int, page: Page) -> None:
        """Put a page that OCR has read in place of the one that waited. It can't be searched before `put_chunks`."""
        with transaction(self._connection):
            self._connection.execute("UPDATE files SET is_stale = 1 WHERE id = ?", (file_id,))
            self._put_pages(file_id, [page])

    def stale(self) -> tuple[int, ...]:
        """Return the ids of files with pages from `put_page` but without `put_chunks` after it, because the process
        was killed in between."""
        return tuple(id for (id,) in self._connection.execute("SELECT id FROM files WHERE is_stale"))

    def pages(self, file_id: int) -> tuple[Page, ...]:
        """Return all pages of a file, in order."""
        rows = self._connection.execute("SELECT number, text, how FROM pages WHERE file = ? ORDER BY 1", (file_id,))
        return tuple(Page(*row) for row in rows)

    def put_chunks(self, file_id: int, pages: Iterable[Page], chunks: Sequence[PageChunk]) -> None:
        """Replace the chunks of a file, and the texts of those of its pages that are given."""
        with transaction(self._connection):
            self._remove_chunks(file_id)
            self._connection.execute("UPDATE files SET is_stale = 0 WHERE id = ?", (file_id,))
            self._connection.executemany(
                "UPDATE pages SET text = ? WHERE file = ? AND number = ?",
                ((page.text, file_id, page.number) for page in pages),
            )
            self._put_chunks(file_id, chunks)

    def begin_vectors(self, model: str) -> None:
        """Note that the vectors from now on are those of `model`, an `Embedder.identity`, and remove another model's:
        the two can't be compared."""
        [(before,)] = self._connection.execute("SELECT model FROM about").fetchall()
        if before != model:
            with transaction(self._connection):
                self._connection.execute("DELETE FROM vectors")
                self._connection.execute(_COUNT_REMOVAL)
                self._connection.execute("UPDATE about SET model = ?", (model,))

    @property
    def vectors_waiting(self) -> int:
        """The number of chunks that have no vector."""
        [(count,)] = self._connection.execute(
            "SELECT (SELECT count(*) FROM chunks) - (SELECT count(*) FROM vectors)"
        ).fetchall()
        return int(count)

    def without_vector(self, most: int) -> tuple[tuple[int, str], ...]:
        """Return the id and the text, below its headings, of the first chunks that have no vector, at most so many."""
        rows = self._connection.execute(
            "SELECT chunks.id, ltrim(replace(headings, char(1), '') || char(10) || text, char(10))"
            " FROM chunks LEFT JOIN vectors ON chunk = chunks.id WHERE chunk IS NULL"
            " ORDER BY chunks.id LIMIT ?",
            (most,),
        )
        return tuple(rows)

    def put_vectors(self, vectors: Iterable[tuple[int, bytes]]) -> None:
        """Add vectors: the chunk's id, and the vector as `vectors.pack` makes it."""
        with transaction(self._connection):
            self._connection.executemany("INSERT OR IGNORE INTO vectors (chunk, numbers) VALUES (?, ?)", vectors)

    def _remove(self, path: str) -> None:
        row = self._connection.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
        if row is not None:
            [file_id] = row
            self._remove_chunks(file_id)
            self._connection.execute("DELETE FROM pages WHERE file = ?", (file_id,))
            self._connection.execute("DELETE FROM anchors WHERE file = ?", (file_id,))
            self._connection.execute("DELETE FROM files WHERE id = ?", (file_id,))

    def _remove_chunks(self, file_id: int) -> None:
        """Remove the chunks of a file and their vectors."""
        removed = self._connection.execute(
            "DELETE FROM vectors WHERE chunk IN (SELECT id FROM chunks WHERE file = ?)", (file_id,)
        )
        if removed.rowcount:
            self._connection.execute(_COUNT_REMOVAL)
        self._connection.execute("DELETE FROM chunks WHERE file = ?", (file_id,))

    def _put_pages(self, file_id: int, pages: Iterable[Page]) -> None:
        rows = ((file_id, page.number, page.source, page.text) for page in pages)
        self._connection.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)", rows)

    def _put_chunks(self, file_id: int, chunks: Iterable[PageChunk]) -> None:
        rows = ((file_id, chunk.page, chunk.span.start, chunk.span.end, chunk.text, chunk.headings) for chunk in chunks)
        self._connection.executemany(
            "INSERT INTO chunks (file, page, start, end, text, headings) VALUES (?, ?, ?, ?, ?, ?)", rows
        )


def files_of(connection: sqlite3.Connection) -> tuple[FileRecord, ...]:
    """Return what an index notes of each file."""
    rows = connection.execute("SELECT path, size, changed, sha256, title, skipped, authors, year, doi FROM files")
    return tuple(FileRecord(*row) for row in rows)


def status_of(connection: sqlite3.Connection, size: int) -> ShelfStatus:
    """Return what an index holds. `size` is how many bytes its files have on disk."""
    [(folder,)] = connection.execute("SELECT folder FROM about").fetchall()
    pages_by_source = dict(connection.execute("SELECT how, count(*) FROM pages GROUP BY how").fetchall())
    [(files,)] = connection.execute("SELECT count(*) FROM files WHERE skipped = ''").fetchall()
    [(chunks,)] = connection.execute("SELECT count(*) FROM chunks").fetchall()
    [(vectors,)] = connection.execute("SELECT count(*) FROM vectors").fetchall()
    return ShelfStatus(
        folders=(Path(folder),),
        files=files,
        pages=pages_by_source.get("text", 0) + pages_by_source.get("ocr", 0),
        pages_by_ocr=pages_by_source.get("ocr", 0),
        pages_waiting=pages_by_source.get(_WAITS_FOR_OCR, 0),
        chunks=chunks,
        chunks_waiting=chunks - vectors,
        bytes=size,
        skipped=tuple(_skipped_files(connection, Path(folder))),
    )


def _skipped_files(connection: sqlite3.Connection, folder: Path) -> Iterator[SkippedFile]:
    for path, why in connection.execute("SELECT path, skipped FROM files WHERE skipped <> '' ORDER BY path"):
        reason, _, remedy = why.partition("; ")
        yield SkippedFile(folder / path, reason, remedy)
