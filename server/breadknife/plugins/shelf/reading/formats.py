"""Chooses the reader of a file by the ending of its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from breadknife.errors import DocumentError
from breadknife.plugins.shelf.reading.archives import read_docx, read_epub
from breadknife.plugins.shelf.reading.html import read_html
from breadknife.plugins.shelf.reading.plain import read_markdown, read_text
from breadknife.plugins.shelf.reading.values import FileText, Reader
from breadknife.steps.pdf import open_pdf, pages_of, title_of

MAX_PAGES = 10_000
"""Of a PDF on the shelf. A longer one is left out with a reason, so that no answer is missing without a word."""


def read_pdf(data: bytes, most_pages: int = MAX_PAGES) -> FileText:
    """Return the title and the pages of a PDF. Raises DocumentError for one that is damaged, encrypted or too long."""
    pdf = open_pdf(data)
    if not 0 < len(pdf) <= most_pages:
        raise DocumentError(f"it has {len(pdf):,} pages, and at most {most_pages:,} are read; split it")
    return FileText(title_of(pdf), pages_of(pdf))


READERS: Mapping[str, Reader] = {
    ".pdf": read_pdf,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_text,
    ".rst": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".epub": read_epub,
    ".docx": read_docx,
}


def reader_of(name: str) -> Reader | None:
    """Return the reader for a file of this name; None for another format, a hidden file, and the lock file (`~$…`) that
    an office program leaves beside an open one."""
    return None if name.startswith(("~$", ".")) else READERS.get(PurePath(name).suffix.lower())
