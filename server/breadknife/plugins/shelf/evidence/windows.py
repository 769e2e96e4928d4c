"""Windows: the passages of a chunk that could be quoted. Each is a sentence, item or row with its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.shelf.chunking.sections import HeadingPath, SectionHeading, read
from breadknife.plugins.shelf.chunking.sentences import TextUnit, is_item, units
from breadknife.plugins.shelf.values import CELL, HEADING, LIKELY, PageChunk
from breadknife.text.document import Span

FEWEST, MOST = 200, 700
"""Characters of a window. It grows by whole units while it has fewer than `FEWEST`, and never to more than `MOST`. A
list, a table, and an entry with its name are taken as a whole if they have no more than `MOST`."""
_NAMES = 4
"""The most names of an entry, each a line of its own."""
_MOST_ROWS = 500
"""The head of a table is looked for so many rows above a row."""


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
    head: Span | None = None
    """The first row of the table that the window has rows of, if the window doesn't have that one."""


def windows(page: str, chunk: PageChunk) -> tuple[QuoteWindow, ...]:
    """Return a window for each unit of a chunk but its headings, from the top. `page` is the page's stored text."""
    start, end = chunk.span.start, chunk.span.end
    chunk_units = [
        replace(unit, span=unit.span.shifted(start)) for unit in units(page[start:end], is_paged=chunk.page > 0)
    ]
    path, found, is_first = HeadingPath(page, read(chunk.headings)), list[QuoteWindow](), bool(chunk.headings)
    for index, unit in enumerate(chunk_units):
        if _is_heading(page, chunk_units, index):
            path.pass_by(unit)
            is_first = True
        else:
            span, head = _span_around(page, chunk_units, index)
            found.append(QuoteWindow(span, unit.span, path.headings, is_first, head))
            is_first = False
    return tuple(found)


def _is_heading(page: str, chunk_units: Sequence[TextUnit], index: int) -> bool:
    """Tell whether a unit is a heading of what follows, or the first row of a table. What only looks like a heading but
    has another one right above it is a row, an item or a line of code."""
    unit = chunk_units[index]
    if unit.level < LIKELY or page[unit.span.start] == HEADING:
        return unit.level > 0
    first = page[unit.span.start : unit.span.end][:1]
    is_lone = index == 0 or not chunk_units[index - 1].is_heading
    return (first.isupper() or first.isdecimal()) and is_lone and index + 1 < len(chunk_units)


def _span_around(page: str, chunk_units: Sequence[TextUnit], index: int) -> tuple[Span, Span | None]:
    """Return the span of a unit with one unit on each side; with more of them while they are short, see `FEWEST`; and
    the head of a table that is too long. It reaches across no heading: one that only looks like it begins it, because
    it may be the term that is defined."""
    top, bottom = index, index
    while top > 0 and not _is_heading(page, chunk_units, top):
        top -= 1
    top += 0 < chunk_units[top].level < LIKELY
    while bottom + 1 < len(chunk_units) and not _is_heading(page, chunk_units, bottom + 1):
        bottom += 1
    if page[chunk_units[top].span.start] == HEADING:
        names = top
        while names > max(0, top - _NAMES) and chunk_units[names - 1].level == chunk_units[top].level:
            names -= 1
        entry = Span(chunk_units[names].span.start, chunk_units[bottom].span.end)
        if len(entry) <= MOST:
            return entry, None
    texts = [page[unit.span.start : unit.span.end] for unit in chunk_units]
    if _is_row(texts[index]):
        return _rows_around(page, texts, chunk_units, index, top, bottom)
    first, last = _list_around(texts, chunk_units, index, top, bottom)
    if first < last and chunk_units[last].span.end - chunk_units[first].span.start >= FEWEST:
        return Span(chunk_units[first].span.start, chunk_units[last].span.end), None
    while True:
        before = first, last
        if last < bottom and chunk_units[last + 1].span.end - chunk_units[first].span.start <= MOST:
            last += 1
        if first > top and chunk_units[last].span.end - chunk_units[first - 1].span.start <= MOST:
            first -= 1
        span = Span(chunk_units[first].span.start, chunk_units[last].span.end)
        if (first, last) == before or len(span) >= FEWEST:
            return span, None


def _is_row(text: str) -> bool:
    return CELL in text


def _rows_around(
    page: str, texts: Sequence[str], chunk_units: Sequence[TextUnit], index: int, top: int, bottom: int
) -> tuple[Span, Span | None]:
    """Return the span of a whole table, or of the one row of a long table, and the table's head."""
    first = last = index
    while first > top and _is_row(texts[first - 1]):
        first -= 1
    while last < bottom and _is_row(texts[last + 1]):
        last += 1
    table = Span(chunk_units[first].span.start, chunk_units[last].span.end)
    head = _head_above(page, table.start) if first == 0 else chunk_units[first].span
    goes_on = last == len(chunk_units) - 1 and _is_row(page[table.end : table.end + MOST].lstrip().partition("\n")[0])
    if len(table) <= MOST and head.start >= table.start and not goes_on:
        return table, None
    row = chunk_units[index].span
    return row, head if head.start < row.start else None


def _head_above(page: str, start: int) -> Span:
    """Return the span of the first row of the table that the row at `start` belongs to."""
    head = Span(start, start + len(page[start : start + MOST].partition("\n")[0]))
    for _ in range(_MOST_ROWS):
        before = page[max(0, head.start - MOST) : head.start]
        row = before.rstrip().rpartition("\n")[2]
        if not _is_row(row) or len(row) == MOST:
            break
        end = head.start - len(before) + len(before.rstrip())
        head = Span(end - len(row), end)
    return head


def _list_around(
    texts: Sequence[str], chunk_units: Sequence[TextUnit], index: int, top: int, bottom: int
) -> tuple[int, int]:
    """Return the first and last unit of the list that a unit introduces, or is in; the unit alone if there is none, or
    if it is too long."""
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
