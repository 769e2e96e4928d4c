"""PDFs, by pdfium. A page is a page; its number is the one that `file.pdf#page=12` means.

pdfium writes U+FFFE where a line ends with a hyphen, and no line end after it. It stays in the text; `clean` and
`hyphens` know what to make of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
from collections.abc import Generator, Iterator
from typing import Any

from breadknife.errors import DocumentError
from breadknife.plugins.shelf.reading.values import MAX_PAGES, FileText, Picture
from breadknife.plugins.shelf.values import PageText

FEWEST_CHARACTERS = 50
"""A page with fewer, and with something else to see, is read by OCR: what text it has is a stamp or a page number."""
LEAST_DPI, MOST_DPI = 150.0, 300.0
"""Of the picture for OCR. In between, a scan's own pixels are taken as they are: more of them only take time."""
_POINTS = 72.0
_JUNK_TITLE = re.compile(r"untitled|microsoft word|\.(docx?|indd|dvi|tex|ps|pdf|rtf|pub|pptx?|qx[dp])$|[\\/]", re.I)
"""Titles that a program made up."""
_LONGEST_TITLE = 120


def read_pdf(data: bytes) -> FileText:
    """Raises DocumentError for a file that is damaged, encrypted or too long."""
    pdf = open_pdf(data)
    return FileText(_title(pdf), len(pdf), _pages(pdf))


def open_pdf(data: bytes) -> Any:
    """Raises as `read_pdf` does."""
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


def _title(pdf: Any) -> str:
    title = " ".join(str(pdf.get_metadata_dict(skip_empty=True).get("Title", "")).split())
    is_good = 3 <= len(title) <= _LONGEST_TITLE and title.isprintable() and not _JUNK_TITLE.search(title)
    return title if is_good else ""


def _pages(pdf: Any) -> Iterator[tuple[PageText, bool]]:
    for number in range(len(pdf)):
        with _page(pdf, number) as page:
            if page is None:  # a damaged page of a file that is whole otherwise
                yield PageText(number + 1, ""), False
                continue
            words = page.get_textpage()
            text = _plain(words.get_text_range())
            words.close()
            is_picture = len(text.strip()) < FEWEST_CHARACTERS and _has_picture(page)
        yield PageText(number + 1, text), is_picture


@contextlib.contextmanager
def _page(pdf: Any, number: int) -> Generator[Any]:
    from pypdfium2 import PdfiumError  # pyright: ignore[reportMissingTypeStubs]

    try:
        page = pdf[number]
    except PdfiumError:
        yield None
        return
    try:
        yield page
    finally:
        page.close()


def _plain(text: str) -> str:
    """Line ends as `\\n`, and no half of a character, which can't be stored."""
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()


def _has_picture(page: Any) -> bool:
    """Whether there is anything on the page but text: a scan, or letters drawn as paths."""
    from pypdfium2.raw import FPDF_PAGEOBJ_TEXT  # pyright: ignore[reportMissingTypeStubs]

    return any(each.type != FPDF_PAGEOBJ_TEXT for each in page.get_objects(max_depth=2))


def pictures(data: bytes, numbers: tuple[int, ...]) -> Iterator[tuple[int, Picture]]:
    """Yield the pages of these numbers, as OCR sees them. Raises as `read_pdf` does."""
    pdf = open_pdf(data)
    for number in numbers:
        if not 1 <= number <= len(pdf):
            continue
        with _page(pdf, number - 1) as page:
            if page is not None:
                yield number, _drawn(page)


def _drawn(page: Any) -> Picture:
    dpi = _dpi(page)
    bitmap = page.render(scale=dpi / _POINTS, grayscale=True)
    width, height, stride = int(bitmap.width), int(bitmap.height), int(bitmap.stride)
    buffer = ctypes.string_at(bitmap.buffer, stride * height)
    bitmap.close()
    if stride != width:
        buffer = b"".join(buffer[row * stride : row * stride + width] for row in range(height))
    return Picture(width, height, buffer, dpi, float(page.get_height()))


def _dpi(page: Any) -> float:
    """Of the page's widest picture, within limits; of a large poster less, so that it doesn't take all memory."""
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
