"""Compares what a user has typed with a suggested text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.text.document import Document
from breadknife.text.tokens import columns

_BLANKS = " \t"


@dataclass(frozen=True)
class TypedText:
    """The text that stands between `start` in a document and the cursor, at `offset`."""

    document: Document
    start: int
    offset: int

    @cached_property
    def text(self) -> str:
        return self.document.text[self.start : self.offset]

    def match(self, text: str, *, unfinished: bool = False) -> str | None:
        """Return the beginning of `text` that is typed; None if something else is typed.

        Lines may be indented differently: an editor indents by itself, with its own tabs or blanks. A line may also be
        deeper than in `text`, unless `text` leaves a block there. `unfinished` says that `text` is still being written.
        """
        if text.startswith(self.text):
            return self.text
        typed_lines, lines = self.text.replace("\r\n", "\n").split("\n"), text.split("\n")
        if len(lines) < len(typed_lines):
            return None
        matched = lines[: len(typed_lines)]
        *typed_above, typed_code = self._codes(typed_lines)
        *above, code = self._codes(matched)
        if typed_above != above or not code.startswith(typed_code):
            return None
        lead = matched[-1][: len(matched[-1]) - len(code)]
        may_be_indented_further = unfinished and not code and len(lines) == len(typed_lines)
        width = columns(typed_lines[-1])
        leaves_block = columns(lead) < min(width, self._width_above)
        if (leaves_block and not may_be_indented_further) or (typed_code and width < columns(lead)):
            return None
        if not typed_code:
            lead = next(lead[:end] for end in range(len(lead), -1, -1) if columns(lead[:end]) <= width)
        return "\n".join((*matched[:-1], lead + typed_code))

    def _codes(self, lines: Sequence[str]) -> list[str]:
        """Return the lines without their indentation; the first only if the text begins its line."""
        first, *more = lines
        return [first.lstrip(_BLANKS) if self._begins_line else first, *(line.lstrip(_BLANKS) for line in more)]

    @cached_property
    def _begins_line(self) -> bool:
        """True if only blanks stand before the start on its line."""
        line_start = self.document.line_starts[self.document.line_at(self.start)]
        return not self.document.text[line_start : self.start].strip(_BLANKS)

    @cached_property
    def _width_above(self) -> int:
        """Columns of indentation of the last line with text before the cursor's."""
        for number in range(self.document.line_at(self.offset) - 1, -1, -1):
            if (line := self.document.line_text(number)).strip():
                return columns(line)
        return 0
