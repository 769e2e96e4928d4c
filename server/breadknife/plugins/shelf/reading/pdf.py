"""Reads PDFs. A line that the PDF's outline names on its page is a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from breadknife.errors import DocumentError
from breadknife.plugins.shelf.reading.references import of_pdf
from breadknife.plugins.shelf.reading.values import FileText
from breadknife.plugins.shelf.values import HEADING
from breadknife.steps.pages import Page
from breadknife.steps.pdf import metadata_of, open_pdf, outline_of, pages_of, title_of

MAX_PAGES = 10_000
"""Of a PDF on the shelf. A longer one is left out with a reason, so that no answer is missing without a word."""
_LINES = 3
"""The most lines of a heading."""
_NOT_LETTERS = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"(?:chapter|part|section|appendix)?(?:[a-z]|[\divxlc]+)?", re.ASCII)
"""What stands before a title on its page and not in the outline, or the other way round."""


def read_pdf(data: bytes, most_pages: int = MAX_PAGES) -> FileText:
    """Return the title and the pages of a PDF. Raises DocumentError for one that is damaged, encrypted or too long."""
    pdf = open_pdf(data)
    if not 0 < len(pdf) <= most_pages:
        raise DocumentError(f"it has {len(pdf):,} pages, and at most {most_pages:,} are read; split it")
    pages = pages_of(pdf)
    first = next(pages)
    reference = of_pdf(metadata_of(pdf), first.text)
    return FileText(title_of(pdf), _marked(chain([first], pages), outline_of(pdf)), reference)


def _marked(pages: Iterator[Page], outline: Mapping[int, Sequence[tuple[int, str]]]) -> Iterator[Page]:
    for page in pages:
        text = page.text.replace(HEADING, "")
        for level, title in outline.get(page.number, ()):
            text = with_heading(text, level, title)
        yield replace(page, text=text)


def with_heading(text: str, level: int, title: str) -> str:
    """Return the text of a page with the marks of a heading before the first lines that say its title, which become one
    line; the text as it is if no line does."""
    lines, wanted = text.split("\n"), _letters(title)
    letters = [_letters(line) for line in lines]
    for count in range(1, _LINES + 1):
        for index in range(len(lines) - count + 1):
            if not lines[index].startswith(HEADING) and _is_same("".join(letters[index : index + count]), wanted):
                heading = HEADING * level + " ".join(lines[index : index + count])
                return "\n".join((*lines[:index], heading, *lines[index + count :]))
    return text


def _is_same(said: str, wanted: str) -> bool:
    """Tell whether a line has a title, perhaps with a number that only one of the two has."""
    longer, shorter = (said, wanted) if len(said) >= len(wanted) else (wanted, said)
    return bool(shorter) and longer.endswith(shorter) and bool(_NUMBERED.fullmatch(longer.removesuffix(shorter)))


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text).lower()
