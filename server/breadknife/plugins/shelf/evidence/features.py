"""The windows of candidates that may be quoted, and what is measured of each: how likely it answers the query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.query import Query, QueryTerm
from breadknife.plugins.shelf.evidence.windows import windows
from breadknife.plugins.shelf.evidence.words import Stems, stems
from breadknife.plugins.shelf.values import Candidate, Shelves
from breadknife.text.document import Span

_TELLING = 3
"""Letters of a stem that is looked for in the beginnings of longer words."""
_NEAR = 4
"""Words between two that stand near each other."""


@dataclass(frozen=True)
class AnswerCandidate:
    """A window of a candidate's chunk, with its features."""

    candidate: Candidate
    span: Span
    """In the page's stored text."""
    text: str
    """The page's text there, cleaned."""
    features: Mapping[str, float]
    missing: tuple[QueryTerm, ...]
    """Named terms of the query that neither the page nor the document's name has."""


def answer_candidates(query: Query, candidates: Sequence[Candidate], shelves: Shelves) -> tuple[AnswerCandidate, ...]:
    """Return the windows of the candidates. Of windows that show the same, the one counts whose own sentence fits
    best."""
    pages = [shelves.page_text(each.file, each.chunk.page) for each in candidates]
    names = [f"{each.title} {each.file.stem}" for each in candidates]
    chunks = [f"{name} {each.chunk.text}" for name, each in zip(names, candidates, strict=True)]
    named = [term for term in query.terms if term.is_named]
    # Whole pages are a third of what is read, and only named terms are looked for there.
    read_pages = [clean(page) if named else "" for page in pages]
    rows = [
        (number, window.span, *(clean(page[span.start : span.end]) for span in (window.span, window.middle)))
        for number, (page, each) in enumerate(zip(pages, candidates, strict=True))
        for window in windows(page, each.chunk.span)
    ]
    texts = dict.fromkeys([*chunks, *names, *read_pages, *(text for row in rows for text in row[2:])])
    stems_of = dict(zip(texts, stems(list(texts)), strict=True))
    best: dict[tuple[int, Span], AnswerCandidate] = {}
    for number, span, text, sentence in rows:
        candidate, window = candidates[number], stems_of[text]
        features = {
            "words in sentence": cover(query, stems_of[sentence]),
            "words in passage": cover(query, window),
            "words in chunk": cover(query, stems_of[chunks[number]]),
            "pairs in passage": pairs(query, window),
            "terms": float(len(query.terms)),
            "cosine of chunk": candidate.cosine,
        }
        name, page = stems_of[names[number]], stems_of[read_pages[number]]
        missing = tuple(term for term in named if not is_named(term, name, page))
        known = best.get((number, span))
        if known is None or known.features["words in sentence"] < features["words in sentence"]:
            best[number, span] = AnswerCandidate(candidate, span, text, features, missing)
    return tuple(best.values())


def has(text: Stems, words: Stems) -> bool:
    """Tell whether the words stand in the text one after the other."""
    if len(words) == 1:
        return words[0] in text  # nearly all are single words, for which this takes a tenth of the time
    size = len(words)
    return any(text[at : at + size] == words for at in range(len(text) - size + 1))


def cover(query: Query, text: Stems) -> float:
    """Return the weight of the query's terms that the text has, as a share of the weight of all."""
    total = sum(term.weight for term in query.terms)
    return sum(term.weight for term in query.terms if has(text, term.stems)) / total if total else 0.0


def pairs(query: Query, text: Stems) -> float:
    """Return the share of the query's neighbouring terms that stand near each other in the text."""
    neighbours = list(pairwise(query.terms))
    if not neighbours:
        return 0.0
    postings: dict[str, list[int]] = {}
    for at, stem in enumerate(text):
        postings.setdefault(stem, []).append(at)
    near = sum(
        any(abs(a - b) <= _NEAR for a in postings.get(left.stems[0], ()) for b in postings.get(right.stems[0], ()))
        for left, right in neighbours
    )
    return near / len(neighbours)


def is_named(term: QueryTerm, name: Stems, page: Stems) -> bool:
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
