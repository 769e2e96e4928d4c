"""Windows: the passages of a chunk that could be quoted, each a sentence, item or row with what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.shelf.chunking.sentences import TextUnit, units
from breadknife.text.document import Span

FEWEST, MOST = 200, 700
"""Characters of a window: it grows by whole units while it has fewer than the first, and never beyond the second."""


@dataclass(frozen=True)
class QuoteWindow:
    """What a quote would show, in code points of the page's stored text."""

    span: Span
    middle: Span
    """The sentence, item or row that it is there for."""


def windows(page: str, chunk: Span) -> tuple[QuoteWindow, ...]:
    """Return the windows of a chunk of a page's stored text, from the top. Headings have none."""
    found = [replace(unit, span=unit.span.shifted(chunk.start)) for unit in units(page[chunk.start : chunk.end])]
    return tuple(
        QuoteWindow(_around(found, at), unit.span)
        for at, unit in enumerate(found)
        if not (_begins_like_heading(page, unit) and _is_head(found, at))
    )


def _begins_like_heading(page: str, unit: TextUnit) -> bool:
    first = page[unit.span.start]
    return first.isupper() or first.isdecimal()


def _is_head(found: Sequence[TextUnit], at: int) -> bool:
    """Tell whether it is a heading of what follows, or a table's first row: what looks like a heading below another one
    is a row, an item or a line of code."""
    return found[at].is_heading and at + 1 < len(found) and (at == 0 or not found[at - 1].is_heading)


def _around(found: Sequence[TextUnit], at: int) -> Span:
    """Return the unit with one on each side, and with more where these are short."""
    first = last = at
    while True:
        before = first, last
        if last + 1 < len(found) and found[last + 1].span.end - found[first].span.start <= MOST:
            last += 1
        if first and found[last].span.end - found[first - 1].span.start <= MOST:
            first -= 1
        span = Span(found[first].span.start, found[last].span.end)
        if (first, last) == before or len(span) >= FEWEST:
            return span
