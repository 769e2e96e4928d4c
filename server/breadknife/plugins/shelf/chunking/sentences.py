"""Finds the sentences of a page, of whose layout nothing is known but its lines.

The lines are put together to blocks: paragraphs, headings, items, rows of tables, lines of code. A line ends a block if
the first word of the next line would have fitted into it, because then the author has ended it. Sentences are looked
for within one block, so that no sentence is made of a heading and the words below it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from breadknife.plugins.shelf.chunking.cleaning import HARD, SOFT
from breadknife.plugins.shelf.values import HEADING, LIKELY
from breadknife.text.document import Span
from breadknife.text.sentences import Certainty, sentence_ends

_FULL = 0.85
"""A line is full if it has this share of the usual width. One that would stay shorter with the next line's first word
has been ended by its author."""
_USUAL = 0.8
"""The usual width is that of the line which is longer than this share of the lines."""
_ITEM_MARK = re.compile(r"\s*(?:([•·▪◦‣∙●○■□])\s*|(?:[*–—-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+)\S")
"""What an item of a list begins with: a bullet, which is group 1 and never anything else; or a number, a letter or a
dash, with which a line may also begin by chance."""
_ENDS, _GOES_ON = frozenset(".!?:;"), frozenset((SOFT, HARD, ","))
"""Characters at a line's end after which a block may end, and after which it doesn't."""
_CLOSING = "\"'”’)]"
"""What may follow the end of a sentence."""
_MOST_WORDS = 120
"""Of a sentence. A longer one is a table or code whose lines weren't recognized, and is cut."""
_HEADING_WORDS = 12
"""The most words of a heading."""
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class TextUnit:
    """A sentence, or what stands alone as one would: a heading, a row, a line of code."""

    span: Span
    """In code points of the page's text, without blanks at its ends."""
    words: int
    """The number of its words."""
    level: int = 0
    """Of a heading, from 1; `LIKELY` for what only looks like one, or like a defined term: short, and without the end
    of a sentence. 0 for anything else."""
    is_cut_off: bool = False
    """True if a line right before it is left out."""

    @property
    def is_heading(self) -> bool:
        return self.level > 0


def units(text: str, left_out: Collection[int] = (), width: int = 0, *, is_paged: bool = False) -> tuple[TextUnit, ...]:
    """Return the units of a page in order.

    `left_out` are the starts of lines that don't count, such as a running head. `width` is the usual width of the
    file's lines in characters: that of a page's own lines says little if it has a table and hardly anything else.
    `is_paged` is true for a format with pages: marks are on its main headings alone, elsewhere on all or on none.
    """
    page_units = list[TextUnit]()
    is_marked = not is_paged and HEADING in text
    for block, is_cut_off in _blocks(text, left_out, width):
        if text[block.start] == HEADING:
            title = text[block.start : block.end]
            level = len(title) - len(title.lstrip(HEADING))
            page_units.append(TextUnit(block, len(title.split()), level, is_cut_off))
            continue
        block_sentences = list(_sentences(text, block))
        for index, (span, words) in enumerate(block_sentences):
            # If the last line of a paragraph is full, the heading below it comes into the paragraph's block.
            is_last_line = index == len(block_sentences) - 1 and text[span.start - 1] == "\n"
            stands_alone = len(block_sentences) == 1 or is_last_line
            is_heading = not is_marked and stands_alone and _may_be_heading(text, span, words)
            page_units.append(TextUnit(span, words, LIKELY if is_heading else 0, is_cut_off and index == 0))
    return tuple(page_units)


def sentences(text: str) -> tuple[Span, ...]:
    """Return the spans of the units of a part of a page's stored text."""
    return tuple(unit.span for unit in units(text))


def is_item(text: str) -> bool:
    """Tell whether a unit's text begins as an item of a list does."""
    return _ITEM_MARK.match(text) is not None


def usual_width(lengths: Iterable[int]) -> int:
    """Return the length that most of these lines don't exceed, and that full lines of prose nearly have. `lengths` are
    those of the lines, in characters."""
    ordered = sorted(lengths)
    return ordered[math.ceil(_USUAL * (len(ordered) - 1))] if ordered else 0


def _blocks(text: str, left_out: Collection[int], width: int) -> Iterator[tuple[Span, bool]]:
    """Yield the blocks, each with whether a line right before it is left out. See `units` for the arguments."""
    lines = [(start, line.rstrip()) for start, line in _lines(text)]
    lengths = [len(line) for start, line in lines if line and start not in left_out]
    # The file's width counts only as far as a line of this page has it: the page may have narrow columns.
    full_width = _FULL * max(usual_width(lengths), min(width, max(lengths, default=0)))
    block_start = block_end = -1
    is_cut_off = False
    line_before = ""
    for start, line in lines:
        is_left_out = start in left_out
        if block_start >= 0 and (is_left_out or not line or _begins_block(line, line_before, full_width)):
            yield Span(block_start, block_end), is_cut_off
            block_start, is_cut_off = -1, False
        is_cut_off |= is_left_out
        line_before = ""
        if line and not is_left_out:
            block_start = start if block_start < 0 else block_start
            block_end, line_before = start + len(line), line
    if block_start >= 0:
        yield Span(block_start, block_end), is_cut_off


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines, each with the offset where it begins."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _begins_block(line: str, before: str, full_width: float) -> bool:
    """Tell whether a line begins a block. `before` is the line above it. Neither is empty or has blanks at its end;
    `full_width` is in characters."""
    if HEADING in (line[0], before[0]):
        return True
    has_ended = before.rstrip(_CLOSING)[-1:] in _ENDS
    mark = _ITEM_MARK.match(line)
    if mark is not None and (mark[1] or has_ended or _ITEM_MARK.match(before)):
        return True
    first_word = line.split(maxsplit=1)[0]
    had_room = len(before) + len(" ") + len(first_word) < full_width
    return had_room and (has_ended or not first_word[0].islower()) and before[-1] not in _GOES_ON


def _sentences(text: str, block: Span) -> Iterator[tuple[Span, int]]:
    """Yield each sentence of a block, with the number of its words."""
    start = block.start
    for end in (*sentence_ends(text, block.start, block.end, Certainty.LIKELY), block.end):
        yield from _limited(text, start, end)
        start = end


def _limited(text: str, start: int, end: int) -> Iterator[tuple[Span, int]]:
    """Yield the span from `start` to `end` without the blanks at its ends, cut into spans of at most `_MOST_WORDS`
    words, each with the number of its words; nothing if it has no word."""
    sentence = text[start:end]
    count = len(sentence.split())
    if 0 < count <= _MOST_WORDS:
        yield Span(end - len(sentence.lstrip()), start + len(sentence.rstrip())), count
        return
    words = list(_WORD.finditer(text, start, end))
    for first in range(0, len(words), _MOST_WORDS):
        part = words[first : first + _MOST_WORDS]
        yield Span(part[0].start(), part[-1].end()), len(part)


def _may_be_heading(text: str, span: Span, words: int) -> bool:
    """Tell whether the text of a span looks like a heading: one short line without the end of a sentence."""
    unit = text[span.start : span.end].rstrip(_CLOSING)
    return words <= _HEADING_WORDS and "\n" not in unit and not unit.endswith((".", "!", "?", ",", ";"))
