"""The steps of recipes that search the shelf."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.errors import EngineError, EngineMissing, ModelError, ModelMissing
from breadknife.plugins.shelf.index.shelves import IndexedShelves, open_shelves
from breadknife.plugins.shelf.index.vectors import can_be_searched, identity_of
from breadknife.plugins.shelf.values import SearchGap
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import Passage, Vector
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence

NO_SHELF = Silence("no-shelf", "No folder is on your shelf.", "`breadknife shelf add FOLDER` adds one")
_AGAIN = "run `breadknife shelf add`"


@dataclass(frozen=True)
class SearchInput:
    question: str
    keep: int = literal(5)
    """Passages, at most."""
    model: str = literal("embedding", role=True)


@dataclass(frozen=True)
class SearchOutput:
    passages: tuple[Passage, ...]
    """Best first, each with its file's URI and its page."""
    files: int
    """On the shelf."""
    pages: int
    waiting: int
    """Pages that nobody has read yet, since they are pictures."""


def search(given: SearchInput, context: StepContext) -> SearchOutput | Silence:
    """Return the passages of your shelf that fit a question best, by their words and by their meaning. Where no model
    can say what they mean, by their words alone."""
    shelves = open_shelves()
    status = shelves.status
    if not status.folders:
        return nothing_to_search(shelves)
    vector, _ = question_vector(given.question, given.model, shelves, context)
    found = shelves.search(given.question, vector, given.keep)
    passages = (Passage(each.chunk.text, each.file.as_uri(), each.chunk.page, each.score) for each in found)
    return SearchOutput(tuple(passages), status.files, status.pages, status.pages_waiting)


def nothing_to_search(shelves: IndexedShelves) -> Silence:
    """Return the reason why no folder can be searched: there is none on the shelf, or no index can be used."""
    if problems := shelves.problems:
        what, _, remedy = problems[0].rpartition("; ")
        return Silence("shelf-damaged", f"Nothing was searched: {what}.", remedy)
    return NO_SHELF


def question_vector(
    question: str, role: str, shelves: IndexedShelves, context: StepContext
) -> tuple[Vector, SearchGap | None]:
    """Return the question's vector, by the model for `role`, and what can't be searched for lack of vectors.

    The vector is empty if the shelf has no vectors, has those of another model, or the model can't be used. The gap is
    None if all chunks have vectors, and on the shelf of a recipe's test. Raises Cancelled.
    """
    models, status = shelves.models, shelves.status
    if shelves.is_of_test:
        return (), None
    if not models:
        return (), SearchGap("words alone: no passage has a vector yet", _AGAIN)
    try:
        model = context.model(role)
        if models - {identity_of(model.name, model.digest)} and can_be_searched():
            return (), SearchGap("words alone: the vectors are of another model", _AGAIN)
        [vector] = model.embed([question])
    except EngineMissing:
        return (), SearchGap("words alone: the engine isn't installed", "run `breadknife setup engine`")
    except ModelMissing:
        name = context.model(role).name
        remedy = f"run `breadknife models pull {name}`"
        return (), SearchGap(f"words alone: {name} isn't on this machine", remedy)
    except (ModelError, EngineError) as error:
        return (), SearchGap(f"words alone: {error}", "ask again, or run `breadknife doctor`")
    if status.chunks_waiting:
        part = f"{status.chunks_waiting:,} of {status.chunks:,} passages have no vector yet"
        return vector, SearchGap(f"words, and by meaning as far as it goes: {part}", _AGAIN)
    return vector, None


STEPS = (
    StepType("shelf.search", 1, Kind.TINY, SearchInput, SearchOutput, search, from_outside=True, remembered=False),
)
