"""PDFs, by pdfium. A page is a page; its number is the one that `file.pdf#page=12` means.

pdfium writes U+FFFE where a line ends with a hyphen, and no line end after it. It stays in the text.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import re
from collections.abc import Generator, Iterator
from typing import Any

from breadknife.errors import DocumentError
from breadknife.steps.pages import Page, Picture

FEWEST_CHARACTERS = 50
"""A page with fewer, and with something else to see, is read by OCR: what text it has is a stamp or a page number."""
LEAST_DPI, MOST_DPI = 150.0, 300.0
"""Of the picture for OCR. In between, a scan's own pixels are taken as they are: more of them only take time."""
_POINTS_PER_INCH = 72.0
_MOST_PIXELS = 10_000
"""Of the longer side of the picture for OCR: a poster at 300 dpi would take all memory."""
_JUNK_TITLE = re.compile(
    r"untitled|^(table of )?contents\b|microsoft word|\.(docx?|indd|dvi|tex|ps|pdf|rtf|pub|pptx?|qx[dp])$|[\\/]", re.I
)
"""Titles that a program made up."""
_LONGEST_TITLE = 120
"""Characters."""
_FIRST_LETTERS, _LARGER = 3_000, 1.15
"""Letters of the first page among which a title is looked for, and by what factor it is larger than most others."""
_DEEPEST, _MOST_TITLES = 6, 20_000
"""Levels and entries of an outline that are read."""


def open_pdf(data: bytes) -> Any:
    """Return the PDF as pypdfium2 has it, however many pages it has.

    Raises DocumentError, as `REASON; REMEDY`, for a file that is damaged, encrypted, or no PDF.
    """
    import pypdfium2  # pyright: ignore[reportMissingTypeStubs]
    import pypdfium2.raw  # pyright: ignore[reportMissingTypeStubs]

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise DocumentError("it is encrypted; save a copy without a password") from None
        raise DocumentError("it is damaged or no PDF; open it in a PDF reader and save it again") from None
    return pdf


def metadata_of(pdf: Any) -> dict[str, str]:
    """Return what the PDF says of itself, by names such as `Title` and `Author`."""
    return pdf.get_metadata_dict(skip_empty=True)


def title_of(pdf: Any) -> str:
    """Return the title that the PDF names, unless it is one that a program made up; or else what stands in the largest
    letters on its first page; empty if neither can be one."""
    for found in (metadata_of(pdf).get("Title", ""), _largest_letters(pdf)):
        title = " ".join(found.split())
        if 3 <= len(title) <= _LONGEST_TITLE and title.isprintable() and not _JUNK_TITLE.search(title):
            return title
    return ""


def _largest_letters(pdf: Any) -> str:
    """Return the first lines in the largest letters of the first page; empty if they aren't larger than others."""
    import pypdfium2.raw  # pyright: ignore[reportMissingTypeStubs]

    raw: Any = pypdfium2.raw
    with _opened(pdf, 1) as page:
        if page is None:
            return ""
        text_page = page.get_textpage()
        letters = list[tuple[str, float]]()
        for at in range(min(int(text_page.count_chars()), _FIRST_LETTERS)):
            letters.append(
                (chr(raw.FPDFText_GetUnicode(text_page, at)), float(raw.FPDFText_GetFontSize(text_page, at)))
            )
        text_page.close()
    sizes = sorted(size for letter, size in letters if letter.isalpha())
    if not sizes or sizes[-1] < _LARGER * sizes[len(sizes) // 2]:
        return ""
    is_large = [size >= sizes[-1] / _LARGER for _, size in letters]
    start = next(at for at, (letter, _) in enumerate(letters) if letter.isalpha() and is_large[at])
    end = next((at for at in range(start, len(letters)) if not is_large[at] and letters[at][0].isalnum()), len(letters))
    return "".join(letter for letter, _ in letters[start:end])


def outline_of(pdf: Any) -> dict[int, list[tuple[int, str]]]:
    """Return the titles of the PDF's outline by the number of the page that each leads to: its level, from 1, and its
    text, in order. Entries of a damaged outline are left out."""
    titles = dict[int, list[tuple[int, str]]]()
    for bookmark in itertools.islice(pdf.get_toc(max_depth=_DEEPEST), _MOST_TITLES):
        place = bookmark.get_dest()
        index = place.get_index() if place is not None else None
        if index is not None:
            titles.setdefault(index + 1, []).append((bookmark.level + 1, bookmark.get_title()))
    return titles


def pages_of(pdf: Any) -> Iterator[Page]:
    """Yield the pages in order, each read when it is asked for. A page that is damaged has no text."""
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
    """Yield the page with this number, counted from 1, as pypdfium2 has it; None if it is damaged. It is closed
    afterwards."""
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

    return any(page_object.type != FPDF_PAGEOBJ_TEXT for page_object in page.get_objects(max_depth=2))


def pictures(data: bytes, numbers: tuple[int, ...]) -> Iterator[tuple[int, Picture]]:
    """Yield the pages of these numbers as pictures for OCR, each with its number. Numbers without a page and damaged
    pages are left out. Raises as `open_pdf` does."""
    pdf = open_pdf(data)
    for number in numbers:
        if not 1 <= number <= len(pdf):
            continue
        with _opened(pdf, number) as page:
            if page is not None:
                yield number, _render(page)


def _render(page: Any) -> Picture:
    """Return the picture of a page, without the bytes that pdfium puts at the ends of rows."""
    dpi = _dpi(page)
    bitmap = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True)
    width, height, stride = int(bitmap.width), int(bitmap.height), int(bitmap.stride)
    buffer = ctypes.string_at(bitmap.buffer, stride * height)
    bitmap.close()
    if stride != width:  # pdfium fills each row up to a multiple of four bytes
        buffer = b"".join(buffer[row * stride : row * stride + width] for row in range(height))
    return Picture(width, height, buffer, dpi)


def _dpi(page: Any) -> float:
    """Return the resolution at which a page is drawn: the finest one of its pictures that are wider than half of the
    page, within the limits above; MOST_DPI for a page without such a picture."""
    from pypdfium2 import PdfImage, PdfiumError  # pyright: ignore[reportMissingTypeStubs]

    finest = 0.0
    for page_object in page.get_objects(max_depth=2):
        if isinstance(page_object, PdfImage):
            with contextlib.suppress(PdfiumError):
                left, _, right, _ = page_object.get_bounds()
                if right - left > page.get_width() / 2:
                    finest = max(finest, page_object.get_px_size()[0] * _POINTS_PER_INCH / (right - left))
    dpi = min(MOST_DPI, max(LEAST_DPI, finest)) if finest else MOST_DPI
    longer_side = max(page.get_width(), page.get_height())
    return min(dpi, _MOST_PIXELS * _POINTS_PER_INCH / longer_side)
