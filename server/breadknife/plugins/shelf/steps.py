"""The steps of recipes that search the shelf."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.errors import EngineError, ModelError
from breadknife.plugins.shelf.index.shelves import OpenShelves, open_shelves
from breadknife.plugins.shelf.index.vectors import identity_of
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import Passage, Vector
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence

NO_SHELF = Silence("no-shelf", "No folder is on your shelf.", "`breadknife shelf add FOLDER` adds one")


@dataclass(frozen=True)
class SearchWanted:
    question: str
    keep: int = literal(5)
    """Passages, at most."""
    model: str = literal("embedding", role=True)


@dataclass(frozen=True)
class SearchFound:
    passages: tuple[Passage, ...]
    """Best first, each with its file's URI and its page."""
    files: int
    """On the shelf."""
    pages: int
    waiting: int
    """Pages that nobody has read yet, since they are pictures."""


def search(given: SearchWanted, context: StepContext) -> SearchFound | Silence:
    """Return the passages of your shelf that fit a question best, by their words and by their meaning. Where no model
    can say what they mean, by their words alone."""
    shelves = open_shelves()
    status = shelves.status
    if not status.folders:
        return NO_SHELF
    found = shelves.search(given.question, question_vector(given.question, given.model, shelves, context), given.keep)
    passages = (Passage(each.chunk.text, each.chunk.file.as_uri(), each.chunk.page, each.score) for each in found)
    return SearchFound(tuple(passages), status.files, status.pages, status.pages_waiting)


def question_vector(question: str, role: str, shelves: OpenShelves, context: StepContext) -> Vector:
    """Return the question's vector by the model of the shelf's own; empty where there is none. Raises Cancelled."""
    if not shelves.models:
        return ()
    try:
        model = context.model(role)
        if shelves.models - {identity_of(model.name, model.digest)}:
            return ()
        [vector] = model.embed([question])
    except (ModelError, EngineError):  # words can be searched without it; the receipt lacks the model
        return ()
    return vector


STEPS = (
    StepType("shelf.search", 1, Kind.TINY, SearchWanted, SearchFound, search, from_outside=True, remembered=False),
)
