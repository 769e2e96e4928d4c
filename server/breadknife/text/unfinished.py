"""Tells which findings depend on a word that the user is still typing."""

from __future__ import annotations

import re

from breadknife.text.document import Document, Span
from breadknife.text.sentences import Certainty, sentence_ends

LOOKAHEAD = 3
"""Words that rules look ahead. In sentences typed key by key, findings that the finished sentence didn't have were gone
with the third word behind them (LanguageTool, 115 sentences) or with the second (Harper, 405 sentences); see
`bench/prose/unfinished.py`."""
_FURTHEST = 200
"""Code points between a finding and the word being typed; no rule looks further."""
_WORD = re.compile(r"[^\W_](?:[\w'’-]*\w)?")
_PART_OF_WORD = re.compile(r"[\w'’-]")


def is_unfinished(document: Document, span: Span, typing_at: int) -> bool:
    """Tell whether a finding at `span` depends on a word that the user is still typing at the offset `typing_at`.

    It does if it touches that word, or if it is in the same sentence and fewer than `LOOKAHEAD` words are between the
    two: "It could of cour" looks wrong until the word is whole. A caller that holds such findings back shows them when
    typing pauses or goes on elsewhere, and keeps showing what was visible before the user typed near it.
    """
    text = document.text
    word = _word_at(text, typing_at)
    if span.touches(word):
        return True
    is_finding_first = span.end < word.start
    start, end = (span.end, word.start) if is_finding_first else (_mark_before(text, word), span.start)
    # A stop ends a sentence only if something follows. Before the word being typed, that is the word as far as it goes.
    written = typing_at if end == word.start else end + 1
    if end - start > _FURTHEST:
        return False
    if any(stop <= end for stop in sentence_ends(text, start, written, Certainty.POSSIBLE)):
        return False
    return sum(1 for _ in _WORD.finditer(text, start, end)) < LOOKAHEAD


def _word_at(text: str, offset: int) -> Span:
    """Return the word that the offset is in or at the edge of; empty beside blanks and marks."""
    start = end = offset
    while start > 0 and _PART_OF_WORD.match(text, start - 1):
        start -= 1
    while _PART_OF_WORD.match(text, end):
        end += 1
    return Span(start, end)


def _mark_before(text: str, word: Span) -> int:
    """Return the end of the word, or the start of the full stop or quotation mark that was typed last instead of
    one."""
    at = word.end
    while not word and at > 0 and not text[at - 1].isspace() and not text[at - 1].isalnum():
        at -= 1
    return at
