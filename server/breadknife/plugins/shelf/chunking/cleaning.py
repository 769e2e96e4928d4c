"""The text of pages: which hyphens at line ends belong to their words, and what people are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from breadknife.plugins.shelf.values import PageText

SOFT, HARD = "\u00ad", "\u2010"
"""A hyphen that only the line end needed, and one that belongs to its word. In stored text they stand for each other
characters that end lines, so that no offset moves."""
PDFIUM = "\ufffe"
"""A hyphen and the line end after it, as pdfium has them."""
_AT_LINE_END = re.compile(rf"([^\W_]+)(?:{PDFIUM}|-(?=\n[^\W\d_]))\n?([^\W_]*)")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_GONE = re.compile(rf"{SOFT}\s*|[\u200b\u2060\ufeff\x00-\x08\x0b\x0e-\x1f\x7f]")
_HARD = re.compile(rf"{HARD}\s*\n\s*|{HARD}")
_PATH = re.compile(r"/\n(?=[a-z0-9])")
"""A path or a link that goes on in the next line."""
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}


def clean(text: str) -> str:
    """A piece of stored text as it is searched and shown: one line, words whole. It depends on that piece alone."""
    text = _PATH.sub("/", _HARD.sub("-", _GONE.sub("", text)))
    return " ".join(text.translate(_LIGATURES).split())


def with_hyphens(pages: Sequence[PageText]) -> tuple[PageText, ...]:
    """The pages of a PDF or scan with each hyphen at a line end marked as SOFT or HARD: whether the word has one
    elsewhere in the file says which. No offset moves."""
    if not any(PDFIUM in page.text or "-\n" in page.text for page in pages):
        return tuple(pages)
    known = _words(page.text for page in pages)
    return tuple(
        PageText(page.number, _AT_LINE_END.sub(lambda found: _marked(found, known), page.text), page.how, page.words)
        for page in pages
    )


def _words(texts: Iterable[str]) -> set[str]:
    """All words in small letters; of one with hyphens also each two neighbours."""
    found = set[str]()
    for text in texts:
        for word in {each[0].lower() for each in _WORD.finditer(text)}:
            parts = word.split("-")
            found.update(parts if len(parts) == 1 else map("-".join, pairwise(parts)))
    return found


def _marked(found: re.Match[str], known: set[str]) -> str:
    before, after = found[1], found[2]
    left, right = before.lower(), after.lower()
    if left + right in known:
        is_hard = False
    elif f"{left}-{right}" in known:
        is_hard = True
    else:  # a name (`Jean-Luc`), a number (`UTF-8`), or no word at all
        is_hard = not after or not after[0].islower() or before[-1].isdigit()
    middle = found[0][len(before) : len(found[0]) - len(after)]
    return before + (HARD if is_hard else SOFT) + middle[1:] + after
