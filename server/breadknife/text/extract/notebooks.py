"""Prose in notebooks: that of each cell, with its map back to the cell's text and from there to the file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.notebooks import Cell, cells_of
from breadknife.text.prose import ProseText, Segment, SegmentKind
from breadknife.text.syntax import PARSE_SECONDS, SyntaxTree, parse

_RESERVED = '"\\\n'
"""What can't stand in a string of JSON."""
Extract = Callable[[Document, SyntaxTree | None, CancelToken], Iterator[ProseText]]


def notebook_prose(document: Document, extract: Extract, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of Markdown, comments and docstrings in a notebook's cells, in their order.

    `extract` reads a cell's text. All cells together are parsed no longer than one document may take; those after that
    are read as without a grammar. Raises Cancelled.
    """
    left = PARSE_SECONDS
    for cell in cells_of(document):
        cancel.raise_if_cancelled()
        if cell.is_left_out:
            yield ProseText(cell.document.text, (), cell.source.start)
            return
        began = time.monotonic()
        tree = parse(cell.document.text, cell.document.language) if left > 0 else None
        left -= time.monotonic() - began
        for paragraph in extract(cell.document, tree, cancel):
            yield _in_file(paragraph, cell)


def _in_file(paragraph: ProseText, cell: Cell) -> ProseText:
    """Return a paragraph of a cell as one of the file. An escape of JSON, such as `\\"`, is markup."""
    start = cell.start_of(paragraph.start)
    segments = list[Segment]()
    for segment in paragraph.segments:
        source = segment.source.shifted(paragraph.start)
        if segment.kind is SegmentKind.VERBATIM:
            shift = segment.prose.start - source.start
            segments += (
                Segment(
                    text.shifted(shift),
                    in_file.shifted(-start),
                    SegmentKind.VERBATIM if is_verbatim else SegmentKind.MARKUP,
                )
                for text, in_file, is_verbatim in cell.split(source)
            )
            continue
        is_join = segment.kind is SegmentKind.JOIN
        end = cell.start_of(source.end) if is_join else cell.end_of(source.end)
        segments.append(replace(segment, source=Span(cell.start_of(source.start), end).shifted(-start)))
    return replace(paragraph, segments=tuple(segments), start=start, reserved=paragraph.reserved + _RESERVED)
