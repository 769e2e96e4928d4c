"""Paragraphs out of lines: what the readers of reST, AsciiDoc and Org share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.extract.passage import Cutter, passage, prose, sub_passage
from breadknife.text.prose import ProseText

FEWEST_WORDS_IN_CELL = 4
"""Shorter cells of tables are names and numbers, not sentences."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the source that isn't empty, without the blanks around it."""

    text: str
    start: int
    indent: int
    """In columns."""

    def rest(self, at: int) -> SourceLine:
        """Return the line without its first `at` characters (a bullet) and the blanks after them."""
        text = self.text[at:]
        blanks = len(text) - len(text.lstrip())
        return SourceLine(text.lstrip(), self.start + at + blanks, self.indent + at + blanks)

    def up_to(self, at: int) -> SourceLine:
        """Return the line's first `at` characters, without the blanks at their end."""
        return SourceLine(self.text[:at].rstrip(), self.start, self.indent)


def lines(document: Document) -> Iterator[SourceLine | None]:
    """Yield the document's lines; None for one that is empty or blank."""
    for number in range(document.line_count):
        span = document.line_span(number)
        # The first line may begin with a byte order mark, which isn't white space to Python.
        raw = document.slice(span).lstrip("\ufeff") if number == 0 else document.slice(span)
        text = raw.strip()
        margin = raw[: len(raw) - len(raw.lstrip())]
        start = span.end - len(raw) + len(margin)
        yield SourceLine(text, start, len(margin.expandtabs(8))) if text else None


@dataclass
class Blocks:
    """Collects lines into paragraphs."""

    done: list[list[Span]] = field(default_factory=list[list[Span]])
    """The finished paragraphs, line by line."""
    current: list[SourceLine] = field(default_factory=list[SourceLine])
    """The lines of the paragraph that isn't finished."""

    def add(self, line: SourceLine) -> None:
        """Add a line to the current paragraph."""
        if line.text:
            self.current.append(line)

    def end(self) -> None:
        """Finish the current paragraph, if there is one."""
        if self.current:
            self.done.append([Span(line.start, line.start + len(line.text)) for line in self.current])
            self.current = []

    def drop(self) -> None:
        """Forget the current paragraph: what follows shows that it is none."""
        self.current = []

    def alone(self, line: SourceLine) -> None:
        """Add a paragraph of one line."""
        self.end()
        self.add(line)
        self.end()

    def cells(self, line: SourceLine, bar: re.Pattern[str]) -> None:
        """Add the longer cells of a table's row."""
        at = 0
        for match in (*bar.finditer(line.text), None):
            cell = line.up_to(match.start() if match else len(line.text)).rest(at)
            if len(cell.text.split()) >= FEWEST_WORDS_IN_CELL:
                self.alone(cell)
            at = match.end() if match else at


def block_prose(
    document: Document,
    blocks: Iterable[list[Span]],
    cutter: Cutter,
    reserved: str,
    cancel: CancelToken,
    note: re.Pattern[str] | None = None,
) -> Iterator[ProseText]:
    """Yield the prose of paragraphs.

    Args:
        document: the source.
        blocks: the lines of each paragraph.
        cutter: finds the inline markup.
        reserved: characters that mean something to the format, so that no edit may bring one in.
        cancel: raises Cancelled between two paragraphs.
        note: its group 1 matches a footnote inside of a paragraph, which becomes a paragraph that follows it.
    """
    for block in blocks:
        cancel.raise_if_cancelled()
        paragraph = passage(document.text, block)
        notes = [sub_passage(paragraph, *match.span(1)) for match in note.finditer(paragraph.text)] if note else []
        for piece in (paragraph, *notes):
            text = prose(piece, cutter, reserved)
            if text is not None:
                yield text
