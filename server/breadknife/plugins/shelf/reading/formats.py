"""Chooses the reader of a file by the ending of its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from breadknife.plugins.shelf.reading.archives import read_docx, read_epub
from breadknife.plugins.shelf.reading.html import read_html
from breadknife.plugins.shelf.reading.pdf import read_pdf
from breadknife.plugins.shelf.reading.plain import read_markdown, read_text
from breadknife.plugins.shelf.reading.values import Reader

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
