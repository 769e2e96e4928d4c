"""Reads a question before anything is searched: which of its words are searched, and which are named terms."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path

from breadknife.plugins.shelf.evidence.words import Stems, stems

LONGEST = 500
"""Characters of a question that are read."""
_FEWEST_CHUNKS = 20_000
"""A shelf with fewer chunks is taken to have so many. Otherwise, among a few chunks every word would be frequent, and
one that no chunk has would outweigh all the others."""
_WORD = re.compile(r"[^\s,;:!?()\[\]{}\"“”‘’«»]+")
_NAMED = re.compile(r"[A-Z0-9_\\/$#@+]|\w\.\w|^--?\w")
"""What makes a word a named term. The first letter of a question doesn't count: it is a capital anyhow."""

_THING = r"(?:(?:options?|settings?|commands?|flags?|parameters?|functions?|variables?|directives?|terms?) )"
_END = r"[?!. ]*$"
_FRAMES = (
    re.compile(rf"(?i)what (?:does|do) (?:the )?{_THING}?(?P<asked>.+?) (?:do|mean|stand for|refer to){_END}"),
    re.compile(rf"(?i)how (?:does|do) (?:the )?{_THING}?(?P<asked>.+?) {_THING}?works?{_END}"),
    re.compile(rf"(?i)what (?:is|are) (?:meant by|the (?:meaning|purpose) of) (?:the )?{_THING}?(?P<asked>.+?){_END}"),
    re.compile(rf"(?i)(?:which|what) {_THING}(?P<asked>.+?){_END}"),
)
"""Forms of questions: only what is in their middle is searched."""


@dataclass(frozen=True)
class QueryTerm:
    """A word of the question that says what it is about."""

    text: str
    """As it is in the question, without a possessive `'s`."""
    stems: Stems
    """One, or several if the index has several words for it: `R` and `LIBS` for `R_LIBS`."""
    weight: float
    """Its inverse document frequency in nats: higher for rarer words, and never below 0."""
    is_named: bool
    """True if it is a name, a number or code: an answer must have it just so."""
    is_known: bool
    """True if any chunk of the shelf has it."""


@dataclass(frozen=True)
class Query:
    """A question, and what is searched for it."""

    text: str
    """The question in one line, at most `LONGEST` characters."""
    asked: str
    """The part of it that is searched: without what only makes it a question."""
    terms: tuple[QueryTerm, ...]
    """In the question's order, each once."""


def read_query(text: str, frequency: Callable[[str], int], chunk_count: int) -> Query:
    """Return the query of a question. `frequency` returns how many of the shelf's `chunk_count` chunks have a word."""
    text = " ".join(text.split())[:LONGEST]
    asked = next((match["asked"] for frame in _FRAMES if (match := frame.match(text))), text)
    terms = _terms(asked, asked != text, frequency, chunk_count)
    if not terms and asked != text:
        return Query(text, text, _terms(text, False, frequency, chunk_count))
    return Query(text, asked, terms)


def _terms(asked: str, is_inside: bool, frequency: Callable[[str], int], chunk_count: int) -> tuple[QueryTerm, ...]:
    words = [(position, word.strip(".'*`")) for position, word in enumerate(_WORD.findall(asked))]
    words = [(position, re.sub(r"'s$", "", word)) for position, word in words if word]
    terms: dict[Stems, QueryTerm] = {}
    for (position, word), word_stems in zip(words, stems([word for _, word in words]), strict=True):
        if word_stems and word.lower() not in _function_words() and word_stems not in terms:
            count = frequency(word)
            is_named = bool(_NAMED.search(word if position or is_inside else word[1:]))
            weight = log((max(chunk_count, _FEWEST_CHUNKS) + 1) / (count + 0.5))
            terms[word_stems] = QueryTerm(
                word, word_stems, weight=max(0.0, weight), is_named=is_named, is_known=count > 0
            )
    return tuple(terms.values())


@cache
def _function_words() -> frozenset[str]:
    lines = Path(__file__).with_name("function_words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def function_stems() -> frozenset[str]:
    """Return the stems of words that say nothing of what a question is about."""
    return frozenset(stem for word in stems(sorted(_function_words())) for stem in word)
