"""Words that people often write for others: data only, made by `bench/prose/misspellings.py`."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files


@lru_cache(maxsize=1 << 10)
def meant(word: str) -> tuple[str, ...]:
    """Return the words that a common misspelling stands for, likeliest first, capitalized if it is; empty for any other
    word."""
    lines, folded = _lines(), word.casefold()
    start = lines.find(f"\n{folded},") if folded.isalpha() and (word.islower() or word.istitle()) else -1
    if start < 0:
        return ()
    _, *words = lines[start + 1 : lines.index("\n", start + 1)].split(",")
    return tuple(meaning.capitalize() if word.istitle() else meaning for meaning in words)


@cache
def _lines() -> str:
    """Return `misspelling,word,…`, each after a line break. As one text they take 2 MB, as a dictionary ten times as
    much."""
    return files("breadknife.plugins.prose.project").joinpath("misspellings.csv").read_text(encoding="ascii")
