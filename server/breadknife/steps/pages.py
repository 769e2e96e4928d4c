"""Pages of files, as text and as pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PageSource = Literal["text", "ocr", "picture"]
"""Where a page's text is from: the file, OCR of the page's picture, or (`picture`) the file, though only OCR could read
the page."""


@dataclass(frozen=True)
class Page:
    """The text of one page. Offsets into it never change while the file stays the same."""

    number: int
    """Counted from 1. A format without pages has a single page with the number 0."""
    text: str
    source: PageSource = "text"


@dataclass(frozen=True)
class Picture:
    """A page as grey pixels, row by row from the top, one byte each."""

    width: int
    height: int
    pixels: bytes = field(repr=False)
    dpi: float
