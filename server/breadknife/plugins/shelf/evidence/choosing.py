"""Chooses up to three passages that answer a question, or says why the shelf is silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.plugins.shelf.evidence.features import Passage, passages
from breadknife.plugins.shelf.evidence.model import Weights, fitted
from breadknife.plugins.shelf.evidence.question import Question, read_question
from breadknife.plugins.shelf.evidence.quoting import Quote, is_proved
from breadknife.plugins.shelf.values import Shelves, Status, Unsearched
from breadknife.steps.values import Vector
from breadknife.task.values import Silence

CANDIDATES = 20
"""Chunks whose passages are measured: what is right is among them in nearly all cases."""
MOST_QUOTES = 3
PARTLY = "shelf-partly-searched"
"""The reason for silence where an answer may stand in what wasn't searched."""


def answer(
    text: str,
    vector: Vector,
    shelves: Shelves,
    cancel: CancelToken,
    weights: Weights | None = None,
    asked_in: Path | None = None,
    unsearched: Unsearched | None = None,
) -> tuple[Quote, ...] | Silence:
    """Return the quotes, best first. `vector` is the question's; without it, or while chunks wait for theirs, words
    alone decide. `asked_in` is the document that has the question: it isn't quoted. `unsearched` is what the question
    isn't compared with: where nothing is found, the reason says so."""
    question = read_question(text, shelves.frequency, shelves.chunk_count)
    if not question.terms:
        return Silence("no-question", "The question has no word to look for.", "name what you look for")
    found_chunks = shelves.search(question.text, vector, CANDIDATES)
    candidates = [each for each in found_chunks if each.chunk.file != asked_in]
    cancel.raise_if_cancelled()
    found = passages(question, candidates, shelves)
    status = shelves.status
    weights = weights or fitted(with_vectors=bool(vector) and not status.chunks_waiting)
    ranked = sorted(((weights.likelihood(each.features), each) for each in found), key=lambda pair: -pair[0])
    likely = [pair for pair in ranked if not pair[1].missing]
    if not likely or likely[0][0] < weights.threshold:
        return _silence(question, [each for _, each in ranked], status, unsearched)
    quotes = [_quote(likelihood, each) for likelihood, each in apart(likely)]
    proved = tuple(quote for quote in quotes if is_proved(quote, shelves.page_text))
    return proved or _silence(question, [], status, unsearched)


def apart(ranked: Iterable[tuple[float, Passage]]) -> list[tuple[float, Passage]]:
    """Return the best that don't share any text."""
    chosen: list[tuple[float, Passage]] = []
    for likelihood, passage in ranked:
        if not any(_is_shared(passage, other) for _, other in chosen):
            chosen.append((likelihood, passage))
            if len(chosen) == MOST_QUOTES:
                break
    return chosen


def _is_shared(one: Passage, other: Passage) -> bool:
    here, there = one.candidate.chunk, other.candidate.chunk
    same_page = (here.file, here.page) == (there.file, there.page)
    return one.text == other.text or (same_page and one.span.start < other.span.end and other.span.start < one.span.end)


def _quote(likelihood: float, passage: Passage) -> Quote:
    chunk = passage.candidate.chunk
    return Quote(passage.text, chunk.title, chunk.file, chunk.page, passage.span, likelihood)


def _silence(question: Question, ranked: Sequence[Passage], status: Status, unsearched: Unsearched | None) -> Silence:
    """Why nothing is shown, with what came nearest. A name that no page has says enough, whatever wasn't searched by
    its meaning."""
    looked = f"{counted(status.pages, 'page')} of {counted(status.files, 'file')}"
    waiting = f"; {status.pages_waiting:,} not read yet" if status.pages_waiting else ""
    unknown = [term.text for term in question.terms if term.is_named and not term.is_known]
    if unknown:
        sentence = f"No page on the shelf has “{unknown[0]}” ({looked}{waiting})."
    elif ranked and ranked[0].missing:
        sentence = f"The nearest passages lack “{ranked[0].missing[0].text}” ({looked}{waiting})."
    elif unsearched is not None:
        return Silence(PARTLY, f"Nothing was found, but {unsearched.what} ({looked}{waiting}).", unsearched.remedy)
    else:
        sentence = f"The shelf says nothing about it ({looked}{waiting})."
    return Silence("shelf-silent", sentence, "ask with words that a page would use")


def counted(number: int, of: str) -> str:
    """Return a number of things in words: `1 page`, `2,000 pages`."""
    return f"{number:,} {of}" + "s" * (number != 1)
