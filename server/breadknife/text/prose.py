"""Prose with an exact map back to the source it was taken from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from breadknife.text.document import Span, TextEdit, common_prefix


class SegmentKind(Enum):
    VERBATIM = auto()
    """The same characters in prose and source."""
    JOIN = auto()
    """A line break of the source, with the next line's indentation or comment sign, that reads as a space."""
    MARKUP = auto()
    """Something of the source that isn't prose (code, a URL), for which a word stands."""


class Author(Enum):
    PROJECT = auto()
    PROGRAM = auto()
    """It has copied the text from its source: an edit of the copy doesn't last."""
    TRANSLATOR = auto()
    """Who reads the findings may not know the language."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of prose and the source it comes from. Source between two segments (`**`, `](url)`) reads as nothing."""

    prose: Span
    source: Span
    """Counted from the paragraph's `start`."""
    kind: SegmentKind


@dataclass(frozen=True)
class ProseText:
    """One paragraph: the unit of checking and of its cache.

    `segments` cover `text` without gaps, in order; only `start` changes while text before it is edited.
    """

    text: str
    segments: tuple[Segment, ...]
    start: int = 0
    """Where in the source the paragraph starts."""
    reserved: str = ""
    """Characters that mean something to the markup around: no edit may bring in one of them."""
    language: str = ""
    """The BCP 47 tag of the natural language that the source declares for it, or empty."""
    author: Author = Author.PROJECT

    @property
    def end(self) -> int:
        """Return where in the source the paragraph ends; its start if it was too long to be read."""
        return self.start + (self.segments[-1].source.end if self.segments else 0)

    def shifted(self, by: int) -> ProseText:
        """Return the paragraph `by` code points further on in the source."""
        return replace(self, start=self.start + by) if by else self

    def touches_markup(self, span: Span) -> bool:
        """Tell whether a placeholder lies in `span`: then what a checker finds there is about breadknife's own word."""
        return any(
            s.kind is SegmentKind.MARKUP and s.prose.start < span.end and span.start < s.prose.end
            for s in self.segments
        )

    def source_span(self, span: Span) -> Span:
        """Return the source that reads as `span`, markup inside it included."""
        first = next((s for s in self.segments if span.start < s.prose.end), self.segments[-1])
        last = next((s for s in reversed(self.segments) if s.prose.start < span.end), first)
        start = first.source.start + (span.start - first.prose.start if first.kind is SegmentKind.VERBATIM else 0)
        end = last.source.end - (last.prose.end - span.end if last.kind is SegmentKind.VERBATIM else 0)
        return Span(start, max(start, end)).shifted(self.start)

    def is_verbatim(self, offset: int) -> bool:
        """Tell whether the character at `offset` of the source is prose of this paragraph."""
        offset -= self.start
        return any(s.kind is SegmentKind.VERBATIM and s.source.start <= offset < s.source.end for s in self.segments)

    def edit(self, span: Span, replacement: str) -> TextEdit | None:
        """Return the edit of source that replaces `span` of the prose; None if it would touch markup, or not last."""
        old = self.text[span.start : span.end]
        if self.author is Author.PROGRAM or any(char in self.reserved and char not in old for char in replacement):
            return None
        return self._verbatim_edit(span, replacement) or self._smallest_edit(span, old, replacement)

    def _verbatim_edit(self, span: Span, replacement: str) -> TextEdit | None:
        """Return the edit if one verbatim segment has all of `span`."""
        for segment in self.segments:
            if segment.kind is SegmentKind.VERBATIM and segment.prose.contains(span):
                return TextEdit(span.shifted(self.start + segment.source.start - segment.prose.start), replacement)
        return None

    def _smallest_edit(self, span: Span, old: str, new: str) -> TextEdit | None:
        """Return the edit without the ends that `old` and `new` share, which may leave out the markup in `span`."""
        head = common_prefix(old, new)
        tail = common_prefix(old[head:][::-1], new[head:][::-1])
        core = Span(span.start + head, span.end - tail)
        rest = new[head : len(new) - tail]
        edit = self._verbatim_edit(core, rest)
        if edit or rest:
            return edit
        # To delete " the" of "the the" is to delete "the ": one of these may lie beside a line break, not on it.
        for step in (1, -1):
            moved = core
            while (after := self._rotated(moved, step)) is not None and not edit:
                moved = after
                edit = self._verbatim_edit(moved, "")
        return edit

    def _rotated(self, span: Span, step: int) -> Span | None:
        """Return `span` moved by one code point, if deleting either leaves the same text."""
        leaves, enters = (span.start, span.end) if step > 0 else (span.end - 1, span.start - 1)
        if not 0 <= enters < len(self.text) or self.text[leaves] != self.text[enters]:
            return None
        return span.shifted(step)
