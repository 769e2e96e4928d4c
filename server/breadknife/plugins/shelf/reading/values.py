"""What the process that reads files is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from breadknife.steps.pages import Page

PART_SECONDS = 180.0
"""Between two parts of an answer. The slowest page by OCR takes tesseract two minutes."""
MAX_BYTES = 256 << 20
"""Of a file. It is in memory as a whole while it is read."""
MAX_TEXT = 32 << 20
"""Characters of a file without pages, and bytes of one part of a ZIP archive."""


@dataclass(frozen=True)
class ReadRequest:
    """One file to read. Paths are bytes, as the system has them: a name need not be text."""

    path: bytes
    root: bytes
    """The shelf's folder, which the file must be in."""
    sha256: str = ""
    """Of the file when it was last read: if it still is the same, nothing is read."""
    pictures: tuple[int, ...] = ()
    """Read these pages by OCR; without any, read the file's own text."""


@dataclass(frozen=True)
class ReadResponse:
    """A piece of the answer. The last one has `is_last`."""

    is_last: bool = False
    sha256: str = ""
    """Of the file; in the first part."""
    is_same: bool = False
    """Whether that is the one of the request."""
    title: str = ""
    """The file's own; empty if it has none. In the first part."""
    pages: tuple[Page, ...] = ()
    error: str = ""
    """Why the file can't be read, as `REASON; REMEDY`. It is the last part then."""
    is_passing: bool = False
    """Whether the error isn't the file's: a package or a disk is missing. The same file is then tried again."""


@dataclass(frozen=True)
class FileText:
    """What a format's reader found: its pages come one by one, since a file may have thousands."""

    title: str
    pages: Iterator[Page]
    """Making one may raise DocumentError."""


Reader = Callable[[bytes], FileText]
"""Reads a whole file. Raises DocumentError with `REASON; REMEDY`."""
