"""What is known of a question before anything is searched: its words, and which of them are named terms."""

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
"""That a shelf is taken to have. Among a few chunks every word is frequent, and one that none has would outweigh all
the others."""
_WORD = re.compile(r"[^\s,;:!?()\[\]{}\"“”‘’«»]+")
_NAMED = re.compile(r"[A-Z0-9_\\/$#@+]|\w\.\w|^--?\w")
"""What makes a word a named term, if it isn't the first word of the question."""


@dataclass(frozen=True)
class QueryTerm:
    """A word of the question that says what it is about."""

    text: str
    stems: Stems
    """Several of a term such as `R_LIBS`."""
    weight: float
    """Its inverse document frequency: higher for rarer words."""
    is_named: bool
    """Whether it is a name, a number or code: an answer must have it just so."""
    is_known: bool
    """Whether any chunk of the shelf has it."""


@dataclass(frozen=True)
class Query:
    text: str
    terms: tuple[QueryTerm, ...]


def read_query(text: str, frequency: Callable[[str], int], chunk_count: int) -> Query:
    """Return the query of a question. `frequency` says how many of the `chunk_count` chunks have a word."""
    text = " ".join(text.split())[:LONGEST]
    words = [(number, word.strip(".'*`")) for number, word in enumerate(_WORD.findall(text))]
    words = [(number, re.sub(r"'s$", "", word)) for number, word in words if word]
    known: dict[Stems, QueryTerm] = {}
    for (number, word), found in zip(words, stems([word for _, word in words]), strict=True):
        if found and word.lower() not in _function_words() and found not in known:
            count = frequency(word)
            is_named = bool(_NAMED.search(word if number else word[1:]))
            weight = log((max(chunk_count, _FEWEST_CHUNKS) + 1) / (count + 0.5))
            known[found] = QueryTerm(word, found, max(0.0, weight), is_named, count > 0)
    return Query(text, tuple(known.values()))


@cache
def _function_words() -> frozenset[str]:
    lines = Path(__file__).with_name("function_words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
