"""Whether what is typed is what was suggested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.text.document import Document
from breadknife.text.tokens import columns

_BLANKS = " \t"


@dataclass(frozen=True)
class Typed:
    """What stands between a place in a document and the cursor."""

    document: Document
    start: int
    offset: int

    @cached_property
    def text(self) -> str:
        return self.document.text[self.start : self.offset]

    def within(self, text: str, *, unfinished: bool = False) -> str | None:
        """Return which beginning of `text` says what is typed; None where none does.

        The blanks that lines begin with may be others: an editor indents by itself, with its own tabs or blanks. A line
        may also be deeper than the text has it, unless the text leaves a block there. `unfinished`: `text` is still
        being written.
        """
        if text.startswith(self.text):
            return self.text
        lines, texts = self.text.replace("\r\n", "\n").split("\n"), text.split("\n")
        if len(texts) < len(lines):
            return None
        said = texts[: len(lines)]
        *above, code = self._codes(lines)
        *own_above, own_code = self._codes(said)
        if above != own_above or not own_code.startswith(code):
            return None
        lead = said[-1][: len(said[-1]) - len(own_code)]
        growing = unfinished and not own_code and len(texts) == len(lines)
        width = columns(lines[-1])
        if (columns(lead) < min(width, self._above) and not growing) or (code and width < columns(lead)):
            return None
        if not code:
            lead = next(lead[:end] for end in range(len(lead), -1, -1) if columns(lead[:end]) <= width)
        return "\n".join((*said[:-1], lead + code))

    def _codes(self, lines: Sequence[str]) -> list[str]:
        """Without what indents them."""
        first, *more = lines
        return [first.lstrip(_BLANKS) if self._begins_line else first, *(line.lstrip(_BLANKS) for line in more)]

    @cached_property
    def _begins_line(self) -> bool:
        """Only blanks stand before the start on its line."""
        line = self.document.line_starts[self.document.line_at(self.start)]
        return not self.document.text[line : self.start].strip(_BLANKS)

    @cached_property
    def _above(self) -> int:
        """Columns of indentation of the last line with text before the cursor's."""
        for number in range(self.document.line_at(self.offset) - 1, -1, -1):
            if (line := self.document.line_text(number)).strip():
                return columns(line)
        return 0
