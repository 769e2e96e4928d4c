"""Lines that say nothing: running heads and feet, page numbers, tables of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

_EDGE = 2
"""Lines at the top and at the bottom of a page where heads and feet are."""
_NEAR, _LEAST = 7, 3
"""A line that stands at the edge of this many of so many pages in a row is a head or foot: a chapter's on even pages,
say, is on no more."""
_BEGINNING = 24
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_AT_ENDS = re.compile(r"^\d{1,4}\b|\b\d{1,4}$")
_DOTS = re.compile(r"(?:[.·…_]\s?){4}")
_LEADERS = re.compile(r"(?:[.·…_]\s?){4,}\s*[\divxlc]*\s*$")
_ENTRY = re.compile(r"\S.*?\s(\d{1,4})$")
_ENTRIES, _SHARE = 10, 0.6
"""A page is a table of contents if so many lines, and this share of all, end in numbers that never fall."""


def furniture(texts: Sequence[str]) -> list[frozenset[int]]:
    """Return, for each page of a file, the starts of the lines that are left out."""
    pages = [_lines(text) for text in texts]
    edges = [dict([*lines[:_EDGE], *lines[-_EDGE:]]) for lines in pages]
    keys = [{start: _keys(line) for start, line in edge.items()} for edge in edges]
    recurring = _recurring([set[str]().union(*each.values()) for each in keys])
    numbered = _numbered(edges)
    return [
        frozenset(start for start, key in of_page.items() if "#" in key or key & again)
        | with_number
        | _contents(text, lines)
        for text, lines, of_page, again, with_number in zip(texts, pages, keys, recurring, numbered, strict=True)
    ]


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines with text, each with its start, without the blanks around it."""
    found, start = list[tuple[int, str]](), 0
    for line in text.split("\n"):
        if stripped := line.strip():
            found.append((start, stripped))
        start += len(line) + 1
    return found


def _keys(line: str) -> set[str]:
    """Return what another line at an edge must have in common with it: all but numbers, or a long beginning, since a
    head often names the chapter and then the section."""
    bare = _NUMBER.sub("#", " ".join(line.split()))
    return {bare, bare[:_BEGINNING]} if len(bare) > _BEGINNING else {bare}


def _recurring(pages: Sequence[set[str]]) -> list[set[str]]:
    """Return, for each page, the lines that recur on the pages around it."""
    found = [set[str]() for _ in pages]
    where: dict[str, list[int]] = {}
    for number, lines in enumerate(pages):
        for line in lines:
            where.setdefault(line, []).append(number)
    for line, numbers in where.items():
        for at in range(len(numbers) - _LEAST + 1):
            window = numbers[at : at + _LEAST]
            if window[-1] - window[0] < _NEAR:
                for number in window:
                    found[number].add(line)
    return found


def _numbered(edges: Sequence[Mapping[int, str]]) -> list[frozenset[int]]:
    """For each page the lines at its edge that begin or end with its number, whatever else they say: sections'
    titles. The number is as far from the page's place in the file as on most other pages."""
    ahead = [
        {start: {int(number) - at for number in _AT_ENDS.findall(line)} for start, line in edge.items()}
        for at, edge in enumerate(edges)
    ]
    counted = Counter(each for page in ahead for each in set[int]().union(*page.values()))
    [(usual, count)] = counted.most_common(1) or [(0, 0)]
    if count < max(_LEAST, len(edges) / 2):
        return [frozenset() for _ in edges]
    return [frozenset(start for start, found in page.items() if usual in found) for page in ahead]


def _contents(text: str, lines: Sequence[tuple[int, str]]) -> frozenset[int]:
    """Return the starts of the lines of a table of contents."""
    if _is_contents([line for _, line in lines]):
        return frozenset(start for start, _ in lines)
    if not _DOTS.search(text):
        return frozenset()
    led = [at for at, (_, line) in enumerate(lines) if _LEADERS.search(line)]
    # The first line of an entry that takes two has no leaders.
    between = {one + 1 for one, other in pairwise(led) if other - one == 2}
    return frozenset(lines[at][0] for at in {*led, *between})


def _is_contents(lines: Sequence[str]) -> bool:
    with_numbers = [line for line in lines if line[-1].isdigit()]
    if len(with_numbers) < max(_ENTRIES, _SHARE * len(lines)):
        return False
    numbers = [int(found[1]) for line in with_numbers if (found := _ENTRY.fullmatch(line))]
    falls = sum(later < earlier for earlier, later in pairwise(numbers))
    is_most = len(numbers) >= max(_ENTRIES, _SHARE * len(lines))
    return is_most and falls <= len(numbers) // 20 and numbers[-1] > numbers[0]
