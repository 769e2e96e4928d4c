"""How often words are used: English ones in documentation, terms of the trade in names.

The tables are made by `bench/prose/word_counts.py`, which tells what is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def english() -> Mapping[str, int]:
    """Return how often documentation uses each word that dictionaries have, in lower case: the binary logarithm of its
    uses in a corpus of five million words."""
    return _read("english.txt")


@cache
def trade() -> Mapping[str, int]:
    """Return how established each term is that dictionaries lack, in lower case: the binary logarithm of the packages,
    programs and documents that have it."""
    return _read("trade.txt")


def _read(name: str) -> Mapping[str, int]:
    """Return the words of a table whose lines are a level and its words."""
    text = files("breadknife.plugins.prose.project").joinpath(name).read_text(encoding="ascii")
    levels = (line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    return {word: int(level) for level, *words in levels for word in words}
