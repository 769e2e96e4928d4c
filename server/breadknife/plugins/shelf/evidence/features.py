"""What is measured of each passage: numbers that say how likely it answers the question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.question import Question, Term
from breadknife.plugins.shelf.evidence.windows import Window, windows
from breadknife.plugins.shelf.evidence.words import Stems, stems
from breadknife.plugins.shelf.values import Candidate, Shelves
from breadknife.text.document import Span

_TELLING = 3
"""Letters of a stem that is looked for in the beginnings of longer words."""


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


def passages(question: Question, candidates: Sequence[Candidate], shelves: Shelves) -> tuple[Passage, ...]:
    """Return the passages of the candidates. Of windows that show the same, the one counts whose own sentence fits
    best."""
    places = [place for number, each in enumerate(candidates) for place in _places(number, each, shelves)]
    names = [f"{each.chunk.title} {each.chunk.file.stem}" for each in candidates]
    abouts = [f"{name} {each.chunk.text}" for name, each in zip(names, candidates, strict=True)]
    named = [term for term in question.terms if term.is_named]
    # Whole pages are a third of what is read, and only named terms are looked for there.
    pages = [clean(shelves.page_text(each.chunk.file, each.chunk.page)) if named else "" for each in candidates]
    known = _known([text for place in places for text in (place.whole, place.middle)], abouts, names, pages)
    found: dict[tuple[int, Span], Passage] = {}
    for place in places:
        candidate, about = candidates[place.number], known[abouts[place.number]]
        name, page = known[names[place.number]], known[pages[place.number]]
        features = {
            "words in sentence": cover(question, known[place.middle]),
            "words in passage": cover(question, known[place.whole]),
            "words in chunk": cover(question, about),
            "pairs in passage": pairs(question, known[place.whole]),
            "terms": float(len(question.terms)),
            "cosine of chunk": candidate.cosine,
        }
        missing = tuple(term for term in named if not is_named(term, name, page))
        key = (place.number, place.window.span)
        if key not in found or found[key].features["words in sentence"] < features["words in sentence"]:
            found[key] = Passage(candidate, place.window.span, place.whole, features, missing)
    return tuple(found.values())


@dataclass(frozen=True)
class _Place:
    """A window with its texts, cleaned."""

    number: int
    """Of the candidate."""
    window: Window
    whole: str
    middle: str


def _places(number: int, candidate: Candidate, shelves: Shelves) -> Iterator[_Place]:
    chunk = candidate.chunk
    page = shelves.page_text(chunk.file, chunk.page)
    for window in windows(page, chunk.start, chunk.end):
        whole, middle = (clean(page[span.start : span.end]) for span in (window.span, window.middle))
        yield _Place(number, window, whole, middle)


def _known(*groups: Iterable[str]) -> dict[str, Stems]:
    texts = list(dict.fromkeys(text for group in groups for text in group))
    return dict(zip(texts, stems(texts), strict=True))


def has(text: Stems, wanted: Stems) -> bool:
    """Tell whether the words stand in the text one after the other."""
    if len(wanted) == 1:
        return wanted[0] in text  # nearly all are single words, for which this takes a tenth of the time
    size = len(wanted)
    return any(text[at : at + size] == wanted for at in range(len(text) - size + 1))


def cover(question: Question, text: Stems) -> float:
    """Return the weight of the question's words that the text has, as a share."""
    whole = sum(term.weight for term in question.terms)
    return sum(term.weight for term in question.terms if has(text, term.stems)) / whole if whole else 0.0


def pairs(question: Question, text: Stems) -> float:
    """Return the share of the question's neighbouring words that stand near each other in the text."""
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


def is_named(term: Term, name: Stems, page: Stems) -> bool:
    """Tell whether a document or its page names a term. `Macs` is named by `macOS`, `libbzip2` by the title `bzip2`. A
    single letter says too little to be missed."""
    if len("".join(term.stems)) < 2 or has((*name, *page), term.stems):
        return True
    [first, *others] = term.stems
    if others or len(first) < _TELLING:
        return False
    return any(word.startswith(first) for word in (*name, *page)) or any(
        len(word) > _TELLING and word in first for word in name
    )
