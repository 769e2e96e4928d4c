"""Measures the windows of candidates: from these features `model` computes how likely each window answers the query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.query import Query, QueryTerm
from breadknife.plugins.shelf.evidence.windows import windows
from breadknife.plugins.shelf.evidence.words import Stems, stems
from breadknife.plugins.shelf.values import Candidate, Shelves
from breadknife.text.document import Span

_SHORTEST_PREFIX = 3
"""The fewest letters of a stem that is also looked for at the beginnings of longer words."""
_NEAR = 4
"""Two words are near each other if their positions differ by at most so many words."""


@dataclass(frozen=True)
class AnswerCandidate:
    """A window of a candidate's chunk, with its features."""

    candidate: Candidate
    span: Span
    """The window's, in the page's stored text."""
    text: str
    """The page's text there, cleaned."""
    features: Mapping[str, float]
    """By the names that `weights.json` has."""
    missing: tuple[QueryTerm, ...]
    """Named terms of the query that neither the page nor the document's name has."""


@dataclass(frozen=True)
class _WindowText:
    """A window of a candidate, and the texts that its features are measured on."""

    candidate: Candidate
    span: Span
    text: str
    """The window's, cleaned."""
    sentence: str
    """Of the sentence in its middle."""
    chunk: str
    """Of its chunk, with the document's name before it."""
    name: str
    """The document's title and its file's name."""
    page: str
    """Of its page; empty if the query has no named terms, which are all that is looked for there."""


def answer_candidates(query: Query, candidates: Sequence[Candidate], shelves: Shelves) -> tuple[AnswerCandidate, ...]:
    """Return the windows of the candidates' chunks with their features. If several windows of a chunk have the same
    span, the one counts whose own sentence fits the query best."""
    named_terms = [term for term in query.terms if term.is_named]
    window_texts = [
        window_text
        for candidate in candidates
        for window_text in _window_texts(candidate, shelves, with_page=bool(named_terms))
    ]
    texts = dict.fromkeys(
        text for each in window_texts for text in (each.chunk, each.name, each.page, each.text, each.sentence)
    )
    stems_of = dict(zip(texts, stems(list(texts)), strict=True))  # of all at once: each call makes a database
    best: dict[tuple[int, Span], AnswerCandidate] = {}
    for window in window_texts:
        window_stems = stems_of[window.text]
        features = {
            "words in sentence": cover(query, stems_of[window.sentence]),
            "words in passage": cover(query, window_stems),
            "words in chunk": cover(query, stems_of[window.chunk]),
            "pairs in passage": pairs(query, window_stems),
            "terms": float(len(query.terms)),
            "cosine of chunk": window.candidate.cosine,
        }
        name, page = stems_of[window.name], stems_of[window.page]
        missing = tuple(term for term in named_terms if not is_named(term, name, page))
        key = window.candidate.id, window.span
        before = best.get(key)
        if before is None or before.features["words in sentence"] < features["words in sentence"]:
            best[key] = AnswerCandidate(window.candidate, window.span, window.text, features, missing)
    return tuple(best.values())


def _window_texts(candidate: Candidate, shelves: Shelves, *, with_page: bool) -> Iterator[_WindowText]:
    page = shelves.page_text(candidate.file, candidate.chunk.page)
    name = f"{candidate.title} {candidate.file.stem}"
    clean_page = clean(page) if with_page else ""  # whole pages would be a third of what is stemmed
    for window in windows(page, candidate.chunk.span):
        yield _WindowText(
            candidate=candidate,
            span=window.span,
            text=clean(page[window.span.start : window.span.end]),
            sentence=clean(page[window.middle.start : window.middle.end]),
            chunk=f"{name} {candidate.chunk.text}",
            name=name,
            page=clean_page,
        )


def has(text: Stems, words: Stems) -> bool:
    """Tell whether the words are in the text one right after the other."""
    if len(words) == 1:
        return words[0] in text  # nearly all terms are single words, for which this takes a tenth of the time
    size = len(words)
    return any(text[start : start + size] == words for start in range(len(text) - size + 1))


def cover(query: Query, text: Stems) -> float:
    """Return the weight of the query's terms that the text has, as a share of the weight of all its terms."""
    total = sum(term.weight for term in query.terms)
    return sum(term.weight for term in query.terms if has(text, term.stems)) / total if total else 0.0


def pairs(query: Query, text: Stems) -> float:
    """Return how many of the query's pairs of neighbouring terms are near each other in the text, as a share of all
    pairs. Of a term with several stems the first one counts."""
    neighbours = list(pairwise(query.terms))
    if not neighbours:
        return 0.0
    positions: dict[str, list[int]] = {}
    for position, stem in enumerate(text):
        positions.setdefault(stem, []).append(position)
    near = sum(
        any(abs(a - b) <= _NEAR for a in positions.get(left.stems[0], ()) for b in positions.get(right.stems[0], ()))
        for left, right in neighbours
    )
    return near / len(neighbours)


def is_named(term: QueryTerm, name: Stems, page: Stems) -> bool:
    """Tell whether a document's name or its page names a term: as it is, or as a part of a longer word (`Macs` is named
    by `macOS`, `libbzip2` by the title `bzip2`). A term of one letter counts as named: it says too little."""
    if len("".join(term.stems)) < 2 or has((*name, *page), term.stems):
        return True
    stem, *others = term.stems
    if others or len(stem) < _SHORTEST_PREFIX:
        return False
    is_prefix = any(word.startswith(stem) for word in (*name, *page))
    return is_prefix or any(len(word) > _SHORTEST_PREFIX and word in stem for word in name)
