"""The step that says which paragraphs, items or headings an action is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from breadknife.cancel import CancelToken
from breadknife.plugins.documents.formats import HEADING, ITEM, OTHER, ProseBlock, blocks, section, siblings
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span
from breadknife.text.extract import LANGUAGES, extract
from breadknife.text.prose import ProseText
from breadknife.text.syntax import SyntaxTree

MOST = 200
"""Paragraphs that one action takes at most."""


@dataclass(frozen=True)
class PlaceInput:
    document: Document
    span: Span
    what: str = literal("paragraphs")
    """`paragraphs`: the selected ones, those of the section if the cursor is on a heading, or the one at the cursor.
    `parallel`: the items of the list, or the headings beside the one at the cursor."""


@dataclass(frozen=True)
class PlaceOutput:
    prose: tuple[ProseText, ...]
    kind: str
    """The kind of the one at the cursor: `paragraph`, `item`, `heading`, or `other`, such as a table's cell."""
    above: ProseText | None
    """The paragraph before the first one."""


def find_place(given: PlaceInput, context: StepContext) -> PlaceOutput | Silence:
    """Return the paragraphs, list items or headings that an action at the cursor or the selection is about."""
    document = given.document
    if document.language not in LANGUAGES:
        return Silence("no-prose", f"No prose is read in {document.language}.")
    paragraphs = _prose_of(document, context.tree(document))
    context.cancel.raise_if_cancelled()
    lines = _lines_of(document, given.span)
    near = blocks(document, [prose for prose in paragraphs if prose.start <= lines.end and lines.start <= prose.end])
    touched = [block for block in near if _touches(document, block, given.span)]
    if not touched:
        return Silence("no-prose", "The cursor is in no paragraph.", "put it into one")
    chosen = touched if len(given.span) else touched[-1:]
    is_whole_section = given.what != "parallel" and len(chosen) == 1 and chosen[0].kind == HEADING
    if given.what == "parallel" and chosen[0].kind not in (ITEM, HEADING):
        return Silence("no-list", "The cursor is in no list and on no heading.", "put it into one")
    if given.what == "parallel" or is_whole_section:
        nearby = blocks(document, _nearby(paragraphs, chosen[0]))
        first = next(block for block in nearby if block.prose == chosen[0].prose)
        chosen = section(nearby, first) if is_whole_section else siblings(document, nearby, first)
        if not chosen:
            return Silence("empty-section", "There is no paragraph under this heading.")
    if len(chosen) > MOST:
        return Silence("too-many", f"These are more than {MOST} paragraphs.", "select fewer")
    number = paragraphs.index(chosen[0].prose)
    above = blocks(document, paragraphs[number - 1 : number])
    above_prose = above[0].prose if above and above[0].kind != OTHER else None
    return PlaceOutput(tuple(block.prose for block in chosen), chosen[0].kind, above_prose)


@lru_cache(maxsize=1)
def _prose_of(document: Document, tree: SyntaxTree | None) -> Sequence[ProseText]:
    """Return the document's prose. It is cached, because each recipe of a menu asks for it."""
    return [*extract(document, tree, CancelToken())]


def _lines_of(document: Document, span: Span) -> Span:
    """Return the span of whole lines that a span is in."""
    first, last = document.line_at(span.start), document.line_at(span.end)
    return Span(document.line_span(first).start, document.line_span(last).end)


def _nearby(paragraphs: Sequence[ProseText], block: ProseBlock) -> Sequence[ProseText]:
    """Return the paragraphs that may belong to the same list; all of them around a heading."""
    if block.kind == HEADING:
        return paragraphs
    number = paragraphs.index(block.prose)
    return paragraphs[max(0, number - MOST) : number + MOST + 1]


def _touches(document: Document, block: ProseBlock, span: Span) -> bool:
    """Tell whether the cursor is in a block's lines, be it on the marker, or whether a selection has a part of it."""
    end = block.end if block.end is not None else block.prose.end
    if len(span):
        return block.prose.start < span.end and span.start < end
    line_start = document.line_span(document.line_at(block.prose.start)).start
    return Span(line_start, end).touches(span)


PLACING = (StepType("prose.place", 1, Kind.RULE, PlaceInput, PlaceOutput, find_place, from_outside=True),)
