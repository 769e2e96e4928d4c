"""Chunks: a few sentences of one page, with the exact place where they stand in its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.chunking.furniture import furniture
from breadknife.plugins.shelf.chunking.sentences import TextUnit, units, usual_width
from breadknife.plugins.shelf.values import PageChunk
from breadknife.steps.pages import Page
from breadknife.text.document import Span

WORDS = 90
"""What a chunk aims at. The embedding model reads at most 512 tokens, some 350 words."""
ENOUGH = 40
"""A chunk with so many words ends before a heading."""
_SCRAP = 20
"""Words at the end of a page that go with the chunk before them."""
_OVERLAP = 40
"""The most words of a sentence that two chunks share."""
_HEADINGS = 3
"""In a row that go with what follows; more are a table or a list."""


def chunks_of(pages: Sequence[Page]) -> tuple[PageChunk, ...]:
    """Return the chunks of a file's pages, in order. Pages without a word have none."""
    left_out = furniture([page.text for page in pages])
    width = usual_width(len(line) for page in pages for line in page.text.split("\n") if line.strip())
    return tuple(
        chunk
        for page, starts in zip(pages, left_out, strict=True)
        for run in _runs(units(page.text, starts, width))
        for chunk in _chunks(page, run)
    )


def _runs(found: Sequence[TextUnit]) -> Iterator[list[TextUnit]]:
    """Split the units at what is left out: no chunk reaches across."""
    run = list[TextUnit]()
    for unit in found:
        if unit.is_cut_off and run:
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _chunks(page: Page, run: Sequence[TextUnit]) -> Iterator[PageChunk]:
    for first, last in _ranges(run):
        span = Span(run[first].span.start, run[last - 1].span.end)
        text = clean(page.text[span.start : span.end])
        if any(map(str.isalpha, text)):
            yield PageChunk(page.number, span, text)


def _ranges(run: Sequence[TextUnit]) -> Iterator[tuple[int, int]]:
    """Yield the units of each chunk, as `first` and one past the last."""
    first = 0
    while first < len(run):
        last = _end(run, first)
        rest = sum(unit.words for unit in run[last:])
        if rest <= _SCRAP:
            yield first, len(run)
            return
        yield first, last
        first = last - 1 if _is_shared(run, first, last) else last


def _end(run: Sequence[TextUnit], first: int) -> int:
    """Return one past the last unit of the chunk that begins with `first`."""
    words, last = 0, first
    while last < len(run) and words < WORDS:
        if words >= ENOUGH and _is_section(run, last):
            return last
        words += run[last].words
        last += 1
    if last == len(run):
        return last
    headings = last
    while headings > first and run[headings - 1].is_heading:
        headings -= 1
    return headings if first < headings and last - headings <= _HEADINGS else last


def _is_section(run: Sequence[TextUnit], at: int) -> bool:
    """Tell whether a heading stands there, with text below it and none of its kind above."""
    if not run[at].is_heading or run[at - 1].is_heading:
        return False
    below = next((unit for unit in run[at : at + _HEADINGS] if not unit.is_heading), None)
    return below is not None


def _is_shared(run: Sequence[TextUnit], first: int, last: int) -> bool:
    """Tell whether the last sentence also begins the next chunk: not across a heading, and never a whole chunk."""
    sentence = run[last - 1]
    return last - first > 2 and sentence.words <= _OVERLAP and not sentence.is_heading and not run[last].is_heading
