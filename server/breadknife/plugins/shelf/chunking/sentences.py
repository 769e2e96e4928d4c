"""Where the sentences of a page are, when nothing is known of its layout but its lines.

A line that had room for the first word of the next one ends a block: a heading, an item, a row of a table, a line of
code, a paragraph. Sentences are looked for inside of blocks only, so that none is made of a heading and the words
below it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from breadknife.plugins.shelf.chunking.cleaning import HARD, SOFT
from breadknife.plugins.shelf.chunking.furniture import lines_of
from breadknife.text.document import Span

_FULL = 0.85
"""Of the page's usual width: a line that could have been so long and isn't has been ended by its author."""
_USUAL = 0.8
"""The usual width is that of the line which is longer than this share of the lines."""
_MARKED = re.compile(r"\s*[•·▪◦‣∙●○■□]\s*\S")
_NUMBERED = re.compile(r"\s*(?:[*–—-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+\S")
_CLOSING = "\"'”’)]"
_STOP = re.compile(r"[.!?][\"'”’)\]]*(?=\s+[\"'“‘(\[]?[^\W_a-z])")
_LAST_WORD = re.compile(r"[\w.]*$")
_MOST_WORDS = 120
"""Of a sentence. What has more is a table or code whose lines weren't seen, and is cut at a blank."""
_HEADING_WORDS = 12
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Unit:
    """A sentence, or what stands alone as one would: a heading, a row, a line of code."""

    span: Span
    """In code points of the page's text, without blanks at its ends."""
    words: int
    is_heading: bool = False
    """It has no end of a sentence, and what follows belongs to it: a heading, a term that is defined."""
    begins: bool = True
    """Whether a block begins with it."""
    is_cut_off: bool = False
    """Whether something that is left out stands right before it."""


def units(text: str, left_out: Collection[int] = ()) -> tuple[Unit, ...]:
    """The units of a page in order. `left_out` are the starts of lines that don't count."""
    found = list[Unit]()
    for block, is_cut_off in _blocks(text, left_out):
        sentences = list(_sentences(text, block))
        for at, span in enumerate(sentences):
            words = len(_WORD.findall(text, span.start, span.end))
            is_heading = len(sentences) == 1 and _may_be_heading(text, span, words)
            found.append(Unit(span, words, is_heading, at == 0, is_cut_off and at == 0))
    return tuple(found)


def sentences(text: str) -> tuple[Span, ...]:
    """The units of a piece of a page's stored text."""
    return tuple(unit.span for unit in units(text))


def _blocks(text: str, left_out: Collection[int]) -> Iterator[tuple[Span, bool]]:
    """The blocks, each with whether a line before it was left out."""
    lines = list(lines_of(text))
    width = _width([len(span) for span in lines if span.start not in left_out and text[span.start : span.end].strip()])
    start = end = -1
    is_cut_off = False
    before = ""
    for span in lines:
        line = text[span.start : span.end]
        is_gone = span.start in left_out
        if start >= 0 and (is_gone or not line.strip() or _begins(line, before, width)):
            yield Span(start, end), is_cut_off
            start, is_cut_off = -1, False
        is_cut_off |= is_gone
        before = ""
        if not is_gone and line.strip():
            start = span.start if start < 0 else start
            end, before = span.end, line
    if start >= 0:
        yield Span(start, end), is_cut_off


def _width(lengths: Sequence[int]) -> int:
    return sorted(lengths)[int(_USUAL * (len(lengths) - 1))] if lengths else 0


def _begins(line: str, before: str, width: int) -> bool:
    """Whether a line begins a block, if the one before it isn't empty."""
    if _MARKED.match(line):
        return True
    ended = before.rstrip().rstrip(_CLOSING).endswith((".", "!", "?", ":", ";"))
    if _NUMBERED.match(line) and (ended or _NUMBERED.match(before)):
        return True
    first = line.split(maxsplit=1)[0]
    had_room = len(before.rstrip()) + 1 + len(first) < _FULL * width
    goes_on = first[0].islower() and not ended
    return had_room and not goes_on and not before.rstrip().endswith((SOFT, HARD, ","))


def _sentences(text: str, block: Span) -> Iterator[Span]:
    start = block.start
    for stop in _STOP.finditer(text, block.start, block.end):
        word = _LAST_WORD.search(text, start, stop.start())
        is_number = text[start : stop.start()].strip(" (").isdecimal()  # of an item or a heading
        if text[stop.start()] == "." and (is_number or (word is not None and _is_short(word[0]))):
            continue
        yield from _limited(text, start, stop.end())
        start = stop.end()
    yield from _limited(text, start, block.end)


def _is_short(word: str) -> bool:
    """Whether a full stop after the word needn't end a sentence: `e.g`, an initial."""
    word = word.strip(".").lower()
    return word in _abbreviations() or (len(word) == 1 and word.isalpha())


def _limited(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without the blanks at its ends, in pieces of at most `_MOST_WORDS` words; nothing if it has no word."""
    words = list(_WORD.finditer(text, start, end))
    for at in range(0, len(words), _MOST_WORDS):
        yield Span(words[at].start(), words[min(at + _MOST_WORDS, len(words)) - 1].end())


def _may_be_heading(text: str, span: Span, words: int) -> bool:
    piece = text[span.start : span.end].rstrip(_CLOSING)
    return words <= _HEADING_WORDS and "\n" not in piece and not piece.endswith((".", "!", "?", ",", ";"))


@cache
def _abbreviations() -> frozenset[str]:
    lines = Path(__file__).with_name("abbreviations.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
