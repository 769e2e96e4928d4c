"""Finds the lines of pages that no chunk should have: running heads and feet, page numbers, tables of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

_EDGE = 2
"""Lines at the top and at the bottom of a page where heads and feet are."""
_NEAR, _LEAST = 7, 3
"""A line is a head or foot if it is at the edge of at least `_LEAST` of `_NEAR` pages in a row. It needn't be on all of
them: the head of a chapter may be on even pages only."""
_BEGINNING = 24
"""Characters of a line's beginning."""
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_AT_ENDS = re.compile(r"^\d{1,4}\b|\b\d{1,4}$")
_DOTS = re.compile(r"(?:[.·…_]\s?){4}")
_LEADERS = re.compile(r"(?:[.·…_]\s?){4,}\s*[\divxlc]*\s*$")
"""The dots between an entry of a table of contents and its page number, which may be missing."""
_ENTRY = re.compile(r"\S.*?\s(\d{1,4})$")
_ENTRIES, _SHARE = 10, 0.6
"""A page is a table of contents if at least so many of its lines, and this share of all, end in page numbers that
hardly ever fall."""
_FALLS = 20
"""One number in so many may be lower than the one before."""


def furniture(texts: Sequence[str]) -> list[frozenset[int]]:
    """Return, for each page of a file, the starts of the lines to leave out. `texts` are the pages' texts, and a start
    is an offset into one, in code points."""
    pages = [_lines(text) for text in texts]
    edges = [dict([*lines[:_EDGE], *lines[-_EDGE:]]) for lines in pages]
    edge_keys = [{start: _keys(line) for start, line in edge.items()} for edge in edges]
    recurring = _recurring([set[str]().union(*keys.values()) for keys in edge_keys])
    numbered = _numbered(edges)
    left_out = list[frozenset[int]]()
    for text, lines, keys_by_start, recurring_keys, with_number in zip(
        texts, pages, edge_keys, recurring, numbered, strict=True
    ):
        # `#` alone is a line with nothing but a number.
        heads = frozenset(start for start, keys in keys_by_start.items() if "#" in keys or keys & recurring_keys)
        left_out.append(heads | with_number | _contents(text, lines))
    return left_out


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that aren't blank: the offset where each begins, and its text without blanks at its ends."""
    lines, start = list[tuple[int, str]](), 0
    for line in text.split("\n"):
        if stripped := line.strip():
            lines.append((start, stripped))
        start += len(line) + 1
    return lines


def _keys(line: str) -> set[str]:
    """Return the keys of a line at a page's edge: lines of two pages with a key in common are the same head or foot.

    One key is the line with `#` for each number. A long line also has its beginning as a key, because a head often
    names the chapter and then the section.
    """
    bare = _NUMBER.sub("#", " ".join(line.split()))
    return {bare, bare[:_BEGINNING]} if len(bare) > _BEGINNING else {bare}


def _recurring(pages: Sequence[set[str]]) -> list[set[str]]:
    """Return, for each page, those of its keys that recur on the pages around it."""
    recurring = [set[str]() for _ in pages]
    pages_with: dict[str, list[int]] = {}
    for page_index, keys in enumerate(pages):
        for key in keys:
            pages_with.setdefault(key, []).append(page_index)
    for key, page_indexes in pages_with.items():
        for first in range(len(page_indexes) - _LEAST + 1):
            window = page_indexes[first : first + _LEAST]
            if window[-1] - window[0] < _NEAR:
                for page_index in window:
                    recurring[page_index].add(key)
    return recurring


def _numbered(edges: Sequence[Mapping[int, str]]) -> list[frozenset[int]]:
    """Return, for each page, the starts of the lines at its edge that begin or end with the page's number, whatever
    else they say: the title of a section, perhaps.

    Printed numbers are ahead of the page's place in the file by the same amount on most pages, or behind it. So a
    number at the edge of a page is the page's own if it is ahead by the amount that is the most frequent one.
    """
    offsets = [
        {start: {int(number) - page_index for number in _AT_ENDS.findall(line)} for start, line in edge.items()}
        for page_index, edge in enumerate(edges)
    ]
    counts = Counter(offset for page in offsets for offset in set[int]().union(*page.values()))
    [(usual, count)] = counts.most_common(1) or [(0, 0)]
    if count < max(_LEAST, len(edges) / 2):
        return [frozenset() for _ in edges]
    return [frozenset(start for start, of_line in page.items() if usual in of_line) for page in offsets]


def _contents(text: str, lines: Sequence[tuple[int, str]]) -> frozenset[int]:
    """Return the starts of those of a page's lines that are entries of a table of contents. `lines` are those of
    `text`, from `_lines`."""
    if _is_contents([line for _, line in lines]):
        return frozenset(start for start, _ in lines)
    if not _DOTS.search(text):
        return frozenset()
    dotted = [index for index, (_, line) in enumerate(lines) if _LEADERS.search(line)]
    # An entry of two lines has dots only in the second: its first line is the single one between two that have them.
    between = {earlier + 1 for earlier, later in pairwise(dotted) if later - earlier == 2}
    return frozenset(lines[index][0] for index in {*dotted, *between})


def _is_contents(lines: Sequence[str]) -> bool:
    """Tell whether a page with these lines is a table of contents as a whole."""
    least = max(_ENTRIES, _SHARE * len(lines))
    with_numbers = [line for line in lines if line[-1].isdigit()]
    if len(with_numbers) < least:
        return False
    numbers = [int(entry[1]) for line in with_numbers if (entry := _ENTRY.fullmatch(line))]
    falls = sum(later < earlier for earlier, later in pairwise(numbers))
    return len(numbers) >= least and falls <= len(numbers) // _FALLS and numbers[-1] > numbers[0]
