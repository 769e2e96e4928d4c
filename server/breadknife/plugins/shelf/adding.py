"""Puts folders on the shelf and brings them up to date: for the command line and for editors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from breadknife.cancel import CancelToken
from breadknife.errors import DownloadFailed, EngineError, EngineMissing, ModelError, ModelMissing, ShelfError
from breadknife.paths import lock_file
from breadknife.plugins.shelf.index.database import index_error, index_of
from breadknife.plugins.shelf.index.filling import Embedder, Tell, fill_pictures, fill_text, fill_vectors
from breadknife.plugins.shelf.index.shelves import added_folders
from breadknife.plugins.shelf.index.store import IndexWriter
from breadknife.plugins.shelf.reading.process import ReadingProcess

NO_FOLDER = "no folder is on the shelf; `breadknife shelf add FOLDER` adds one"


@dataclass(frozen=True)
class FillResult:
    """The result of bringing folders up to date."""

    folders: tuple[Path, ...]
    """The folders that are up to date."""
    problems: tuple[str, ...]
    """For each folder that isn't, a sentence with a remedy."""
    words_only: str = ""
    """Why only words can be searched and not meanings, with a remedy; empty if both can."""


def folder_to_add(folder: Path) -> Path:
    """Return the path, without links, by which a folder is added. Raises ShelfError if it is no folder, is in another
    folder on the shelf, or has one in it."""
    real = Path(os.path.realpath(folder))
    for added in added_folders():
        if real != added and real.is_relative_to(added):
            raise ShelfError(
                f"{folder} is on the shelf already, as a part of {added}; `breadknife shelf add` is enough"
            )
        if real != added and added.is_relative_to(real):
            raise ShelfError(f"{added} is on the shelf and a part of {folder}; `breadknife shelf remove` it first")
    if not real.is_dir():
        raise ShelfError(f"{folder} is no folder; name one")
    return real


def fill(
    folders: Iterable[Path], model: str, make_embedder: Callable[[], Embedder], tell: Tell, cancel: CancelToken
) -> FillResult:
    """Bring the indexes of folders up to date, and make those that are missing. A folder that can't be read doesn't
    stop the others.

    The text of all folders comes first, because it can be searched while the rest is still to be done. After that
    `make_embedder` is called: it raises ModelError or EngineError if `model`, by its name in the catalog, can't make
    vectors. Raises Cancelled.
    """
    problems, words_only = dict[Path, str](), ""
    with ExitStack() as stack:
        stores = list[IndexWriter]()
        for folder in folders:
            with _noting(problems, folder):
                stores.append(stack.enter_context(_opened(folder)))

        def on_each(work: Callable[[IndexWriter], None]) -> None:
            for store in stores:
                if store.folder not in problems:
                    with _noting(problems, store.folder):
                        work(store)

        with ReadingProcess() as reading:
            on_each(lambda store: fill_text(store, reading, tell, cancel))
            on_each(lambda store: fill_pictures(store, reading, tell, cancel))
        try:
            if any(store.folder not in problems for store in stores):
                embedder = make_embedder()
                on_each(lambda store: fill_vectors(store, embedder, tell, cancel))
        except (ModelError, EngineError) as error:
            words_only = why_words_only(error, model)
        done = tuple(store.folder for store in stores if store.folder not in problems)
        return FillResult(done, tuple(problems.values()), words_only)


def why_words_only(error: ModelError | EngineError, model: str) -> str:
    """Return why only words are searched, in one line with the commands that change it. `error` says why there are no
    vectors, and `model` is the model's name."""
    match error:
        case EngineMissing():
            why, command = "the engine isn't installed", "`breadknife setup engine`"
        case ModelMissing() | DownloadFailed():
            why, command = f"the model {model} isn't on this machine", f"`breadknife models pull {model}`"
        case _:
            why, command = str(error), "`breadknife doctor`"
    return f"only words are searched, not meanings: {why}; {command}, then `breadknife shelf add`"


@contextmanager
def _noting(problems: dict[Path, str], folder: Path) -> Generator[None]:
    """Note ShelfError and sqlite3.Error of the `with` block as the folder's problem, instead of raising them."""
    try:
        yield
    except ShelfError as error:
        problems[folder] = str(error)
    except sqlite3.Error as error:
        problems[folder] = str(index_error(index_of(folder), error))


@contextmanager
def _opened(folder: Path) -> Generator[IndexWriter]:
    with alone(folder), IndexWriter(folder) as store:
        yield store


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Keep other processes from writing a folder's index within the `with` block. Raises ShelfError if one writes it
    now."""
    try:
        with lock_file(index_of(folder).with_suffix(".lock"), 0):
            yield
    except Timeout:
        raise ShelfError(f"another program is working on {folder}; wait until it has ended") from None
