"""Chooses up to three quotes that answer a question, or says why the shelf is silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.plugins.shelf.evidence.features import AnswerCandidate, answer_candidates
from breadknife.plugins.shelf.evidence.model import FeatureWeights, fitted
from breadknife.plugins.shelf.evidence.query import Query, read_query
from breadknife.plugins.shelf.evidence.quoting import Quote, is_proved
from breadknife.plugins.shelf.values import SearchGap, ShelfStatus, Shelves
from breadknife.steps.values import Vector
from breadknife.task.values import Silence

CANDIDATES = 20
"""Chunks of the search whose windows are measured: the right one is nearly always among them."""
MOST_QUOTES = 3
PARTLY = "shelf-partly-searched"
"""The reason for silence where an answer may stand in what wasn't searched."""


def find_quotes(
    question: str,
    vector: Vector,
    shelves: Shelves,
    cancel: CancelToken,
    weights: FeatureWeights | None = None,
    asked_in: Path | None = None,
    gap: SearchGap | None = None,
) -> tuple[Quote, ...] | Silence:
    """Return the quotes that answer a question, at most `MOST_QUOTES`, best first; or the reason why there is none.

    `vector` is the question's. If it is empty, or chunks still wait for theirs, words alone decide. `weights` replace
    the fitted ones. `asked_in` is the document that has the question, which isn't quoted. `gap` is what the search has
    left out: if nothing is found, the reason says so. Raises Cancelled.
    """
    query = read_query(question, shelves.frequency, shelves.chunk_count)
    if not query.terms:
        return Silence("no-question", "The question has no word to look for.", "name what you look for")
    candidates = [
        candidate for candidate in shelves.search(query.text, vector, CANDIDATES) if candidate.file != asked_in
    ]
    cancel.raise_if_cancelled()
    status = shelves.status
    weights = weights or fitted(with_vectors=bool(vector) and not status.chunks_waiting)
    answers = answer_candidates(query, candidates, shelves)
    ranked = sorted(((weights.likelihood(answer.features), answer) for answer in answers), key=lambda pair: -pair[0])
    likely = [(likelihood, answer) for likelihood, answer in ranked if not answer.missing]
    if not likely or likely[0][0] < weights.threshold:
        return _silence(query, [answer for _, answer in ranked], status, gap)
    quotes = (_quote(answer, likelihood) for likelihood, answer in apart(likely))
    proved = tuple(quote for quote in quotes if is_proved(quote, shelves.page_text))
    return proved or _silence(query, [], status, gap)


def _quote(answer: AnswerCandidate, likelihood: float) -> Quote:
    candidate = answer.candidate
    return Quote(answer.text, candidate.title, candidate.file, candidate.chunk.page, answer.span, likelihood)


def apart(ranked: Iterable[tuple[float, AnswerCandidate]]) -> list[tuple[float, AnswerCandidate]]:
    """Return the first `MOST_QUOTES` of these that share no text with one before them. `ranked` has each with its
    likelihood, best first."""
    chosen: list[tuple[float, AnswerCandidate]] = []
    for likelihood, answer in ranked:
        if not any(_shares_text(answer, earlier) for _, earlier in chosen):
            chosen.append((likelihood, answer))
            if len(chosen) == MOST_QUOTES:
                break
    return chosen


def _shares_text(a: AnswerCandidate, b: AnswerCandidate) -> bool:
    is_same_page = (a.candidate.file, a.candidate.chunk.page) == (b.candidate.file, b.candidate.chunk.page)
    return a.text == b.text or (is_same_page and a.span.start < b.span.end and b.span.start < a.span.end)


def _silence(query: Query, ranked: Sequence[AnswerCandidate], status: ShelfStatus, gap: SearchGap | None) -> Silence:
    """Return the reason why nothing is shown. `ranked` are the passages that came nearest, best first.

    A named term that no page has is the reason even if there is a `gap`: pages with other words can't answer then.
    """
    searched = f"{counted(status.pages, 'page')} of {counted(status.files, 'file')}"
    searched += f"; {status.pages_waiting:,} not read yet" if status.pages_waiting else ""
    unknown = [term.text for term in query.terms if term.is_named and not term.is_known]
    if unknown:
        sentence = f"No page on the shelf has “{unknown[0]}” ({searched})."
    elif ranked and ranked[0].missing:
        sentence = f"The nearest passages lack “{ranked[0].missing[0].text}” ({searched})."
    elif gap is not None:
        return Silence(PARTLY, f"Nothing was found, but {gap.what} ({searched}).", gap.remedy)
    else:
        sentence = f"The shelf says nothing about it ({searched})."
    return Silence("shelf-silent", sentence, "ask with words that a page would use")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which takes an `s` in the plural: `1 page`, `2,000 pages`."""
    return f"{number:,} {noun}" + "s" * (number != 1)
