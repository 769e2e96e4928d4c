"""The text of pages: which hyphens at line ends belong to their words, and what people are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from breadknife.steps.pages import Page

SOFT, HARD = "\u00ad", "\u2010"
"""A hyphen that only the line end needed, and one that belongs to its word. In stored text they stand for each other
characters that end lines, so that no offset moves."""
PDFIUM = "\ufffe"
"""A hyphen and the line end after it, as pdfium has them."""
_AT_LINE_END = re.compile(rf"{PDFIUM}|(?<=[^\W_])-(?=\n[^\W\d_])")
_BEFORE, _AFTER = re.compile(r"[^\W_]{1,40}$"), re.compile(r"\n?([^\W_]*)")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_SOFT = re.compile(rf"{SOFT}\s*")
_HARD = re.compile(rf"{HARD}\s*\n\s*|{HARD}")
_PATH = re.compile(r"/\n(?=[a-z0-9])")
"""A path or a link that goes on in the next line."""
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
"""Controls and blanks of no width go; ligatures become letters."""


def clean(text: str) -> str:
    """Return a piece of stored text as it is searched and shown: one line, words whole. It depends on that piece
    alone."""
    text = text.translate(_CHARACTERS)
    if SOFT in text:
        text = _SOFT.sub("", text)
    if HARD in text:
        text = _HARD.sub("-", text)
    if "/\n" in text:
        text = _PATH.sub("/", text)
    return " ".join(text.split())


def with_hyphens(pages: Sequence[Page]) -> tuple[Page, ...]:
    """Return the pages of a PDF or scan with each hyphen at a line end marked as SOFT or HARD: whether the word has one
    elsewhere in the file says which. No offset moves."""
    if not any(PDFIUM in page.text or "-\n" in page.text for page in pages):
        return tuple(pages)
    known = _words(page.text for page in pages)
    return tuple(replace(page, text=_AT_LINE_END.sub(lambda match: _marked(match, known), page.text)) for page in pages)


def _words(texts: Iterable[str]) -> set[str]:
    """Return all words in small letters; of one with hyphens each two neighbours."""
    found = set[str]().union(*(_WORD.findall(text.lower()) for text in texts))
    for word in [word for word in found if word.count("-") > 1]:
        found.update(map("-".join, pairwise(word.split("-"))))
    return found


def _marked(found: re.Match[str], known: set[str]) -> str:
    left = _BEFORE.search(found.string, max(0, found.start() - 40), found.start())
    right = _AFTER.match(found.string, found.end())
    before, after = left[0] if left else "", right[1] if right else ""
    if (before + after).lower() in known:
        return SOFT
    if f"{before}-{after}".lower() in known:
        return HARD
    # A name (`Jean-Luc`), a number (`UTF-8`), or no word at all.
    return SOFT if before and after[:1].islower() and not before[-1].isdigit() else HARD
