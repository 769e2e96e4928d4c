"""Brings the index of a folder up to date, in phases that can each be stopped and taken up again.

First the text of all files, which can be searched at once; then pages that only OCR can read; then the vectors.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from breadknife.cancel import CancelToken
from breadknife.plugins.shelf.chunking.chunks import chunks_of
from breadknife.plugins.shelf.chunking.cleaning import with_hyphens
from breadknife.plugins.shelf.index.scanning import Found, must_be_itself, scan
from breadknife.plugins.shelf.index.store import FileState, Known, Store
from breadknife.plugins.shelf.index.vectors import pack
from breadknife.plugins.shelf.reading.ocr import is_installed
from breadknife.plugins.shelf.reading.process import ReadingProcess
from breadknife.plugins.shelf.reading.values import Job, Part
from breadknife.plugins.shelf.values import PageText
from breadknife.steps.values import Vector

_NO_SIZE = -1
"""Of a file that is to be read again although it hasn't changed."""
_EMBEDDED_AT_ONCE = 16
"""Chunks whose vectors are written together: what a kill loses, about a second's work."""


@dataclass(frozen=True)
class Progress:
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


Tell = Callable[[Progress], None]


class Embedder(Protocol):
    """The model that makes vectors."""

    @property
    def identity(self) -> str:
        """Another one for each model and file: vectors of two can't be compared."""
        ...

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> tuple[Vector, ...]:
        """Raises ModelError, EngineError and Cancelled."""
        ...


def fill_text(store: Store, reading: ReadingProcess, tell: Tell, cancel: CancelToken) -> None:
    """Read what is new or has changed; what is gone goes. Raises ShelfError and Cancelled."""
    found, known = scan(store.folder), store.known()
    gone = [path for path in known if path not in found.files and not _is_below(path, found.unlisted)]
    if gone:
        store.remove(gone)
    changed = {path: file for path, file in found.files.items() if _has_changed(file, known.get(path))}
    for path, file in changed.items():
        if file.why_not:
            store.put(FileState(path, file.size, file.changed, skipped=file.why_not), (), (), ())
    jobs = [(path, _job(store.folder, path, known.get(path))) for path, file in changed.items() if not file.why_not]
    pages = 0
    for done, (path, job) in enumerate(jobs):
        must_be_itself(store.folder)  # which may have changed since: reading takes long
        tell(Progress("read", done, len(jobs), path, pages))
        _, following = jobs[done + 1] if done + 1 < len(jobs) else ("", None)
        pages += _read(store, reading.read(job, cancel, following), path, changed[path])
    tell(Progress("read", len(jobs), len(jobs), pages=pages))


def _is_below(path: str, folders: Sequence[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)


def _has_changed(file: Found, known: Known | None) -> bool:
    return known is None or (file.size, file.changed) != (known.size, known.changed)


def _read(store: Store, parts: Iterable[Part], path: str, file: Found) -> int:
    """Put what was read of a file into the index. Returns how many pages it has."""
    pages, pictures, head, last = list[PageText](), list[int](), Part(), Part()
    for part in parts:
        head = part if part.sha256 else head
        pages += part.pages
        pictures += part.pictures
        last = part
    if last.error:
        size = _NO_SIZE if last.is_passing else file.size
        store.put(FileState(path, size, file.changed, skipped=last.error), (), (), ())
        return 0
    if head.is_same:
        store.touch(path, file.size, file.changed)
        return 0
    # Only where a program has broken the lines are there hyphens that don't belong to their words.
    marked = with_hyphens(pages) if pages and pages[0].number else tuple(pages)
    title = head.title or Path(path).stem
    store.put(FileState(path, file.size, file.changed, head.sha256, title), marked, pictures, chunks_of(marked))
    return len(pages)


def _job(folder: Path, path: str, known: Known | None = None, pictures: tuple[int, ...] = ()) -> Job:
    return Job(os.fsencode(folder / path), os.fsencode(folder), known.sha256 if known is not None else "", pictures)


def fill_pictures(store: Store, reading: ReadingProcess, tell: Tell, cancel: CancelToken) -> None:
    """Read by OCR the pages that only it can read, if it is installed. Raises ShelfError and Cancelled."""
    for file in store.stale():
        _make_chunks(store, file)
    todo = store.waiting_for_ocr()
    if not todo or not is_installed():
        return
    total = sum(len(numbers) for _, _, numbers in todo)
    done = itertools.count(1)
    tell(Progress("ocr", 0, total))
    for file, path, numbers in todo:
        must_be_itself(store.folder)
        try:
            for part in reading.read(_job(store.folder, path, pictures=numbers), cancel):
                for page in part.pages:
                    store.put_page(file, page)
                    tell(Progress("ocr", next(done), total, path))
        finally:
            _make_chunks(store, file)  # also when it is stopped: what has been read can be searched


def _make_chunks(store: Store, file: int) -> None:
    pages = with_hyphens(store.pages(file))
    store.put_chunks(file, pages, chunks_of(pages))


def fill_vectors(store: Store, embedder: Embedder, tell: Tell, cancel: CancelToken) -> None:
    """Make the vectors that are missing. Raises ModelError, EngineError and Cancelled."""
    store.begin_vectors(embedder.identity)
    done, total = 0, store.vectors_waiting
    while chunks := store.without_vector(_EMBEDDED_AT_ONCE):
        tell(Progress("embed", done, total))
        vectors = embedder.embed([text for _, text in chunks], cancel)
        store.put_vectors((id, pack(vector)) for (id, _), vector in zip(chunks, vectors, strict=True))
        done += len(chunks)
    tell(Progress("embed", done, total))
