"""The editors' command that puts a folder on the shelf. This module is imported when the command is first given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.errors import ShelfError
from breadknife.plugins.shelf.adding import fill, folder_to_add
from breadknife.plugins.shelf.index.filling import FillProgress
from breadknife.plugins.shelf.index.shelves import open_shelves
from breadknife.plugins.shelf.index.vectors import identity_of
from breadknife.steps.values import Vector
from breadknife.task.plugin import Context, Model
from breadknife.task.values import Done, Silence
from breadknife.text.document import uri_to_path
from breadknife.text.printable import as_sentence, counted

_ROLE = "embedding"


class ContextEmbedder:
    """See `breadknife.plugins.shelf.index.filling.Embedder`."""

    def __init__(self, model: Model) -> None:
        """Raises ModelError or EngineError if the model can't be used. It is tried here, because `fill_vectors` begins
        with removing another model's vectors."""
        model.embed(["ready?"])
        self._model = model

    @property
    def identity(self) -> str:
        return identity_of(self._model.name, self._model.digest)

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> tuple[Vector, ...]:
        return self._model.embed(texts, cancel=cancel)


def add_folder(named: str, context: Context) -> Done | Silence:
    """Add a folder to the shelf, or bring it up to date if it is there. `named` is its path, or its `file:` URI.

    No model is downloaded: if the one that compares meanings is missing, the answer says so. Raises Cancelled; what was
    read until then is kept.
    """
    try:
        folder = folder_to_add(uri_to_path(named) or Path(named).expanduser())
    except ShelfError as error:
        return _silence(str(error))

    def tell(progress: FillProgress) -> None:
        if progress.total:
            context.progress(progress.words, progress.done / progress.total)

    model = context.model(_ROLE)
    filled = fill((folder,), model.name, lambda: ContextEmbedder(model), tell, context.cancel)
    if filled.problems:
        return _silence(filled.problems[0])
    [status] = [each for each in open_shelves().statuses if each.folders == (folder,)]
    said = f"{folder.name} is on your shelf: {counted(status.files, 'file')}, {counted(status.pages, 'page')}."
    lacks = f" {as_sentence(filled.words_only)}" if filled.words_only else ""
    result = {
        "folder": str(folder),
        "files": status.files,
        "pages": status.pages,
        "words_only": filled.words_only,
        "model": model.name if filled.words_only else "",
    }
    return Done(said + lacks, result)


def _silence(problem: str) -> Silence:
    return Silence("shelf-not-added", as_sentence(problem))
