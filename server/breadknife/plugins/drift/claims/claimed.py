"""A block of documentation, with what its definition was and is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.plugins.drift.claims.alignment import Alignment
from breadknife.plugins.drift.values import Block, Drift, Kind, Symbol
from breadknife.text.document import Document, Span


def line_span(document: Document, block: Block, row: int) -> Span:
    """Return the span of what a block of a document says in a line, without the blanks around it."""
    line, at = block.lines[row - block.first], document.line_starts[row]
    return Span(at + len(line) - len(line.lstrip()), at + len(line.rstrip()))


@dataclass(frozen=True)
class Claimed:
    document: Document
    """The text as it is now."""
    block: Block
    before: Symbol
    after: Symbol
    alignment: Alignment
    standing: frozenset[int]
    """The lines of the block that stood in the documentation of that definition before: only these can have become
    false."""

    def standing_lines(self, first: int | None = None, last: int | None = None) -> Iterator[tuple[int, str]]:
        """Yield the lines that stood there before, with their numbers; those from `first` to `last`, if they are
        given."""
        for row, line in enumerate(self.block.lines, self.block.first):
            if row in self.standing and (first is None or row >= first) and (last is None or row <= last):
                yield row, line

    def span(self, row: int, start: int, end: int) -> Span:
        """Return the span of columns of a line."""
        at = self.document.line_starts[row]
        return Span(at + start, at + end)

    def line_span(self, row: int) -> Span:
        """Return the span of what the block says in a line."""
        return line_span(self.document, self.block, row)

    def whole_lines(self, first: int, last: int) -> Span:
        """Return the span of lines with their line breaks."""
        starts = self.document.line_starts
        return Span(starts[first], starts[last + 1] if last + 1 < len(starts) else len(self.document.text))

    def drift(
        self,
        kind: Kind,
        span: Span,
        subject: str,
        new: str = "",
        edit: tuple[Span, str] | None = None,
        token: str = "",
        cause: int | None = None,
    ) -> Drift:
        """Return a drift of this block. Its cause is the line `cause`, or where `token` (else the subject) stood."""
        name = f"{self.after.container}.{self.after.name}".strip(".")
        at = self.alignment.causes.get(token or subject, self.after.head) if cause is None else cause
        return Drift(kind, span, subject, new, name, at, edit)
