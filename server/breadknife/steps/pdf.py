"""PDFs, by pdfium. A page is a page; its number is the one that `file.pdf#page=12` means.

pdfium writes U+FFFE where a line ends with a hyphen, and no line end after it. It stays in the text.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
from collections.abc import Generator, Iterator
from typing import Any

from breadknife.errors import DocumentError
from breadknife.steps.pages import Page, Picture

FEWEST_CHARACTERS = 50
"""A page with fewer, and with something else to see, is read by OCR: what text it has is a stamp or a page number."""
LEAST_DPI, MOST_DPI = 150.0, 300.0
"""Of the picture for OCR. In between, a scan's own pixels are taken as they are: more of them only take time."""
MAX_PAGES = 10_000
_POINTS = 72.0
_JUNK_TITLE = re.compile(r"untitled|microsoft word|\.(docx?|indd|dvi|tex|ps|pdf|rtf|pub|pptx?|qx[dp])$|[\\/]", re.I)
"""Titles that a program made up."""
_LONGEST_TITLE = 120


def open_pdf(data: bytes) -> Any:
    """Return the PDF as pypdfium2 has it. Raises DocumentError for a file that is damaged, encrypted or too long, with
    `REASON; REMEDY`."""
    import pypdfium2  # pyright: ignore[reportMissingTypeStubs]
    import pypdfium2.raw  # pyright: ignore[reportMissingTypeStubs]

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise DocumentError("it is encrypted; save a copy without a password") from None
        raise DocumentError("it is damaged or no PDF; open it in a PDF reader and save it again") from None
    if not 0 < len(pdf) <= MAX_PAGES:
        raise DocumentError(f"it has {len(pdf):,} pages, and at most {MAX_PAGES:,} are read; split it")
    return pdf


def title_of(pdf: Any) -> str:
    """Return the title that the PDF names; empty if it names none, or one that a program made up."""
    title = " ".join(str(pdf.get_metadata_dict(skip_empty=True).get("Title", "")).split())
    is_good = 3 <= len(title) <= _LONGEST_TITLE and title.isprintable() and not _JUNK_TITLE.search(title)
    return title if is_good else ""


def pages_of(pdf: Any) -> Iterator[Page]:
    """Yield the pages in order. A damaged page of a file that is whole otherwise has no text."""
    for number in range(1, len(pdf) + 1):
        with _opened(pdf, number) as page:
            if page is None:
                yield Page(number, "")
                continue
            text_page = page.get_textpage()
            text = _plain(text_page.get_text_range())
            text_page.close()
            is_picture = len(text.strip()) < FEWEST_CHARACTERS and _has_picture(page)
        yield Page(number, text, "picture" if is_picture else "text")


@contextlib.contextmanager
def _opened(pdf: Any, number: int) -> Generator[Any]:
    """Give a page of pypdfium2's, counted from 1; None for one that is damaged."""
    from pypdfium2 import PdfiumError  # pyright: ignore[reportMissingTypeStubs]

    try:
        page = pdf[number - 1]
    except PdfiumError:
        yield None
        return
    try:
        yield page
    finally:
        page.close()


def _plain(text: str) -> str:
    """Return the text with `\\n` at the ends of lines, and without halves of characters, which can't be stored."""
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()


def _has_picture(page: Any) -> bool:
    """Tell whether there is anything on the page but text: a scan, or letters drawn as paths."""
    from pypdfium2.raw import FPDF_PAGEOBJ_TEXT  # pyright: ignore[reportMissingTypeStubs]

    return any(each.type != FPDF_PAGEOBJ_TEXT for each in page.get_objects(max_depth=2))


def pictures(data: bytes, numbers: tuple[int, ...]) -> Iterator[tuple[int, Picture]]:
    """Yield the pages of these numbers, as OCR sees them. Raises as `open_pdf` does."""
    pdf = open_pdf(data)
    for number in numbers:
        if not 1 <= number <= len(pdf):
            continue
        with _opened(pdf, number) as page:
            if page is not None:
                yield number, _render(page)


def _render(page: Any) -> Picture:
    dpi = _dpi(page)
    bitmap = page.render(scale=dpi / _POINTS, grayscale=True)
    width, height, stride = int(bitmap.width), int(bitmap.height), int(bitmap.stride)
    buffer = ctypes.string_at(bitmap.buffer, stride * height)
    bitmap.close()
    if stride != width:
        buffer = b"".join(buffer[row * stride : row * stride + width] for row in range(height))
    return Picture(width, height, buffer, dpi)


def _dpi(page: Any) -> float:
    """Return the resolution of the page's widest picture, within limits; for a large poster less, so that it doesn't
    take all memory."""
    from pypdfium2 import PdfImage, PdfiumError  # pyright: ignore[reportMissingTypeStubs]

    best = 0.0
    for each in page.get_objects(max_depth=2):
        if isinstance(each, PdfImage):
            with contextlib.suppress(PdfiumError):
                left, _, right, _ = each.get_bounds()
                if right - left > page.get_width() / 2:
                    best = max(best, each.get_px_size()[0] * _POINTS / (right - left))
    wanted = min(MOST_DPI, max(LEAST_DPI, best)) if best else MOST_DPI
    widest = max(page.get_width(), page.get_height())
    return min(wanted, 10_000 * _POINTS / widest)
