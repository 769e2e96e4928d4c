"""Words of code and prose as they are compared: identifiers are split, and endings that change no meaning are cut."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from breadknife.text.tokens import parts_of_words

_NAME = re.compile(r"\w+")
_ENDINGS = (
    (("ies", "y", 4), ("ss", "ss", 0), ("s", "", 3)),
    (("ied", "y", 4), ("ing", "", 5), ("ed", "", 4), ("e", "", 3)),
)
"""Of each row, the first that fits a word of more than so many letters is replaced."""


def words_of(text: str) -> list[str]:
    """Return the words of a text in order: of `parseHTTPHeaders` they are `pars`, `http`, `header`. One letter alone is
    no word."""
    return [word for part in parts_of_words(text) if (word := _word(part))]


def count_words(text: str) -> dict[str, int]:
    """Return how often each word occurs in a text."""
    counts = dict[str, int]()
    for name, count in Counter(_NAME.findall(text)).items():
        for word in _words_of_name(name):
            counts[word] = counts.get(word, 0) + count
    return counts


def asked_words(question: str) -> tuple[str, ...]:
    """Return the words of a question that say what it is about, each once; all of them if none does."""
    words = dict.fromkeys(words_of(question))
    return tuple(word for word in words if word not in _small_words()) or tuple(words)


@lru_cache(100_000)  # a project repeats its names
def _words_of_name(name: str) -> tuple[str, ...]:
    return tuple(words_of(name))


@lru_cache(100_000)
def _word(part: str) -> str:
    """Return what is compared of a part of a name; empty for one letter."""
    if len(part) < 2:
        return ""
    word = part.lower()
    for row in _ENDINGS:
        for ending, instead, least in row:
            if word.endswith(ending) and len(word) > least:
                word = word.removesuffix(ending) + instead
                break
    return word


@cache
def _small_words() -> frozenset[str]:
    lines = Path(__file__).with_name("small_words.txt").read_text("utf-8").splitlines()
    return frozenset(_known(word for line in lines if not line.startswith("#") for word in line.split()))


def _known(words: Iterable[str]) -> Iterable[str]:
    return (stem for word in words for stem in words_of(word))
