"""Windows: the passages of a chunk that could be quoted. Each is a sentence, item or row with its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.shelf.chunking.sections import HeadingPath, SectionHeading, read
from breadknife.plugins.shelf.chunking.sentences import TextUnit, is_item, units
from breadknife.plugins.shelf.values import HEADING, LIKELY, PageChunk
from breadknife.text.document import Span

FEWEST, MOST = 200, 700
"""Characters of a window. It grows by whole units while it has fewer than `FEWEST`, and never to more than `MOST`. A
list is taken as a whole, with the line before it, if it has no more than `MOST`."""


@dataclass(frozen=True)
class QuoteWindow:
    """What a quote would show. Both spans are in code points of the page's stored text."""

    span: Span
    """The whole window."""
    middle: Span
    """The sentence, item or row that the window was made for."""
    headings: tuple[SectionHeading, ...]
    """Those that it is below, the nearest last."""
    is_first: bool
    """True if nothing is between it and the nearest heading."""


def windows(page: str, chunk: PageChunk) -> tuple[QuoteWindow, ...]:
    """Return a window for each unit of a chunk but its headings, from the top. `page` is the page's stored text."""
    start, end = chunk.span.start, chunk.span.end
    chunk_units = [replace(unit, span=unit.span.shifted(start)) for unit in units(page[start:end])]
    path, found, is_first = HeadingPath(page, read(chunk.headings)), list[QuoteWindow](), bool(chunk.headings)
    for index, unit in enumerate(chunk_units):
        if _is_heading(page, chunk_units, index):
            path.pass_by(unit)
            is_first = True
        else:
            found.append(QuoteWindow(_span_around(page, chunk_units, index), unit.span, path.headings, is_first))
            is_first = False
    return tuple(found)


def _is_heading(page: str, chunk_units: Sequence[TextUnit], index: int) -> bool:
    """Tell whether a unit is a heading of what follows, or the first row of a table. What only looks like a heading but
    has another one right above it is a row, an item or a line of code."""
    unit = chunk_units[index]
    if unit.level < LIKELY:
        return unit.level > 0
    first = page[unit.span.start : unit.span.end].lstrip(HEADING)[:1]
    is_lone = index == 0 or not chunk_units[index - 1].is_heading
    return (first.isupper() or first.isdecimal()) and is_lone and index + 1 < len(chunk_units)


def _span_around(page: str, chunk_units: Sequence[TextUnit], index: int) -> Span:
    """Return the span of a unit with one unit on each side; with more of them while they are short, see `FEWEST`. It
    reaches across no heading: one that only looks like it begins it, because it may be the term that is defined."""
    top, bottom = index, index
    while top > 0 and not _is_heading(page, chunk_units, top):
        top -= 1
    top += 0 < chunk_units[top].level < LIKELY
    while bottom + 1 < len(chunk_units) and not _is_heading(page, chunk_units, bottom + 1):
        bottom += 1
    first, last = _list_around(page, chunk_units, index, top, bottom)
    if first < last and chunk_units[last].span.end - chunk_units[first].span.start >= FEWEST:
        return Span(chunk_units[first].span.start, chunk_units[last].span.end)
    while True:
        before = first, last
        if last < bottom and chunk_units[last + 1].span.end - chunk_units[first].span.start <= MOST:
            last += 1
        if first > top and chunk_units[last].span.end - chunk_units[first - 1].span.start <= MOST:
            first -= 1
        span = Span(chunk_units[first].span.start, chunk_units[last].span.end)
        if (first, last) == before or len(span) >= FEWEST:
            return span


def _list_around(page: str, chunk_units: Sequence[TextUnit], index: int, top: int, bottom: int) -> tuple[int, int]:
    """Return the first and last unit of the list that a unit introduces, or is in; the unit alone if there is none, or
    if it is too long."""
    texts = [page[unit.span.start : unit.span.end] for unit in chunk_units]
    introduces = texts[index].endswith(":") and index < bottom and is_item(texts[index + 1])
    if not introduces and not is_item(texts[index]):
        return index, index
    first = last = index
    while first > top and is_item(texts[first]):
        first -= 1
    first += not is_item(texts[first]) and not texts[first].endswith(":") and first < index
    while last < bottom and is_item(texts[last + 1]):
        last += 1
    is_short = chunk_units[last].span.end - chunk_units[first].span.start <= MOST
    return (first, last) if is_short else (index, index)
