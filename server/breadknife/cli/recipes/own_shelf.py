"""The shelf of a recipe's test: a folder beside the recipe, indexed for this test alone."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.errors import RecipeError
from breadknife.plugins.shelf.index.filling import FillProgress, fill_text
from breadknife.plugins.shelf.index.shelves import open_shelves
from breadknife.plugins.shelf.index.store import IndexWriter
from breadknife.plugins.shelf.reading.process import ReadingProcess


@contextmanager
def own_shelf(name: str, recipe: Path) -> Generator[None]:
    """Make a folder the whole shelf meanwhile. It is searched by words alone, so that a test says the same with and
    without a model.

    `recipe` is the recipe's file, which the folder must be beside. Raises RecipeError and ShelfError.
    """
    beside = recipe.parent.resolve()
    folder = (beside / name).resolve()
    if not folder.is_dir() or not folder.is_relative_to(beside):
        raise RecipeError(f"a test's shelf {name} is no folder beside its recipe; name one")
    with tempfile.TemporaryDirectory(prefix="breadknife-", ignore_cleanup_errors=True) as indexes:
        with IndexWriter(folder, Path(indexes)) as store, ReadingProcess() as reading:
            fill_text(store, reading, _ignore, CancelToken())
        with open_shelves().only(Path(indexes)):
            yield


def _ignore(progress: FillProgress) -> None:
    """Ignore the progress: a test's few files are read in no time."""
