"""Changes of prose as edits of the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.prose import ProseText, SegmentKind


@dataclass(frozen=True)
class ProseChange:
    """A part of a paragraph's prose with the text that replaces it."""

    prose: ProseText
    span: Span
    """The part, in offsets of the prose."""
    text: str

    def edit(self, document: Document) -> TextEdit | None:
        """Return the edit of the source; None if it would touch markup.

        If a line break is in the part, it comes back at the next blank, so that no line grows longer than it must.
        """
        return self.prose.edit(self.span, self.text) or _edit_over_lines(document, self)


@dataclass(frozen=True)
class ChangeOutput:
    """What an action changes: edits of several spans, with the text around them for the guard."""

    texts: tuple[str, ...]
    places: tuple[Span, ...]
    """What each text replaces in the document."""
    effect: str
    """What the edits do, in a few words for the menu's title."""
    before: str
    """The lines that are changed, for the guard."""
    after: str
    """The same lines after the edits."""


def change_lines(document: Document, edits: Sequence[TextEdit], effect: str) -> ChangeOutput:
    """Return an action's output: edits, which are in order and don't overlap, and the lines that they are in."""
    first, last = document.line_at(edits[0].span.start), document.line_at(edits[-1].span.end)
    lines = Span(document.line_span(first).start, document.line_span(last).end)
    before = document.slice(lines)
    after = apply_edits(before, (edit.shifted(-lines.start) for edit in edits))
    return ChangeOutput(
        tuple(edit.new_text for edit in edits), tuple(edit.span for edit in edits), effect, before, after
    )


def _edit_over_lines(document: Document, change: ProseChange) -> TextEdit | None:
    """Return the edit of a part that goes over a line's end; None if markup is in it, or the break has no place."""
    prose, span = change.prose, change.span
    if any(char in prose.reserved for char in change.text):
        return None
    inside = [s for s in prose.segments if s.prose.start < span.end and span.start < s.prose.end]
    joins = [s for s in inside if s.kind is SegmentKind.JOIN]
    if not joins or any(s.kind is SegmentKind.MARKUP for s in inside):
        return None
    if any(before.source.end != after.source.start for before, after in pairwise(inside)):  # markup without text
        return None
    line_break = document.slice(joins[-1].source.shifted(prose.start))
    place = prose.source_span(span)
    blank = document.text.find(" ", place.end)
    head, space, tail = change.text.rpartition(" ")
    if space and blank != place.end:
        return TextEdit(place, head + line_break + tail)
    if not prose.is_verbatim(blank) or "\n" in document.text[place.end : blank]:
        return None
    return TextEdit(Span(place.start, blank + 1), change.text + document.text[place.end : blank] + line_break)
