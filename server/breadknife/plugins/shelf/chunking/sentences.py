"""Where the sentences of a page are, when nothing is known of its layout but its lines.

A line that had room for the first word of the next one ends a block: a heading, an item, a row of a table, a line of
code, a paragraph. Sentences are looked for inside of blocks only, so that none is made of a heading and the words
below it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from breadknife.plugins.shelf.chunking.cleaning import HARD, SOFT
from breadknife.text.document import Span
from breadknife.text.sentences import Certainty, sentence_ends

_FULL = 0.85
"""Of the usual width: a line that could have been so long and isn't has been ended by its author."""
_USUAL = 0.8
"""The usual width is that of the line which is longer than this share of the lines."""
_MARK = re.compile(r"\s*(?:([•·▪◦‣∙●○■□])\s*|(?:[*–—-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+)\S")
"""Of an item. Bullets are nothing else; a number or a dash may also stand there by chance."""
_ENDS, _GOES_ON = frozenset(".!?:;"), frozenset((SOFT, HARD, ","))
_CLOSING = "\"'”’)]"
_MOST_WORDS = 120
"""Of a sentence. What has more is a table or code whose lines weren't seen, and is cut at a blank."""
_HEADING_WORDS = 12
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class TextUnit:
    """A sentence, or what stands alone as one would: a heading, a row, a line of code."""

    span: Span
    """In code points of the page's text, without blanks at its ends."""
    words: int
    is_heading: bool = False
    """It has no end of a sentence, and what follows belongs to it: a heading, a term that is defined."""
    is_cut_off: bool = False
    """Whether something that is left out stands right before it."""


def units(text: str, left_out: Collection[int] = (), width: int = 0) -> tuple[TextUnit, ...]:
    """Return the units of a page in order. `left_out` are the starts of lines that don't count; `width` is the usual
    one of the file, in characters: a page may have a table and little else."""
    found = list[TextUnit]()
    for block, is_cut_off in _blocks(text, left_out, width):
        sentences = list(_sentences(text, block))
        for at, (span, words) in enumerate(sentences):
            # A paragraph whose last line is full doesn't show that the heading below it is none of its sentences.
            has_a_line = at == len(sentences) - 1 and text[span.start - 1] == "\n"
            is_heading = (len(sentences) == 1 or has_a_line) and _may_be_heading(text, span, words)
            found.append(TextUnit(span, words, is_heading, is_cut_off and at == 0))
    return tuple(found)


def sentences(text: str) -> tuple[Span, ...]:
    """Return the units of a piece of a page's stored text."""
    return tuple(unit.span for unit in units(text))


def usual_width(lengths: Iterable[int]) -> int:
    """Return the length that most of these lines don't exceed, and that those of prose come near."""
    ordered = sorted(lengths)
    return ordered[math.ceil(_USUAL * (len(ordered) - 1))] if ordered else 0


def _blocks(text: str, left_out: Collection[int], width: int) -> Iterator[tuple[Span, bool]]:
    """Yield the blocks, each with whether a line before it was left out."""
    lines = [(start, line.rstrip()) for start, line in _starts(text)]
    lengths = [len(line) for start, line in lines if line and start not in left_out]
    least = _FULL * max(usual_width(lengths), min(width, max(lengths, default=0)))
    begin = end = -1
    is_cut_off = False
    before = ""
    for start, line in lines:
        is_gone = start in left_out
        if begin >= 0 and (is_gone or not line or _begins(line, before, least)):
            yield Span(begin, end), is_cut_off
            begin, is_cut_off = -1, False
        is_cut_off |= is_gone
        before = ""
        if line and not is_gone:
            begin = start if begin < 0 else begin
            end, before = start + len(line), line
    if begin >= 0:
        yield Span(begin, end), is_cut_off


def _starts(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _begins(line: str, before: str, least: float) -> bool:
    """Tell whether a line begins a block, if the one before it isn't empty. Neither has blanks at its end."""
    ended = before.rstrip(_CLOSING)[-1:] in _ENDS
    mark = _MARK.match(line)
    if mark is not None and (mark[1] or ended or _MARK.match(before)):
        return True
    first = line.split(maxsplit=1)[0]
    had_room = len(before) + 1 + len(first) < least
    return had_room and (ended or not first[0].islower()) and before[-1] not in _GOES_ON


def _sentences(text: str, block: Span) -> Iterator[tuple[Span, int]]:
    """Yield each sentence of a block, with the number of its words."""
    start = block.start
    for end in (*sentence_ends(text, block.start, block.end, Certainty.LIKELY), block.end):
        yield from _limited(text, start, end)
        start = end


def _limited(text: str, start: int, end: int) -> Iterator[tuple[Span, int]]:
    """Yield the span without the blanks at its ends, in pieces of at most `_MOST_WORDS` words; nothing if it has no
    word."""
    piece = text[start:end]
    count = len(piece.split())
    if 0 < count <= _MOST_WORDS:
        yield Span(end - len(piece.lstrip()), start + len(piece.rstrip())), count
        return
    words = list(_WORD.finditer(text, start, end))
    for at in range(0, len(words), _MOST_WORDS):
        last = min(at + _MOST_WORDS, len(words))
        yield Span(words[at].start(), words[last - 1].end()), last - at


def _may_be_heading(text: str, span: Span, words: int) -> bool:
    piece = text[span.start : span.end].rstrip(_CLOSING)
    return words <= _HEADING_WORDS and "\n" not in piece and not piece.endswith((".", "!", "?", ",", ";"))
