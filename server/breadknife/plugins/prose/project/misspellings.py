"""Words that people often write for others: data only, made by `bench/prose/misspellings.py`."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files


@lru_cache(maxsize=1 << 10)
def meant(word: str) -> tuple[str, ...]:
    """Return the words that a common misspelling stands for, likeliest first, capitalized if it is; empty for any other
    word."""
    folded = word.casefold()
    line = _line(folded) if folded.isalpha() and (word.islower() or word.istitle()) else ""
    if not line:
        return ()
    _, *words = line.split(",")
    return tuple(meaning.capitalize() if word.istitle() else meaning for meaning in words)


def _line(misspelling: str) -> str:
    """Return the line of a misspelling, empty if there is none, by halving the part of the list that may have it."""
    lines, low = _lines(), 0
    high = len(lines)
    while low < high:
        start = lines.rfind("\n", low, (low + high) // 2) + 1 or low
        end = lines.find("\n", start)
        found = lines[start : lines.find(",", start, end)]
        if found == misspelling:
            return lines[start:end]
        low, high = (end + 1, high) if found < misspelling else (low, start)
    return ""


@cache
def _lines() -> str:
    """Return lines of `misspelling,word,…`, sorted. As one text they take 2 MB, as a dictionary ten times as much."""
    text = files("breadknife.plugins.prose.project").joinpath("misspellings.csv").read_text(encoding="ascii")
    return text[text.rindex("\n#") + 1 :].partition("\n")[2] if "\n#" in text else text
