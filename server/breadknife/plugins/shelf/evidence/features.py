"""What is measured of each passage: numbers that say how likely it answers the question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.question import Question, Term
from breadknife.plugins.shelf.evidence.windows import Window, windows
from breadknife.plugins.shelf.evidence.words import Stems, stems
from breadknife.plugins.shelf.values import Candidate, Shelves
from breadknife.steps.values import Vector
from breadknife.text.document import Span

OF_EACH, OF_ALL = 2, 24
"""Passages of each candidate, and of all, whose vectors are asked for: that takes the longest."""
_FIRST_LOOK = ("words in passage", "words in sentence", "words in chunk", "pairs in passage")
_TELLING = 3
"""Letters of a stem that is looked for in the beginnings of longer words."""
Embed = Callable[[Sequence[str]], Sequence[Vector]]
"""Vectors of length 1, one for each text."""


@dataclass(frozen=True)
class Passage:
    """A window of a candidate's chunk, with what is measured of it."""

    candidate: Candidate
    span: Span
    """In the page's stored text."""
    text: str
    """The page's text there, cleaned."""
    features: Mapping[str, float]
    missing: tuple[Term, ...]
    """Named terms of the question that neither the page nor the document's name has."""


def passages(
    question: Question, vector: Vector, candidates: Sequence[Candidate], shelves: Shelves, embed: Embed
) -> tuple[Passage, ...]:
    """The passages of the candidates, which come best first, that share most words with the question."""
    places = [place for number, each in enumerate(candidates) for place in _places(number, each, shelves)]
    names = [f"{each.chunk.title} {each.chunk.file.stem}" for each in candidates]
    abouts = [f"{name} {each.chunk.text}" for name, each in zip(names, candidates, strict=True)]
    pages = [clean(shelves.page_text(each.chunk.file, each.chunk.page)) for each in candidates]
    known = _known([text for place in places for text in place.texts], abouts, names, pages)
    measured = [(place, _of_words(question, place, known, known[abouts[place.number]])) for place in places]
    kept = _kept(measured)
    close = _cosines(vector, [place.whole for place, _ in kept], embed)
    found: list[Passage] = []
    for place, features in kept:
        name, page = known[names[place.number]], known[pages[place.number]]
        candidate = candidates[place.number]
        features = {
            **features,
            **_of_ranks(place.number, candidate, candidates),
            "cosine of passage": close[place.whole],
            "cosine of chunk": candidate.cosine,
            "words on page": cover(question, (*name, *page)),
            "heaviest word missing on page": heaviest_missing(question, (*name, *page)),
        }
        missing = tuple(term for term in question.terms if term.is_named and not is_named(term, name, page))
        found.append(Passage(candidate, place.window.span, place.whole, features, missing))
    return tuple(found)


@dataclass(frozen=True)
class _Place:
    """A window with its texts, cleaned."""

    number: int
    """Of the candidate."""
    window: Window
    whole: str
    middle: str
    heading: str

    @property
    def texts(self) -> tuple[str, str, str]:
        return self.whole, self.middle, self.heading


def _places(number: int, candidate: Candidate, shelves: Shelves) -> Iterator[_Place]:
    chunk = candidate.chunk
    page = shelves.page_text(chunk.file, chunk.page)
    for window in windows(page, chunk.start, chunk.end):
        spans = (window.span, window.middle, window.heading)
        yield _Place(number, window, *(clean(page[span.start : span.end]) if span else "" for span in spans))


def _of_words(question: Question, place: _Place, known: Mapping[str, Stems], about: Stems) -> dict[str, float]:
    return {
        "words in passage": cover(question, known[place.whole]),
        "words in sentence": cover(question, known[place.middle]),
        "words in chunk": cover(question, about),
        "words in heading": cover(question, known[place.heading]),
        "pairs in passage": pairs(question, known[place.whole]),
        "heaviest word missing": heaviest_missing(question, known[place.whole]),
        "heaviest word missing in chunk": heaviest_missing(question, about),
        "words missing": float(sum(not has(about, term.stems) for term in question.terms)),
        "terms": float(len(question.terms)),
        "weight in passage": cover(question, known[place.whole]) * question.weight,
        "unknown words": share(question, [term for term in question.terms if not term.is_known]),
        "kind": kind(question, place.whole),
        "length": log(max(20, len(place.whole)) / 300),
        "letters": sum(map(str.isalpha, place.whole)) / max(1, len(place.whole)),
    }


def _of_ranks(number: int, candidate: Candidate, candidates: Sequence[Candidate]) -> dict[str, float]:
    return {
        "rank": log(number + 1),
        "rank by words": log(1 + sum(other.bm25 > candidate.bm25 for other in candidates)),
        "rank by vector": log(1 + sum(other.cosine > candidate.cosine for other in candidates)),
    }


def _kept(measured: Sequence[tuple[_Place, dict[str, float]]]) -> list[tuple[_Place, dict[str, float]]]:
    """Those with most of the question's words, in the order of the candidates."""
    ranked = sorted(
        measured, key=lambda each: -sum(each[1][name] for name in _FIRST_LOOK) + 0.1 * log(each[0].number + 1)
    )
    kept: list[tuple[_Place, dict[str, float]]] = []
    for place, features in ranked:
        same = [other for other, _ in kept if other.number == place.number]
        if len(same) < OF_EACH and all(place.whole != other.whole for other, _ in kept):
            kept.append((place, features))
    return sorted(kept[:OF_ALL], key=lambda each: each[0].number)


def _known(*groups: Iterable[str]) -> dict[str, Stems]:
    texts = list(dict.fromkeys(text for group in groups for text in group))
    return dict(zip(texts, stems(texts), strict=True))


def _cosines(vector: Vector, texts: Sequence[str], embed: Embed) -> dict[str, float]:
    """0 for all where there are no vectors."""
    if not vector:
        return dict.fromkeys(texts, 0.0)
    each = list(dict.fromkeys(texts))
    return {
        text: sum(one * other for one, other in zip(vector, found, strict=True))
        for text, found in zip(each, embed(each), strict=True)
    }


def has(text: Stems, wanted: Stems) -> bool:
    """Whether the words stand in the text one after the other."""
    size = len(wanted)
    return any(text[at : at + size] == wanted for at in range(len(text) - size + 1))


def cover(question: Question, text: Stems) -> float:
    """The weight of the question's words that the text has, as a share."""
    return share(question, [term for term in question.terms if has(text, term.stems)])


def share(question: Question, terms: Sequence[Term]) -> float:
    whole = question.weight
    return sum(term.weight for term in terms) / whole if whole else 0.0


def pairs(question: Question, text: Stems) -> float:
    """The share of the question's neighbouring words that stand near each other in the text."""
    wanted = list(pairwise(question.terms))
    if not wanted:
        return 0.0
    places: dict[str, list[int]] = {}
    for at, stem in enumerate(text):
        places.setdefault(stem, []).append(at)
    near = sum(
        any(abs(a - b) <= 4 for a in places.get(one.stems[0], ()) for b in places.get(other.stems[0], ()))
        for one, other in wanted
    )
    return near / len(wanted)


def heaviest_missing(question: Question, text: Stems) -> float:
    """The weight of the heaviest word that the text lacks; 0 if it has them all."""
    return max((term.weight for term in question.terms if not has(text, term.stems)), default=0.0)


def is_named(term: Term, name: Stems, page: Stems) -> bool:
    """Whether a document or its page names a term. `Macs` is named by `macOS`, `libbzip2` by the title `bzip2`. A
    single letter says too little to be missed."""
    if len("".join(term.stems)) < 2 or has((*name, *page), term.stems):
        return True
    [first, *others] = term.stems
    if others or len(first) < _TELLING:
        return False
    return any(word.startswith(first) for word in (*name, *page)) or any(
        len(word) > _TELLING and word in first for word in name
    )


def kind(question: Question, text: str) -> float:
    """1 if the text has what answers to such a question have, -1 if not, 0 for a question of no known kind."""
    if not question.kinds:
        return 0.0
    return 1.0 if any(re.search(each.found, text) for each in question.kinds) else -1.0
