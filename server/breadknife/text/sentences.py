"""Finds where the sentences of a text end, for every part of breadknife that needs to know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from breadknife.text.abbreviations import ABBREVIATIONS, MAY_END
from breadknife.text.document import Span


class Certainty(IntEnum):
    """How certain the end of a sentence must be to count. Each level asks for what those above it ask, and for more."""

    POSSIBLE = 1
    """A mark and a blank, also before a small letter. For text that is being typed, whose next word isn't known yet."""
    LIKELY = 2
    """No small letter and no sign begins what follows."""
    CERTAIN = 3
    """No abbreviation is before it that may end a sentence or not, such as “Inc.”, and brackets are closed."""


_CLOSING = "\"'”’)\\]*_`"
_OPENING = "\"'“‘(\\[{*_`"
_STOP = re.compile(rf"(?P<mark>[.!?…]+)[{_CLOSING}]*(?=\s|\Z)|(?<=\S)(?=[^\S\n]*\n[^\S\n]*\n)")
"""Marks with what closes behind them, or the end of a paragraph."""
_LIST_MARK = r"(?:[-*+•]\s+)"
_NEXT = re.compile(rf"\s+{_LIST_MARK}*[{_OPENING}]*(?P<first>[^\W_])?")
_BEFORE_WORD = re.compile(rf"(?:^|\n)[^\S\n]*{_LIST_MARK}?[{_OPENING}]*\Z|(?P<end>\S)[^\S\n]+[{_OPENING}]*\Z")
_LONGEST = 20
"""Code points before a full stop that are read to tell whether it ends a sentence."""


def sentence_ends(
    text: str, start: int = 0, end: int | None = None, least: Certainty = Certainty.CERTAIN
) -> Iterator[int]:
    """Yield the offsets in `text[start:end]` at which a sentence ends, after its quotation marks and brackets.

    What stands behind `end` is not looked at: the text counts as finished there.
    """
    end = len(text) if end is None else end
    begin, last = start, -1
    for stop in _STOP.finditer(text, start, end):
        if stop.end() != last and (stop["mark"] is None or _is_end(text, begin, stop, end, least)):
            yield stop.end()
            begin = last = stop.end()


def sentences(
    text: str, start: int = 0, end: int | None = None, least: Certainty = Certainty.CERTAIN
) -> tuple[Span, ...]:
    """Return the sentences of `text[start:end]` without the blanks around them; the last one may have no end."""
    end = len(text) if end is None else end
    spans, begin = list[Span](), start
    for stop in (*sentence_ends(text, start, end, least), end):
        piece = text[begin:stop]
        if piece.strip():
            spans.append(Span(stop - len(piece.lstrip()), begin + len(piece.rstrip())))
        begin = stop
    return tuple(spans)


def begins_sentence(text: str, offset: int) -> bool:
    """Tell whether the word at `offset` begins a sentence, a line, a list item, or what a colon introduces."""
    begin = max(0, offset - _LONGEST)
    before = _BEFORE_WORD.search(text[begin:offset])
    if before is None or before["end"] is None:
        return before is not None
    end = begin + before.end("end")
    return text[end - 1] == ":" or any(stop == end for stop in sentence_ends(text, begin, offset + 1, Certainty.LIKELY))


def is_abbreviation(word: str) -> bool:
    """Tell whether a full stop belongs to the word: an abbreviation, with its full stop or without, or an initial."""
    word = word.strip(".")
    return word.lower() in ABBREVIATIONS or (len(word) == 1 and word.isupper())


def _is_end(text: str, begin: int, stop: re.Match[str], end: int, least: Certainty) -> bool:
    """Tell whether a mark ends the sentence that begins at `begin`."""
    following = _NEXT.match(text, stop.end(), end)
    if following is None or (following.end() == end and not following["first"]):
        return True
    if least > Certainty.POSSIBLE and (not following["first"] or following["first"].islower()):
        return False
    if stop["mark"] == "." and _is_short(text, begin, stop.start(), least):
        return False
    return least < Certainty.CERTAIN or text.count("(", begin, stop.end()) <= text.count(")", begin, stop.end())


def _is_short(text: str, begin: int, stop: int, least: Certainty) -> bool:
    """Tell whether a full stop belongs to what is before it: an abbreviation, an initial, or the number of an item."""
    *others, word = text[max(begin, stop - _LONGEST) : stop].rsplit(None, 1) or [""]
    word = word.lstrip("\"'“‘([{*_`")
    if not others and word.isdecimal():
        return True
    return is_abbreviation(word) and (least == Certainty.CERTAIN or word.strip(".").lower() not in MAY_END)
