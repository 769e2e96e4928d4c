"""Chooses up to three passages for a question: quotes that answer it, and what is only near."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.plugins.shelf.evidence.asked import asked_kind
from breadknife.plugins.shelf.evidence.features import AnswerCandidate, answer_candidates
from breadknife.plugins.shelf.evidence.model import FittedWeights, fitted
from breadknife.plugins.shelf.evidence.query import Query, read_query
from breadknife.plugins.shelf.evidence.quoting import Quote, is_proved
from breadknife.plugins.shelf.evidence.ranking import RankedCandidate, rank, says_the_same
from breadknife.plugins.shelf.values import Candidate, SearchGap, ShelfStatus, Shelves
from breadknife.steps.values import Vector
from breadknife.task.values import Silence
from breadknife.text.printable import counted, shortened

CANDIDATES = 20
"""Chunks of the search whose windows are measured: the right one is nearly always among them."""
MOST_QUOTES = 3
"""Passages of an answer, those that are only near among them."""
_MOST_NAME = 60
"""Characters of a name that an answer repeats."""
_LIKE = 0.3
"""The least cosine of a chunk that shares no word with the question and is near by its meaning."""


@dataclass(frozen=True)
class ShelfAnswer:
    """The passages for a question, `MOST_QUOTES` at most. It has at least one."""

    quotes: tuple[Quote, ...]
    """Those that answer it, the likeliest first."""
    near: tuple[Quote, ...]
    """Passages of further pages that share words or a meaning with it, nearest first. They aren't answers."""
    note: str
    """Why nothing answers it, in a sentence; empty if a quote does."""
    searched: str
    """What was searched, and how: `8 pages of 2 files, by words and meaning`."""


def find_quotes(
    question: str,
    vector: Vector,
    shelves: Shelves,
    cancel: CancelToken,
    weights: FittedWeights | None = None,
    asked_in: Path | None = None,
    gap: SearchGap | None = None,
) -> ShelfAnswer | Silence:
    """Return the quotes that answer a question and the passages near it; or why there is none, which is only if no page
    shares a word or a meaning with the question.

    Words alone decide what answers, so that no vector that is made later changes it. `vector` is the question's, for
    what is near; if it is empty, words alone decide that, too. `weights` replace the fitted ones. `asked_in` is the
    document that has the question, which isn't quoted. `gap` is what the search has left out. Raises Cancelled.
    """
    query = read_query(question, shelves.frequency, shelves.chunk_count)
    if not query.terms:
        return Silence("no-question", "The question has no word to look for.", "name what you look for")
    by_words = _search(query, (), shelves, asked_in)
    by_meaning = _search(query, vector, shelves, asked_in) if vector else []
    cancel.raise_if_cancelled()
    searched = _searched(shelves.status, gap, vector)
    weights = weights or fitted()
    ranked = rank(query, answer_candidates(query, by_words, shelves), weights)
    likely = _likely(query, ranked, weights.threshold)
    quotes = _proved(apart(likely), shelves)
    if len(quotes) < MOST_QUOTES and {each.id for each in by_meaning} - {each.id for each in by_words}:
        both = {each.id: each for each in (*by_words, *by_meaning)}
        ranked = rank(query, answer_candidates(query, list(both.values()), shelves), weights)
    near = _proved(apart(nearest(ranked, likely)), shelves)[: MOST_QUOTES - len(quotes)]
    if not quotes and not near:
        remedy = gap.remedy if gap is not None else "ask with words that a page would use"
        return Silence("shelf-silent", f"No page has a word of it, or a like meaning ({searched}).", remedy)
    note = "" if quotes else _why_near(query, [each.answer for each in ranked])
    return ShelfAnswer(quotes, near, note, searched)


def _search(query: Query, vector: Vector, shelves: Shelves, asked_in: Path | None) -> list[Candidate]:
    return [each for each in shelves.search(query.asked, vector, CANDIDATES) if each.file != asked_in]


def _likely(query: Query, ranked: Sequence[RankedCandidate], threshold: float) -> list[RankedCandidate]:
    """Return the passages that answer: the first one, if it is likely enough, and any other that is, too."""
    kind = asked_kind(query.text)
    needs = kind is not None and kind.is_needed
    complete = [each for each in ranked if not (each.answer.missing or (needs and each.answer.features["lacks it"]))]
    return [each for each in complete if min(each.likelihood, complete[0].likelihood) >= threshold]


def _proved(ranked: Iterable[RankedCandidate], shelves: Shelves) -> tuple[Quote, ...]:
    quotes = (
        Quote(
            each.answer.text,
            each.answer.candidate.title,
            each.answer.candidate.file,
            each.answer.candidate.chunk.page,
            each.answer.span,
            each.likelihood,
            each.answer.head,
            ""
            if each.answer.candidate.chunk.page
            else shelves.anchor(each.answer.candidate.file, each.answer.headings),
        )
        for each in ranked
    )
    return tuple(quote for quote in quotes if is_proved(quote, shelves.page_text))


def nearest(ranked: Iterable[RankedCandidate], quoted: Iterable[RankedCandidate]) -> list[RankedCandidate]:
    """Return the likeliest passage of each page that shares a word or a meaning with the question and isn't quoted. A
    file without pages has a passage of each chunk."""
    pages = {_page(each.answer) for each in quoted}
    found = list[RankedCandidate]()
    for each in ranked:
        is_near = each.answer.features["words in chunk"] > 0 or each.answer.candidate.cosine >= _LIKE
        if is_near and _page(each.answer) not in pages:
            pages.add(_page(each.answer))
            found.append(each)
    return found


def _page(answer: AnswerCandidate) -> tuple[Path, int]:
    chunk = answer.candidate.chunk
    return answer.candidate.file, chunk.page or -answer.candidate.id


def apart(ranked: Iterable[RankedCandidate]) -> list[RankedCandidate]:
    """Return the first `MOST_QUOTES` of these that share no text with one before them, nor say the same. `ranked`
    has the best first."""
    chosen = list[RankedCandidate]()
    for each in ranked:
        if not any(_shares_text(each.answer, earlier.answer) for earlier in chosen):
            chosen.append(each)
            if len(chosen) == MOST_QUOTES:
                break
    return chosen


def _shares_text(a: AnswerCandidate, b: AnswerCandidate) -> bool:
    is_same_page = (a.candidate.file, a.candidate.chunk.page) == (b.candidate.file, b.candidate.chunk.page)
    return says_the_same(a.text, b.text) or (is_same_page and a.span.start < b.span.end and b.span.start < a.span.end)


def _why_near(query: Query, ranked: list[AnswerCandidate]) -> str:
    """Return why no passage answers the question. `ranked` are those that came nearest, best first."""
    unknown = [term.text for term in query.terms if term.is_named and not term.is_known]
    if unknown:
        return f"No page has “{shortened(unknown[0], _MOST_NAME)}”."
    if ranked[0].missing:
        return f"The nearest passages lack “{shortened(ranked[0].missing[0].text, _MOST_NAME)}”."
    return "No passage answers it for sure."


def _searched(status: ShelfStatus, gap: SearchGap | None, vector: Vector) -> str:
    pages = f"{counted(status.pages, 'page')} of {counted(status.files, 'file')}"
    unread = f"; {status.pages_waiting:,} more need OCR" if status.pages_waiting else ""
    return f"{pages}{unread}, by {gap.what if gap is not None else 'words and meaning' if vector else 'words'}"
