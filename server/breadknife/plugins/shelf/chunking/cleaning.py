"""Cleans the text of pages: marks which hyphens at line ends belong to their words, and makes what people are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from breadknife.steps.pages import Page

SOFT, HARD = "\u00ad", "\u2010"
"""Mark a hyphen at a line's end in stored text: one that is there only because the word is cut (`bak-` `ing`), and one
that the word always has (`well-` `known`). Each stands in place of one other character, so that no offset moves."""
PDFIUM = "\ufffe"
"""What pdfium writes for a hyphen and the line end after it."""
_AT_LINE_END = re.compile(rf"{PDFIUM}|(?<=[^\W_])-(?=\n[^\W\d_])")
_BEFORE, _AFTER = re.compile(r"[^\W_]{1,40}$"), re.compile(r"\n?([^\W_]*)")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_SOFT = re.compile(rf"{SOFT}\s*")
_HARD = re.compile(rf"{HARD}\s*\n\s*|{HARD}")
_PATH = re.compile(r"/\n(?=[a-z0-9])")
"""Where a path or a link goes on in the next line."""
_CHARACTERS: dict[int, str | None] = {
    **dict.fromkeys((*range(9), 0x0B, *range(0x0E, 0x20), 0x7F, 0x200B, 0x2060, 0xFEFF)),
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
"""Control characters and blanks without width -> None, which removes them; ligatures -> their letters."""


def clean(text: str) -> str:
    """Return a span of stored text as it is searched and shown: in one line, with the words whole that line ends had
    cut. The result depends on nothing but the span's text."""
    text = text.translate(_CHARACTERS)
    if SOFT in text:
        text = _SOFT.sub("", text)
    if HARD in text:
        text = _HARD.sub("-", text)
    if "/\n" in text:
        text = _PATH.sub("/", text)
    return " ".join(text.split())


def with_hyphens(pages: Sequence[Page]) -> tuple[Page, ...]:
    """Return the pages of a PDF or scan with each hyphen at a line end replaced by SOFT or HARD, by how the word is
    written elsewhere in the file. No offset moves."""
    if not any(PDFIUM in page.text or "-\n" in page.text for page in pages):
        return tuple(pages)
    words = _words(page.text for page in pages)
    return tuple(replace(page, text=_AT_LINE_END.sub(lambda match: _mark(match, words), page.text)) for page in pages)


def _words(texts: Iterable[str]) -> set[str]:
    """Return all words of the texts in small letters. Of a word with several hyphens (`up-to-date`), each two parts
    that are neighbours are also a word (`up-to`, `to-date`), because a line may end at either hyphen."""
    words = set[str]().union(*(_WORD.findall(text.lower()) for text in texts))
    for word in [word for word in words if word.count("-") > 1]:
        words.update(map("-".join, pairwise(word.split("-"))))
    return words


def _mark(hyphen: re.Match[str], words: set[str]) -> str:
    """Return SOFT or HARD for a hyphen at a line end. `words` are those of the file, see `_words`."""
    left = _BEFORE.search(hyphen.string, max(0, hyphen.start() - 40), hyphen.start())
    right = _AFTER.match(hyphen.string, hyphen.end())
    before, after = left[0] if left else "", right[1] if right else ""
    if (before + after).lower() in words:
        return SOFT
    if f"{before}-{after}".lower() in words:
        return HARD
    # The file doesn't say. A name (`Jean-Luc`), a number (`UTF-8`) or no word at all keeps its hyphen.
    return SOFT if before and after[:1].islower() and not before[-1].isdigit() else HARD
