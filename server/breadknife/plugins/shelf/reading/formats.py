"""Which reader reads which files, by the ends of their names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from breadknife.plugins.shelf.reading.archives import read_docx, read_epub
from breadknife.plugins.shelf.reading.html import read_html
from breadknife.plugins.shelf.reading.plain import read_markdown, read_text
from breadknife.plugins.shelf.reading.values import FileText, Reader
from breadknife.steps.pdf import open_pdf, pages_of, title_of


def read_pdf(data: bytes) -> FileText:
    """Read a PDF. Raises DocumentError for one that is damaged, encrypted or too long."""
    pdf = open_pdf(data)
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
    """Return the reader of a file; None for one that isn't read, and for what an office program leaves beside an open
    file."""
    return None if name.startswith(("~$", ".")) else READERS.get(PurePath(name).suffix.lower())
