"""Lines that say nothing: running heads and feet, page numbers, tables of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from breadknife.text.document import Span

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


def lines_of(text: str) -> Iterator[Span]:
    """All lines, without their ends."""
    start = 0
    for line in text.split("\n"):
        yield Span(start, start + len(line))
        start += len(line) + 1


def furniture(texts: Sequence[str]) -> list[frozenset[int]]:
    """For each page of a file the starts of the lines that are left out."""
    edges = [_edges(text) for text in texts]
    recurring = _recurring([set[str]().union(*map(_keys, edge.values())) for edge in edges])
    numbered = _numbered(edges)
    return [
        frozenset(start for start, line in edge.items() if "#" in (keys := _keys(line)) or keys & again)
        | with_number
        | _contents(text)
        for text, edge, again, with_number in zip(texts, edges, recurring, numbered, strict=True)
    ]


def _keys(line: str) -> set[str]:
    """What another line at an edge must have in common with it: all but numbers, or a long beginning, since a head
    often names the chapter and then the section."""
    bare = _NUMBER.sub("#", line)
    return {bare, bare[:_BEGINNING]} if len(bare) > _BEGINNING else {bare}


def _edges(text: str) -> dict[int, str]:
    """The first and last lines of a page by their starts."""
    spans = [span for span in lines_of(text) if text[span.start : span.end].strip()]
    return {
        span.start: " ".join(text[span.start : span.end].split())
        for span in dict.fromkeys((*spans[:_EDGE], *spans[-_EDGE:]))
    }


def _recurring(pages: Sequence[set[str]]) -> list[set[str]]:
    """For each page the lines that recur on the pages around it."""
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


def _contents(text: str) -> frozenset[int]:
    """The starts of the lines of a table of contents."""
    spans = [span for span in lines_of(text) if text[span.start : span.end].strip()]
    if len(spans) >= _ENTRIES and _is_contents([text[span.start : span.end].strip() for span in spans]):
        return frozenset(span.start for span in spans)
    if not _DOTS.search(text):
        return frozenset()
    led = [at for at, span in enumerate(spans) if _LEADERS.search(text, span.start, span.end)]
    # The first line of an entry that takes two has no leaders.
    between = {at for one, other in pairwise(led) if other - one == 2 for at in (one + 1,)}
    return frozenset(spans[at].start for at in {*led, *between})


def _is_contents(lines: Sequence[str]) -> bool:
    numbers = [int(found[1]) for line in lines if (found := _ENTRY.fullmatch(line))]
    falls = sum(later < earlier for earlier, later in pairwise(numbers))
    return (
        len(numbers) >= max(_ENTRIES, _SHARE * len(lines)) and falls <= len(numbers) // 20 and numbers[-1] > numbers[0]
    )
