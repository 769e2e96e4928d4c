"""`breadknife shelf add` and `remove`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import Timeout

from breadknife.cancel import CancelToken
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.output import INTERRUPTED, counted, ended_by_signals, tell
from breadknife.cli.shelf.embedding import EngineEmbedder
from breadknife.cli.shelf.showing import show
from breadknife.errors import Cancelled, EngineError, ModelError, ShelfError
from breadknife.paths import lock_file
from breadknife.plugins.shelf.index.database import index_of, remove_index
from breadknife.plugins.shelf.index.filling import Progress, fill_pictures, fill_text, fill_vectors
from breadknife.plugins.shelf.index.shelves import added_folders
from breadknife.plugins.shelf.index.store import Store
from breadknife.plugins.shelf.reading.process import ReadingProcess

_SHOWN_SECONDS = 0.1
"""Between two lines of progress on a terminal."""


def run(folder: Path | None, *, as_json: bool, offline: bool, engine_script: Path | None) -> int:
    """Raises ShelfError."""
    folders = _folders(folder)
    with ended_by_signals() as cancel:
        try:
            _fill(folders, offline, engine_script, cancel)
        except Cancelled:
            tell("stopped; `breadknife shelf add` goes on from here")
            return INTERRUPTED
        finally:
            tell("", fleeting=True)
    show(folders, as_json=as_json)
    return 0


def remove(folder: Path) -> int:
    """Raises ShelfError."""
    wanted = Path(os.path.realpath(folder))
    if wanted not in added_folders():
        raise ShelfError(f"{folder} is not on the shelf; `breadknife shelf status` says what is")
    with _alone(wanted):
        remove_index(index_of(wanted))
    return 0


def _folders(folder: Path | None) -> tuple[Path, ...]:
    known = added_folders()
    if folder is None:
        if not known:
            raise ShelfError("no folder is on the shelf; `breadknife shelf add FOLDER` adds one")
        return known
    wanted = Path(os.path.realpath(folder))
    for each in known:
        if wanted != each and wanted.is_relative_to(each):
            raise ShelfError(f"{folder} is on the shelf already, as a part of {each}; `breadknife shelf add` is enough")
        if wanted != each and each.is_relative_to(wanted):
            raise ShelfError(f"{each} is on the shelf and a part of {folder}; `breadknife shelf remove` it first")
    if not wanted.is_dir():
        raise ShelfError(f"{folder} is no folder; name one")
    return (wanted,)


def _fill(folders: tuple[Path, ...], offline: bool, engine_script: Path | None, cancel: CancelToken) -> None:
    """All text first: it can be searched while the rest is still to be done."""
    progress = _Shown()
    with ExitStack() as stack:
        for folder in folders:
            stack.enter_context(_alone(folder))
        stores = [stack.enter_context(Store(folder)) for folder in folders]
        with ReadingProcess() as reading:
            for store in stores:
                fill_text(store, reading, progress.tell, cancel)
            for store in stores:
                fill_pictures(store, reading, progress.tell, cancel)
        host = make_host(engine_script)
        stack.callback(host.close)
        host.settings = settings_for(host, offline, folders[0])
        try:
            embedder = EngineEmbedder(host)
            for store in stores:
                fill_vectors(store, embedder, progress.tell, cancel)
        except (ModelError, EngineError) as error:
            tell(f"only words are searched, not meanings: {error}")
            return
        if embedder.bytes_sent:
            tell(f"{embedder.bytes_sent:,} bytes went to the engine that your settings name")


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """While no other process writes this index. Raises ShelfError if one does."""
    path = index_of(folder)
    try:
        with lock_file(path.with_suffix(".lock"), 0):
            yield
    except Timeout:
        raise ShelfError(f"another program is working on {folder}; wait until it has ended") from None


class _Shown:
    """Progress on stderr: a line that changes on a terminal, a line for each tenth elsewhere."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._last = ("", -1)
        self._next = 0.0

    def tell(self, progress: Progress) -> None:
        if not progress.total:
            return
        now, step = time.monotonic(), (progress.phase, progress.done * 10 // progress.total)
        if self._is_live and (now >= self._next or progress.done == progress.total):
            self._next = now + _SHOWN_SECONDS
            tell(_line(progress), fleeting=True)
        elif not self._is_live and step != self._last:
            self._last = step
            tell(_line(progress))


def _line(progress: Progress) -> str:
    count = f"{progress.done:,} of {progress.total:,}"
    name = f": {progress.name}" if progress.name else ""
    match progress.phase:
        case "read":
            return f"reading {count} new files, {counted(progress.pages, 'page')} so far{name}"
        case "ocr":
            return f"OCR of {count} pages{name}"
        case "embed":
            return f"vectors of {count} chunks"
