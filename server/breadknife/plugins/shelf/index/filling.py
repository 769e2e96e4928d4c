"""Brings the index of a folder up to date, in phases that can each be stopped and taken up again.

First the text of all files, which can be searched at once; then pages that only OCR can read; then the vectors.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from breadknife.cancel import CancelToken
from breadknife.plugins.shelf.chunking.chunks import chunks_of
from breadknife.plugins.shelf.chunking.cleaning import with_hyphens
from breadknife.plugins.shelf.index.scanning import must_be_itself, scan
from breadknife.plugins.shelf.index.store import IndexWriter
from breadknife.plugins.shelf.index.vectors import pack
from breadknife.plugins.shelf.reading.process import ReadingProcess
from breadknife.plugins.shelf.reading.values import ReadRequest, ReadResponse
from breadknife.plugins.shelf.values import FileRecord
from breadknife.steps.ocr import is_installed
from breadknife.steps.pages import Page
from breadknife.steps.values import Vector

_NO_SIZE = -1
"""Of a file that is to be read again although it hasn't changed."""
_EMBEDDED_AT_ONCE = 16
"""Chunks whose vectors are written together: what a kill loses, about a second's work."""


@dataclass(frozen=True)
class FillProgress:
    """How far a phase is."""

    phase: Literal["read", "ocr", "embed"]
    done: int
    total: int
    """Files, pages or chunks."""
    name: str = ""
    """The file that is being read."""
    pages: int = 0
    """Read so far in the phase `read`."""

    @property
    def words(self) -> str:
        """Return the phase and how far it is, for people."""
        count = f"{self.done:,} of {self.total:,}"
        match self.phase:
            case "read":
                return f"reading {count} new files"
            case "ocr":
                return f"OCR of {count} pages"
            case "embed":
                return f"vectors of {count} chunks"


Tell = Callable[[FillProgress], None]


class Embedder(Protocol):
    """The model that makes vectors."""

    @property
    def identity(self) -> str:
        """Another one for each model and file: vectors of two can't be compared."""
        ...

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> tuple[Vector, ...]:
        """Raises ModelError, EngineError and Cancelled."""
        ...


def fill_text(store: IndexWriter, reading: ReadingProcess, tell: Tell, cancel: CancelToken) -> None:
    """Read what is new or has changed; what is gone goes. Raises ShelfError and Cancelled."""
    scanned, indexed = scan(store.folder), store.files()
    unlisted = tuple(f"{folder}/" for folder in scanned.unlisted)
    if removed := [path for path in indexed if path not in scanned.files and not path.startswith(unlisted)]:
        store.remove(removed)
    requests = list[tuple[FileRecord, ReadRequest]]()
    for path, file in scanned.files.items():
        before = indexed.get(path)
        if before is not None and (file.size, file.changed) == (before.size, before.changed):
            continue
        if file.skipped:
            store.put(file)
        else:
            requests.append((file, _request(store.folder, path, before.sha256 if before is not None else "")))
    pages = 0
    for done, (file, request) in enumerate(requests):
        must_be_itself(store.folder)  # which may have changed since: reading takes long
        tell(FillProgress("read", done, len(requests), file.path, pages))
        _, following = requests[done + 1] if done + 1 < len(requests) else (None, None)
        pages += _read(store, reading.read(request, cancel, following), file)
    tell(FillProgress("read", len(requests), len(requests), pages=pages))


def _read(store: IndexWriter, responses: Iterable[ReadResponse], file: FileRecord) -> int:
    """Put what was read of a file into the index. Return how many pages it has."""
    pages, first, last = list[Page](), ReadResponse(), ReadResponse()
    for last in responses:
        first = last if last.sha256 else first
        pages += last.pages
    if last.error:
        store.put(replace(file, size=_NO_SIZE if last.is_passing else file.size, skipped=last.error))
        return 0
    if first.is_same:
        store.touch(file)
        return 0
    # Only where a program has broken the lines are there hyphens that don't belong to their words.
    marked = with_hyphens(pages) if pages and pages[0].number else tuple(pages)
    record = replace(file, sha256=first.sha256, title=first.title or Path(file.path).stem)
    store.put(record, marked, chunks_of(marked))
    return len(pages)


def _request(folder: Path, path: str, sha256: str = "", pictures: tuple[int, ...] = ()) -> ReadRequest:
    return ReadRequest(os.fsencode(folder / path), os.fsencode(folder), sha256, pictures)


def fill_pictures(store: IndexWriter, reading: ReadingProcess, tell: Tell, cancel: CancelToken) -> None:
    """Read by OCR the pages that only it can read, if it is installed. Raises ShelfError and Cancelled."""
    for file in store.stale():
        _make_chunks(store, file)
    todo = store.waiting_for_ocr()
    if not todo or not is_installed():
        return
    total = sum(len(numbers) for _, _, numbers in todo)
    done = itertools.count(1)
    tell(FillProgress("ocr", 0, total))
    for file, path, numbers in todo:
        must_be_itself(store.folder)
        try:
            for response in reading.read(_request(store.folder, path, pictures=numbers), cancel):
                for page in response.pages:
                    store.put_page(file, page)
                    tell(FillProgress("ocr", next(done), total, path))
        finally:
            _make_chunks(store, file)  # also when it is stopped: what has been read can be searched


def _make_chunks(store: IndexWriter, file: int) -> None:
    pages = with_hyphens(store.pages(file))
    store.put_chunks(file, pages, chunks_of(pages))


def fill_vectors(store: IndexWriter, embedder: Embedder, tell: Tell, cancel: CancelToken) -> None:
    """Make the vectors that are missing. Raises ModelError, EngineError and Cancelled."""
    store.begin_vectors(embedder.identity)
    done, total = 0, store.vectors_waiting
    while chunks := store.without_vector(_EMBEDDED_AT_ONCE):
        tell(FillProgress("embed", done, total))
        vectors = embedder.embed([text for _, text in chunks], cancel)
        store.put_vectors((id, pack(vector)) for (id, _), vector in zip(chunks, vectors, strict=True))
        done += len(chunks)
    tell(FillProgress("embed", done, total))
