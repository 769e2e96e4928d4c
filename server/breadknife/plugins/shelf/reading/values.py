"""The messages to and from the process that reads files, and what a format's reader returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from breadknife.steps.pages import Page

PART_SECONDS = 180.0
"""The longest time until the next response to a request. The slowest page takes tesseract two minutes."""
MAX_BYTES = 256 << 20
"""Of a file: it is in memory as a whole while it is read."""
MAX_TEXT = 32 << 20
"""Characters of a file without pages, and bytes of one part of a ZIP archive."""


@dataclass(frozen=True)
class BibliographicReference:
    """Who wrote a file, and where it is published, as far as the file itself says."""

    authors: tuple[str, ...] = ()
    """`Marie Curie` or `Curie, Marie`."""
    year: str = ""
    doi: str = ""
    """`10.1000/182`."""


@dataclass(frozen=True)
class ReadRequest:
    """One file to read. Paths are bytes, as the system has them, because a file's name needn't be text."""

    path: bytes
    root: bytes
    """The shelf's folder, which the file must be in."""
    sha256: str = ""
    """The digest of the file when it was last read, empty if it never was. If it is the same now, nothing is read."""
    pictures: tuple[int, ...] = ()
    """The numbers of pages to read by OCR. If there are none, the file's own text is read."""
    shown: int = 0
    """The number of the page to show with `quote` marked, instead of reading anything; 0 for none."""
    quote: str = ""


@dataclass(frozen=True)
class ReadResponse:
    """A part of the answer to a request. There are several, because a file may have thousands of pages."""

    is_last: bool = False
    """True if no other part follows."""
    sha256: str = ""
    """The digest of the file's content. Only the first part has it, and only if the file's own text is read."""
    is_same: bool = False
    """True if the digest is that of the request, so that no page follows."""
    title: str = ""
    """The title that the file names; empty if it names none. Only the first part has it."""
    reference: BibliographicReference = BibliographicReference()
    """Only the first part has it."""
    picture: bytes = b""
    """The PNG of the page that was to be shown; empty if there is none."""
    anchors: Mapping[str, str] = field(default_factory=dict[str, str])
    """See `FileText`. Only the last part has them."""
    pages: tuple[Page, ...] = ()
    """The next pages, in order."""
    error: str = ""
    """Why the file can't be read, as `REASON; REMEDY`; empty if it can. A part with an error is the last one."""
    is_passing: bool = False
    """True if the error isn't the file's, such as a package or a disk that is missing: trying again may help."""


@dataclass(frozen=True)
class FileText:
    """What a format's reader returns."""

    title: str
    """The title that the file names; empty if it names none."""
    pages: Iterator[Page]
    """The pages in order, each made when it is asked for. Making one may raise DocumentError."""
    reference: BibliographicReference = BibliographicReference()
    anchors: Mapping[str, str] = field(default_factory=dict[str, str])
    """Heading -> what leads to it, after `#` in a link to the file."""


Reader = Callable[[bytes], FileText]
"""Reads a file, given all its bytes. Raises DocumentError, as `REASON; REMEDY`."""
