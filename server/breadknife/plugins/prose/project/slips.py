"""How what is written differs from what was meant, slip by slip of fingers or ears."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class SlipKind(StrEnum):
    """What happened to one or two letters."""

    SWAPPED = "swapped"
    """Two neighbours changed places: `recieve`."""
    DOUBLED = "doubled"
    """A letter is there twice: `untill`."""
    UNDOUBLED = "undoubled"
    """A double letter is there once: `occured`."""
    REPEATED = "repeated"
    """Two or three letters are there twice: `utitilities`."""
    ADDED = "added"
    LEFT_OUT = "left_out"
    VOWEL = "vowel"
    """One vowel for another: `seperate`."""
    ALIKE = "alike"
    """A consonant for one that sounds much the same: `surprize`."""
    KEY = "key"
    """A letter for its neighbour on the keyboard."""
    OTHER = "other"
    """Any other letter for another."""
    APOSTROPHE = "apostrophe"
    """One is missing, or too many: `dont`."""


@dataclass(frozen=True, slots=True)
class Slip:
    kind: SlipKind
    first: bool
    """It is at the word's first letter."""
    last: bool
    """It is at the word's last letter."""


_COSTS = {
    SlipKind.SWAPPED: 1.0, SlipKind.DOUBLED: 0.8, SlipKind.UNDOUBLED: 0.8, SlipKind.REPEATED: 1.2, SlipKind.ADDED: 1.1,
    SlipKind.LEFT_OUT: 1.0, SlipKind.VOWEL: 1.0, SlipKind.ALIKE: 1.2, SlipKind.KEY: 1.2, SlipKind.OTHER: 2.0,
    SlipKind.APOSTROPHE: 0.5,
}  # fmt: skip
"""Of several ways from what was meant to what is written, the one with the least sum is taken."""
_UNLIKELY = 3
"""Slips that any letter in place of another counts for."""
_ALIKE = [frozenset(group) for group in ("cksqxz", "mn", "bp", "bv", "fv", "gj", "td", "sc")]
_VOWELS = frozenset("aeiouy")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = {
    letter: (row, at + shift)
    for row, (letters, shift) in enumerate(zip(_ROWS, (0.0, 0.25, 0.75), strict=True))
    for at, letter in enumerate(letters)
}
"""Where each letter is on the keyboard: its row, and its place in it in keys from the left."""
_LONGEST = 16
"""Letters from the first to the last in which two words differ that are compared: the time grows with their square."""

_Step = tuple[float, tuple[Slip, ...]]
"""The cost of slips, and the slips."""


@lru_cache(maxsize=1 << 14)
def slips(written: str, meant: str) -> tuple[Slip, ...]:
    """Return the likeliest slips that make `written` of `meant`, both in lower case, in their order."""
    # What both have in common at their ends needs no comparison.
    start = next((at for at, (x, y) in enumerate(zip(written, meant, strict=False)) if x != y), None)
    start = min(len(written), len(meant)) if start is None else start
    end, end_meant = len(written), len(meant)
    while min(end, end_meant) > start and written[end - 1] == meant[end_meant - 1]:
        end, end_meant = end - 1, end_meant - 1
    if max(end, end_meant) - start > _LONGEST:
        return (Slip(SlipKind.OTHER, first=not start, last=end == len(written)),) * _LONGEST
    ways: dict[tuple[int, int], _Step] = {(start, start): (0.0, ())}
    for i in range(start, end + 1):
        for j in range(start, end_meant + 1):
            if i > start or j > start:
                ways[i, j] = min(_ways_to(written, meant, i, j, ways), key=lambda step: step[0])
    return ways[end, end_meant][1]


def count_slips(written: str, meant: str) -> int:
    """Return the number of slips between two words in lower case; any letter in place of another is unlikely, so it
    counts for three."""
    return sum(_UNLIKELY if slip.kind is SlipKind.OTHER else 1 for slip in slips(written, meant))


def _ways_to(written: str, meant: str, i: int, j: int, ways: dict[tuple[int, int], _Step]) -> Iterator[_Step]:
    """Yield the ways to the first `i` letters of what is written and `j` of what was meant."""
    x, y = written[i - 1 : i], meant[j - 1 : j]

    def after(before: tuple[int, int], kind: SlipKind) -> _Step:
        cost, made = ways[before]
        slip = Slip(kind, first=i <= 1 and j <= 1, last=i >= len(written) and j >= len(meant))
        return cost + _COSTS[kind], (*made, slip)

    if (i - 1, j - 1) in ways:
        yield ways[i - 1, j - 1] if x == y else after((i - 1, j - 1), _substitution(x, y))
    if (i - 2, j - 2) in ways and x != y and x == meant[j - 2] and y == written[i - 2]:
        yield after((i - 2, j - 2), SlipKind.SWAPPED)
    for length in (2, 3):
        again = written[max(0, i - length) : i]
        if (i - length, j) in ways and written.endswith(again, 0, i - length):
            yield after((i - length, j), SlipKind.REPEATED)
    if (i - 1, j) in ways:
        yield after((i - 1, j), _extra(x, written[max(0, i - 2) : i - 1] + written[i : i + 1], SlipKind.DOUBLED))
    if (i, j - 1) in ways:
        yield after((i, j - 1), _extra(y, meant[max(0, j - 2) : j - 1] + meant[j : j + 1], SlipKind.UNDOUBLED))


def _extra(letter: str, neighbours: str, kind: SlipKind) -> SlipKind:
    """Return what happened to a letter that one of two words lacks, `kind` if it stands beside its like."""
    if letter == "'":
        return SlipKind.APOSTROPHE
    if letter in neighbours:
        return kind
    return SlipKind.ADDED if kind is SlipKind.DOUBLED else SlipKind.LEFT_OUT


def _substitution(x: str, y: str) -> SlipKind:
    if x in _VOWELS and y in _VOWELS:
        return SlipKind.VOWEL
    if any(x in group and y in group for group in _ALIKE):
        return SlipKind.ALIKE
    return SlipKind.KEY if _are_neighbours(x, y) else SlipKind.OTHER


def _are_neighbours(x: str, y: str) -> bool:
    if x not in _KEYS or y not in _KEYS:
        return False
    (row, at), (other_row, other_at) = _KEYS[x], _KEYS[y]
    return abs(row - other_row) <= 1 and abs(at - other_at) <= 1.1
