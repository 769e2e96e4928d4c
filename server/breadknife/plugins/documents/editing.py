"""Changes of prose as edits of the source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.prose import Kind, ProseText


@dataclass(frozen=True)
class Change:
    """Replace a part of a paragraph's prose."""

    prose: ProseText
    span: Span
    """In the prose."""
    text: str

    def edit(self, document: Document) -> TextEdit | None:
        """Return the edit of the source; None if it would touch markup. A line break that goes comes back at the next
        blank, so that no line grows longer than it must."""
        return self.prose.edit(self.span, self.text) or _edit_over_lines(document, self)


@dataclass(frozen=True)
class Edited:
    """The edits of one action."""

    texts: tuple[str, ...]
    places: tuple[Span, ...]
    place: Span
    """From the first place to the last."""

    @property
    def edits(self) -> list[TextEdit]:
        return [TextEdit(place, text) for place, text in zip(self.places, self.texts, strict=True)]


def edited(document: Document, edits: Iterable[TextEdit]) -> Edited | None:
    """Return edits as one value, in order; None if there is none. What overlaps an earlier edit is left out."""
    kept: list[TextEdit] = []
    for edit in sorted(edits, key=lambda each: (each.span.start, each.span.end)):
        if not kept or edit.span.start >= kept[-1].span.end:
            kept.append(edit)
    if not kept:
        return None
    place = Span(kept[0].span.start, kept[-1].span.end)
    return Edited(tuple(each.new_text for each in kept), tuple(each.span for each in kept), place)


def around(document: Document, made: Edited) -> tuple[str, str]:
    """Return the lines that edits are in, before and after them: for the guard."""
    first, last = document.line_at(made.place.start), document.line_at(made.place.end)
    whole = Span(document.line_span(first).start, document.line_span(last).end)
    before = document.slice(whole)
    return before, apply_edits(before, (edit.shifted(-whole.start) for edit in made.edits))


def _edit_over_lines(document: Document, change: Change) -> TextEdit | None:
    prose, span = change.prose, change.span
    if any(char in prose.reserved for char in change.text):
        return None
    inside = [s for s in prose.segments if s.prose.start < span.end and span.start < s.prose.end]
    joins = [s for s in inside if s.kind is Kind.JOIN]
    if not joins or any(s.kind is Kind.MARKUP for s in inside):
        return None
    if any(one.source.end != other.source.start for one, other in pairwise(inside)):
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
