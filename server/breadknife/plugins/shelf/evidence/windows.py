"""Windows: the passages of a chunk that could be quoted. Each is a sentence, item or row with its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.shelf.chunking.sentences import TextUnit, units
from breadknife.text.document import Span

FEWEST, MOST = 200, 700
"""Characters of a window. It grows by whole units while it has fewer than `FEWEST`, and never to more than `MOST`."""


@dataclass(frozen=True)
class QuoteWindow:
    """What a quote would show. Both spans are in code points of the page's stored text."""

    span: Span
    """The whole window."""
    middle: Span
    """The sentence, item or row that the window was made for."""


def windows(page: str, chunk: Span) -> tuple[QuoteWindow, ...]:
    """Return a window for each unit of a chunk but its headings, from the top. `page` is the page's stored text, and
    `chunk` the chunk's span in it."""
    chunk_units = [replace(unit, span=unit.span.shifted(chunk.start)) for unit in units(page[chunk.start : chunk.end])]
    return tuple(
        QuoteWindow(_span_around(chunk_units, index), unit.span)
        for index, unit in enumerate(chunk_units)
        if not (_begins_like_heading(page, unit) and _has_heading_place(chunk_units, index))
    )


def _begins_like_heading(page: str, unit: TextUnit) -> bool:
    first = page[unit.span.start]
    return first.isupper() or first.isdecimal()


def _has_heading_place(chunk_units: Sequence[TextUnit], index: int) -> bool:
    """Tell whether a unit is a heading of what follows, or the first row of a table. What looks like a heading but has
    another one right above it is a row, an item or a line of code."""
    is_first = index == 0 or not chunk_units[index - 1].is_heading
    return chunk_units[index].is_heading and is_first and index + 1 < len(chunk_units)


def _span_around(chunk_units: Sequence[TextUnit], index: int) -> Span:
    """Return the span of a unit with one unit on each side; with more of them while they are short, see `FEWEST`."""
    first = last = index
    while True:
        before = first, last
        if last + 1 < len(chunk_units) and chunk_units[last + 1].span.end - chunk_units[first].span.start <= MOST:
            last += 1
        if first > 0 and chunk_units[last].span.end - chunk_units[first - 1].span.start <= MOST:
            first -= 1
        span = Span(chunk_units[first].span.start, chunk_units[last].span.end)
        if (first, last) == before or len(span) >= FEWEST:
            return span
