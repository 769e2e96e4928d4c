"""Puts folders on the shelf and brings them up to date: for the command line and for editors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from filelock import Timeout

from breadknife.cancel import CancelToken
from breadknife.errors import DownloadFailed, EngineError, EngineMissing, ModelError, ModelMissing, ShelfError
from breadknife.paths import lock_file
from breadknife.plugins.shelf.index.database import index_error, index_of
from breadknife.plugins.shelf.index.filling import Embedder, Tell, fill_pictures, fill_text, fill_vectors
from breadknife.plugins.shelf.index.shelves import added_folders
from breadknife.plugins.shelf.index.store import Store
from breadknife.plugins.shelf.reading.process import ReadingProcess

_Given = TypeVar("_Given")
NO_FOLDER = "no folder is on the shelf; `breadknife shelf add FOLDER` adds one"


@dataclass(frozen=True)
class Filled:
    """What became of folders that were to be brought up to date."""

    folders: tuple[Path, ...]
    """Those that are."""
    problems: tuple[str, ...]
    """A sentence with a remedy for each that isn't."""
    words_only: str = ""
    """Why no meanings are searched, with a remedy; empty if they are."""


def folder_to_add(folder: Path) -> Path:
    """Return the real path of a folder that is to be added. Raises ShelfError if it can't be."""
    wanted = Path(os.path.realpath(folder))
    for each in added_folders():
        if wanted != each and wanted.is_relative_to(each):
            raise ShelfError(f"{folder} is on the shelf already, as a part of {each}; `breadknife shelf add` is enough")
        if wanted != each and each.is_relative_to(wanted):
            raise ShelfError(f"{each} is on the shelf and a part of {folder}; `breadknife shelf remove` it first")
    if not wanted.is_dir():
        raise ShelfError(f"{folder} is no folder; name one")
    return wanted


def fill(
    folders: Iterable[Path], model: str, make_embedder: Callable[[], Embedder], tell: Tell, cancel: CancelToken
) -> Filled:
    """Bring the indexes of folders up to date. One that can't be read doesn't stop the others.

    All text comes first: it can be searched while the rest is still to be done. `make_embedder` is called after that,
    and raises ModelError or EngineError where `model`, by its name, can't make vectors. Raises Cancelled.
    """
    problems, words_only = list[str](), ""
    with ExitStack() as stack:
        stores = _done(folders, lambda folder: stack.enter_context(_opened(folder)), problems)
        with ReadingProcess() as reading:
            stores = _done(stores, _doing(lambda store: fill_text(store, reading, tell, cancel)), problems)
            stores = _done(stores, _doing(lambda store: fill_pictures(store, reading, tell, cancel)), problems)
        try:
            if stores:
                embedder = make_embedder()
                stores = _done(stores, _doing(lambda store: fill_vectors(store, embedder, tell, cancel)), problems)
        except (ModelError, EngineError) as error:
            words_only = why_words_only(error, model)
        return Filled(tuple(store.folder for store in stores), tuple(problems), words_only)


def why_words_only(error: ModelError | EngineError, model: str) -> str:
    """Return what to tell where no model can compare meanings, in one line with the commands that change it."""
    match error:
        case EngineMissing():
            why, command = "the engine isn't installed", "`breadknife setup engine`"
        case ModelMissing() | DownloadFailed():
            why, command = f"the model {model} isn't on this machine", f"`breadknife models pull {model}`"
        case _:
            why, command = str(error), "`breadknife doctor`"
    return f"only words are searched, not meanings: {why}; {command}, then `breadknife shelf add`"


def _doing(work: Callable[[Store], None]) -> Callable[[Store], Store]:
    def done(store: Store) -> Store:
        work(store)
        return store

    return done


def _done(given: Iterable[_Given], work: Callable[[_Given], Store], problems: list[str]) -> list[Store]:
    """The stores whose work was done; what the others fail with is added to the problems."""
    done = list[Store]()
    for each in given:
        try:
            done.append(work(each))
        except ShelfError as error:
            problems.append(str(error))
        except sqlite3.Error as error:
            folder = each.folder if isinstance(each, Store) else Path(str(each))
            problems.append(str(index_error(index_of(folder), error)))
    return done


@contextmanager
def _opened(folder: Path) -> Generator[Store]:
    with alone(folder), Store(folder) as store:
        yield store


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """While no other process writes this folder's index. Raises ShelfError if one does."""
    try:
        with lock_file(index_of(folder).with_suffix(".lock"), 0):
            yield
    except Timeout:
        raise ShelfError(f"another program is working on {folder}; wait until it has ended") from None
