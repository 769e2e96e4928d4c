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
    """Make a folder the only one on the shelf while the block runs.

    It is searched by words alone, so that a test has the same result with and without a model. Raises RecipeError and
    ShelfError.

    Args:
        name: the folder, relative to the recipe's folder and inside it.
        recipe: the recipe's file.
    """
    recipe_folder = recipe.parent.resolve()
    folder = (recipe_folder / name).resolve()
    if not folder.is_dir() or not folder.is_relative_to(recipe_folder):
        raise RecipeError(f"a test's shelf {name} is no folder beside its recipe; name one")
    with tempfile.TemporaryDirectory(prefix="breadknife-", ignore_cleanup_errors=True) as indexes:
        with IndexWriter(folder, Path(indexes)) as store, ReadingProcess() as reading:
            fill_text(store, reading, _ignore, CancelToken())
        with open_shelves().only(Path(indexes)):
            yield


def _ignore(progress: FillProgress) -> None:
    """Ignore the progress: a test's few files are read in no time."""
