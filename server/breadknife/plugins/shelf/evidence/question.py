"""What is known of a question before anything is searched: its words, its named terms, and its kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path

import msgspec

from breadknife.plugins.shelf.evidence.words import Stems, stems

LONGEST = 500
"""Characters of a question that are read."""
_WORD = re.compile(r"[^\s,;:!?()\[\]{}\"“”‘’«»]+")
_NAMED = re.compile(r"[A-Z0-9_\\/$#@+]|\w\.\w|^--?\w")
"""What makes a word a named term, if it isn't the first word of the question."""


class Kind(msgspec.Struct, frozen=True):
    """A kind of question, and what its answers have."""

    name: str
    asked: str
    """A pattern that such questions match."""
    found: str
    """A pattern that answers to them match."""


class Table(msgspec.Struct, frozen=True):
    """`question.toml`."""

    function_words: str
    kinds: tuple[Kind, ...]


@dataclass(frozen=True)
class Term:
    """A word of the question that says what it is about."""

    text: str
    stems: Stems
    """Several of a term such as `R_LIBS`."""
    weight: float
    """Its inverse document frequency: 0 if every chunk has the word, and higher for rarer words."""
    is_named: bool
    """Whether it is a name, a number or code: an answer must have it just so."""
    is_known: bool
    """Whether any chunk of the shelf has it."""


@dataclass(frozen=True)
class Question:
    text: str
    terms: tuple[Term, ...]
    kinds: tuple[Kind, ...]

    @property
    def weight(self) -> float:
        """Of all its terms."""
        return sum(term.weight for term in self.terms)


def read_question(text: str, frequency: Callable[[str], int], chunk_count: int) -> Question:
    """`frequency` says how many of the `chunk_count` chunks have a word."""
    text = " ".join(text.split())[:LONGEST]
    words = [(number, word.strip(".'*`")) for number, word in enumerate(_WORD.findall(text))]
    words = [(number, re.sub(r"'s$", "", word)) for number, word in words if word]
    known: dict[Stems, Term] = {}
    for (number, word), found in zip(words, stems([word for _, word in words]), strict=True):
        if found and word.lower() not in _function_words() and found not in known:
            count = frequency(word)
            is_named = bool(_NAMED.search(word if number else word[1:]))
            weight = log((chunk_count + 1) / (min(count, chunk_count) + 0.5))
            known[found] = Term(word, found, max(0.0, weight), is_named, count > 0)
    kinds = tuple(kind for kind in _table().kinds if re.search(kind.asked, text, re.IGNORECASE))
    return Question(text, tuple(known.values()), kinds)


@cache
def _table() -> Table:
    return msgspec.toml.decode(Path(__file__).with_name("question.toml").read_bytes(), type=Table)


@cache
def _function_words() -> frozenset[str]:
    return frozenset(_table().function_words.split())
