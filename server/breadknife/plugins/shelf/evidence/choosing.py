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
"""Chunks whose windows are measured: what is right is among them in nearly all cases."""
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
    """Return the quotes that answer a question, best first.

    `vector` is the question's; without it, or while chunks wait for theirs, words alone decide. `asked_in` is the
    document that has the question: it isn't quoted. `gap` is what the question isn't compared with: where nothing is
    found, the reason says so. Raises Cancelled.
    """
    query = read_query(question, shelves.frequency, shelves.chunk_count)
    if not query.terms:
        return Silence("no-question", "The question has no word to look for.", "name what you look for")
    candidates = [each for each in shelves.search(query.text, vector, CANDIDATES) if each.file != asked_in]
    cancel.raise_if_cancelled()
    status = shelves.status
    weights = weights or fitted(with_vectors=bool(vector) and not status.chunks_waiting)
    scored = ((weights.likelihood(each.features), each) for each in answer_candidates(query, candidates, shelves))
    ranked = sorted(scored, key=lambda pair: -pair[0])
    likely = [pair for pair in ranked if not pair[1].missing]
    if not likely or likely[0][0] < weights.threshold:
        return _silence(query, [each for _, each in ranked], status, gap)
    quotes = (
        Quote(each.text, each.candidate.title, each.candidate.file, each.candidate.chunk.page, each.span, likelihood)
        for likelihood, each in apart(likely)
    )
    proved = tuple(quote for quote in quotes if is_proved(quote, shelves.page_text))
    return proved or _silence(query, [], status, gap)


def apart(ranked: Iterable[tuple[float, AnswerCandidate]]) -> list[tuple[float, AnswerCandidate]]:
    """Return the best that don't share any text, each with its likelihood."""
    chosen: list[tuple[float, AnswerCandidate]] = []
    for likelihood, answer in ranked:
        if not any(_shares_text(answer, other) for _, other in chosen):
            chosen.append((likelihood, answer))
            if len(chosen) == MOST_QUOTES:
                break
    return chosen


def _shares_text(a: AnswerCandidate, b: AnswerCandidate) -> bool:
    pages = {(each.candidate.file, each.candidate.chunk.page) for each in (a, b)}
    return a.text == b.text or (len(pages) == 1 and a.span.start < b.span.end and b.span.start < a.span.end)


def _silence(query: Query, ranked: Sequence[AnswerCandidate], status: ShelfStatus, gap: SearchGap | None) -> Silence:
    """Say why nothing is shown, with what came nearest. A name that no page has says enough, whatever wasn't searched
    by its meaning."""
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
    """Return a number of things in words: `1 page`, `2,000 pages`."""
    return f"{number:,} {noun}" + "s" * (number != 1)
