"""Brings the index of a folder up to date, in three phases. Each can be stopped and goes on where it was.

First the text of all files, which can be searched at once; then the pages that are pictures, by OCR; then the vectors.
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
from breadknife.plugins.shelf.chunking.cleaning import clean, with_hyphens
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
"""Noted instead of a file's size, so that the file counts as changed and is read again the next time."""
_EMBEDDED_AT_ONCE = 16
"""Chunks whose vectors are made and written together: about a second's work, which is lost if the process is killed."""


@dataclass(frozen=True)
class FillProgress:
    """How far a phase is."""

    phase: Literal["read", "ocr", "embed"]
    done: int
    """How many of the `total` are done."""
    total: int
    """Files in the phase `read`, pages in `ocr`, chunks in `embed`."""
    name: str = ""
    """The path of the file that is being read; empty in the phase `embed` and at the end of the others."""
    pages: int = 0
    """In the phase `read`, the pages of the files that are done."""

    @property
    def words(self) -> str:
        """Return the phase and how far it is, as people read it."""
        count = f"{self.done:,} of {self.total:,}"
        match self.phase:
            case "read":
                return f"reading {count} new files"
            case "ocr":
                return f"OCR of {count} pages"
            case "embed":
                return f"vectors of {count} chunks"


Tell = Callable[[FillProgress], None]
"""Is called with each step forward."""


class Embedder(Protocol):
    """The model that makes vectors."""

    @property
    def identity(self) -> str:
        """The model's identity, see `vectors.identity_of`."""
        ...

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> tuple[Vector, ...]:
        """Return the vector of each text, in order. Raises ModelError, EngineError and Cancelled."""
        ...


def fill_text(store: IndexWriter, reading: ReadingProcess, tell: Tell, cancel: CancelToken) -> None:
    """Read the files that are new or have changed, and remove those that are gone. Raises ShelfError and Cancelled."""
    requests = _update_files(store)
    pages = 0
    for done, (record, request) in enumerate(requests):
        must_be_itself(store.folder)  # a link may have taken its place since: reading takes long
        tell(FillProgress("read", done, len(requests), record.path, pages))
        # The reading process begins with the next file while this one goes into the index.
        _, following = requests[done + 1] if done + 1 < len(requests) else (None, None)
        pages += _put_file(store, record, reading.read(request, cancel, following))
    tell(FillProgress("read", len(requests), len(requests), pages=pages))


def _update_files(store: IndexWriter) -> list[tuple[FileRecord, ReadRequest]]:
    """Remove files that are gone, note those that aren't read, and return those that are to be read."""
    scanned, indexed = scan(store.folder), store.files()
    unlisted = tuple(f"{folder}/" for folder in scanned.unlisted)
    if gone := [path for path in indexed if path not in scanned.files and not path.startswith(unlisted)]:
        store.remove(gone)
    requests = list[tuple[FileRecord, ReadRequest]]()
    for path, record in scanned.files.items():
        before = indexed.get(path)
        if before is not None and (record.size, record.changed) == (before.size, before.changed):
            continue
        if record.skipped:
            store.put(record)
        else:
            requests.append((record, _request(store.folder, path, sha256=before.sha256 if before is not None else "")))
    return requests


def _put_file(store: IndexWriter, record: FileRecord, responses: Iterable[ReadResponse]) -> int:
    """Put a file into the index with what was read of it. Return how many pages it has."""
    pages, anchors, head, last = list[Page](), dict[str, str](), ReadResponse(), ReadResponse()
    for last in responses:
        head = last if last.sha256 else head  # one response has the digest and the title, and comes first
        pages += last.pages
        anchors |= last.anchors
    if last.error:
        store.put(replace(record, size=_NO_SIZE if last.is_passing else record.size, skipped=last.error))
        return 0
    if head.is_same:
        store.touch(record)
        return 0
    # Formats without pages have none of the hyphens that a program puts at the ends of lines.
    has_pages = bool(pages) and pages[0].number > 0
    marked = with_hyphens(pages) if has_pages else tuple(pages)
    read_record = replace(
        record,
        sha256=head.sha256,
        title=head.title or Path(record.path).stem,
        authors="\n".join(head.reference.authors),
        year=head.reference.year,
        doi=head.reference.doi,
    )
    store.put(read_record, marked, chunks_of(marked), {clean(heading): name for heading, name in anchors.items()})
    return len(pages)


def _request(folder: Path, path: str, *, sha256: str = "", pictures: tuple[int, ...] = ()) -> ReadRequest:
    return ReadRequest(os.fsencode(folder / path), os.fsencode(folder), sha256, pictures)


def fill_pictures(store: IndexWriter, reading: ReadingProcess, tell: Tell, cancel: CancelToken) -> None:
    """Read the pages that are pictures by OCR, if it is installed. Raises ShelfError and Cancelled."""
    for file_id in store.stale():
        _make_chunks(store, file_id)
    waiting = store.waiting_for_ocr()
    if not waiting or not is_installed():
        return
    total = sum(len(numbers) for _, _, numbers in waiting)
    done = itertools.count(1)
    tell(FillProgress("ocr", 0, total))
    for file_id, path, numbers in waiting:
        must_be_itself(store.folder)
        try:
            for response in reading.read(_request(store.folder, path, pictures=numbers), cancel):
                for page in response.pages:
                    store.put_page(file_id, page)
                    tell(FillProgress("ocr", next(done), total, path))
        finally:
            _make_chunks(store, file_id)  # also if it is cancelled: the pages that were read can then be searched


def _make_chunks(store: IndexWriter, file_id: int) -> None:
    """Make the chunks of a file anew from the pages that the index has."""
    pages = with_hyphens(store.pages(file_id))
    store.put_chunks(file_id, pages, chunks_of(pages))


def fill_vectors(store: IndexWriter, embedder: Embedder, tell: Tell, cancel: CancelToken) -> None:
    """Make the vectors of chunks that have none. Raises ModelError, EngineError and Cancelled."""
    store.begin_vectors(embedder.identity)
    done, total = 0, store.vectors_waiting
    while chunks := store.without_vector(_EMBEDDED_AT_ONCE):
        tell(FillProgress("embed", done, total))
        vectors = embedder.embed([text for _, text in chunks], cancel)
        store.put_vectors((id, pack(vector)) for (id, _), vector in zip(chunks, vectors, strict=True))
        done += len(chunks)
    tell(FillProgress("embed", done, total))
