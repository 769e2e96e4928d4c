"""Cuts the pages of a file into chunks: a few sentences of one page, each with its exact span in the page's text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.chunking.furniture import furniture
from breadknife.plugins.shelf.chunking.sections import HeadingPath, written
from breadknife.plugins.shelf.chunking.sentences import TextUnit, units, usual_width
from breadknife.plugins.shelf.values import PageChunk
from breadknife.steps.pages import Page
from breadknife.text.document import Span

WORDS = 90
"""A chunk ends with the sentence that brings it to so many words. The embedding model reads at most 512 tokens, some
350 words."""
ENOUGH = 40
"""A chunk that has so many words also ends before a heading."""
_SCRAP = 20
"""If at most so many words are left, they go into the last chunk instead of one of their own."""
_OVERLAP = 40
"""The most words of a sentence that two chunks share."""
_HEADINGS = 3
"""The most headings in a row that go with the text below them; more are a table or a list."""


def chunks_of(pages: Sequence[Page]) -> tuple[PageChunk, ...]:
    """Return the chunks of a file's pages, in order. Pages without a word have none."""
    left_out = furniture([page.text for page in pages])
    width = usual_width(len(line) for page in pages for line in page.text.split("\n") if line.strip())
    return tuple(
        chunk
        for page, line_starts in zip(pages, left_out, strict=True)
        for chunk in _chunks(page, _runs(units(page.text, line_starts, width, is_paged=page.number > 0)))
    )


def _runs(page_units: Sequence[TextUnit]) -> Iterator[list[TextUnit]]:
    """Split the units of a page where lines between them are left out: no chunk reaches across."""
    run = list[TextUnit]()
    for unit in page_units:
        if unit.is_cut_off and run:
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _chunks(page: Page, runs: Iterable[Sequence[TextUnit]]) -> Iterator[PageChunk]:
    path, seen = HeadingPath(page.text), 0
    for run in runs:
        for start, end in _ranges(run):
            for unit in run[seen:start]:
                path.pass_by(unit)
            seen = start
            span = Span(run[start].span.start, run[end - 1].span.end)
            text = clean(page.text[span.start : span.end])
            if any(map(str.isalpha, text)):
                yield PageChunk(page.number, span, text, written(path.headings))
        for unit in run[seen:]:
            path.pass_by(unit)
        seen = 0


def _ranges(run: Sequence[TextUnit]) -> Iterator[tuple[int, int]]:
    """Yield the units of each chunk: `run[start:end]`."""
    start = 0
    while start < len(run):
        end = _end(run, start)
        words_left = sum(unit.words for unit in run[end:])
        if words_left <= _SCRAP:
            yield start, len(run)
            return
        yield start, end
        start = end - 1 if _is_shared(run, start, end) else end


def _end(run: Sequence[TextUnit], start: int) -> int:
    """Return where the chunk ends that begins with the unit at `start`: the index after its last unit."""
    words, end = 0, start
    while end < len(run) and words < WORDS:
        if words >= ENOUGH and _begins_section(run, end):
            return end
        words += run[end].words
        end += 1
    if end == len(run):
        return end
    # Headings at the chunk's end belong to the next one, unless the chunk has nothing else.
    before_headings = end
    while before_headings > start and run[before_headings - 1].is_heading:
        before_headings -= 1
    return before_headings if start < before_headings and end - before_headings <= _HEADINGS else end


def _begins_section(run: Sequence[TextUnit], index: int) -> bool:
    """Tell whether the unit is a heading with none right above it, and with text among the units right below it."""
    if not run[index].is_heading or run[index - 1].is_heading:
        return False
    return not all(unit.is_heading for unit in run[index : index + _HEADINGS])


def _is_shared(run: Sequence[TextUnit], start: int, end: int) -> bool:
    """Tell whether the last sentence of the chunk `run[start:end]` also begins the next one: not if one of the two is a
    heading, and only a part of the chunk."""
    sentence = run[end - 1]
    return end - start > 2 and sentence.words <= _OVERLAP and not sentence.is_heading and not run[end].is_heading
