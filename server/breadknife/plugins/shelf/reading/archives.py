"""Reads EPUB and DOCX: ZIP archives with XML in them. A file is one page with the number 0, because where its pages end
depends on the program that shows it.

A small archive may unpack to terabytes, so there is a limit for each part and one for all parts together.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree import ElementTree

from breadknife.errors import DocumentError
from breadknife.plugins.shelf.reading.decoding import decode, one_page
from breadknife.plugins.shelf.reading.html import read_source
from breadknife.plugins.shelf.reading.references import make_reference
from breadknife.plugins.shelf.reading.values import MAX_TEXT, FileText
from breadknife.plugins.shelf.values import CELL

MAX_PARTS = 5_000
"""Of an archive. A part is a file in it."""
_DAMAGED = "it is damaged or no {}; open it in the program that made it and save it again"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_TITLE = f"{_DUBLIN_CORE}title"
_SAID = ("creator", "date", "identifier")
"""What an EPUB says of itself, besides its title."""


class Archive:
    """A ZIP archive in memory, with a limit on what is unpacked."""

    def __init__(self, data: bytes, kind: str) -> None:
        """Open an archive. `kind` is the format's name in errors. Raises DocumentError if it is damaged, no archive, or
        has more than `MAX_PARTS` parts."""
        self._kind = kind
        self._bytes_left = 2 * MAX_TEXT
        """How many bytes may still be unpacked."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._names = {entry.filename for entry in self._zip.infolist()}
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise self.damaged from None
        if len(self._names) > MAX_PARTS:
            raise DocumentError(f"it has more than {MAX_PARTS:,} parts; split it")

    @property
    def damaged(self) -> DocumentError:
        return DocumentError(_DAMAGED.format(self._kind))

    def read(self, name: str) -> bytes:
        """Return a part's bytes; empty if there is no part of this name. Raises DocumentError if it is damaged or
        encrypted, or if it or all that was read is too large."""
        if name not in self._names:
            return b""
        try:
            with self._zip.open(name) as part:
                data = part.read(min(MAX_TEXT, self._bytes_left) + 1)  # one more, to notice that there is more
        except RuntimeError:  # zipfile raises it if a password is needed
            raise DocumentError("it is encrypted; save a copy without a password") from None
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
            raise self.damaged from None
        self._bytes_left -= len(data)
        if len(data) > MAX_TEXT or self._bytes_left < 0:
            raise DocumentError(f"it unpacks to more than {MAX_TEXT >> 20} MB; split it")
        return data

    def xml(self, name: str) -> ElementTree.Element:
        """Return the root element of a part. Raises as `read` does, and for a part that is missing or isn't XML."""
        try:
            return ElementTree.fromstring(self.read(name))
        except (ElementTree.ParseError, ValueError, LookupError):  # expat itself refuses entities that grow
            raise self.damaged from None


def read_epub(data: bytes) -> FileText:
    """Return the title and the chapters in reading order. Raises DocumentError.

    `META-INF/container.xml` names the package file. That has an `item` with the path of each chapter, and an `itemref`
    with the item's id for each chapter in reading order.
    """
    archive = Archive(data, "EPUB")
    container = archive.xml("META-INF/container.xml")
    root = next((element for element in container.iter() if element.tag.endswith("}rootfile")), None)
    if root is None:
        raise archive.damaged
    package_name = root.get("full-path", "")
    package = archive.xml(package_name)
    folder = posixpath.dirname(package_name)
    paths_by_id = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in package.iter()
        if item.tag.endswith("}item")
    }
    chapters = [paths_by_id.get(ref.get("idref"), "") for ref in package.iter() if ref.tag.endswith("}itemref")]
    title = next((element.text or "" for element in package.iter(_TITLE)), "")
    texts, anchors = list[str](), dict[str, str]()
    for path in dict.fromkeys(chapters):
        if source := archive.read(path):
            shown = read_source(decode(source))
            texts.append(shown.text)
            for heading, anchor in shown.anchors.items():
                anchors.setdefault(heading, f"{path}#{anchor}".rstrip("#"))
    said = {name: [each.text or "" for each in package.iter(_DUBLIN_CORE + name)] for name in _SAID}
    reference = make_reference(said["creator"], " ".join(said["date"]), " ".join(said["identifier"]))
    return one_page(" ".join(title.split()), "\n\n".join(filter(None, texts)), reference, anchors)


def read_docx(data: bytes) -> FileText:
    """Return the title, and the paragraphs, lists and tables without headers, footers and notes. Raises
    DocumentError."""
    archive = Archive(data, "DOCX")
    body = archive.xml("word/document.xml").find(f"{_WORD}body")
    if body is None:
        raise archive.damaged
    properties = "docProps/core.xml"
    has_properties = bool(archive.read(properties))
    titles = archive.xml(properties).iter(_TITLE) if has_properties else ()
    title = next((element.text or "" for element in titles), "")
    return one_page(" ".join(title.split()), "\n\n".join(_blocks(body)))


def _blocks(body: ElementTree.Element) -> Iterator[str]:
    """Yield the text of each paragraph, item and row of a table that has any."""
    for element in body:
        if element.tag == f"{_WORD}tbl":
            rows = [CELL.join(_cells(row)) for row in element.iter(f"{_WORD}tr")]
            yield from (row for row in rows if row.strip(" |"))
        elif element.tag == f"{_WORD}sdt":  # a table of contents, or a field to fill in
            content = element.find(f"{_WORD}sdtContent")
            yield from _blocks(content) if content is not None else ()
        elif text := _paragraph(element):
            is_item = element.find(f"{_WORD}pPr/{_WORD}numPr") is not None
            yield f"• {text}" if is_item else text


def _cells(row: ElementTree.Element) -> Iterator[str]:
    """Yield the text of each cell of a table's row."""
    for cell in row.iter(f"{_WORD}tc"):
        yield " ".join(filter(None, map(_paragraph, cell.iter(f"{_WORD}p"))))


def _paragraph(paragraph: ElementTree.Element) -> str:
    """Return the text of a paragraph in one line, without the deleted text that a tracked change has kept (`delText`
    instead of `t`)."""
    texts: list[str] = []
    for element in paragraph.iter():
        if element.tag == f"{_WORD}t":
            texts.append(element.text or "")
        elif element.tag in (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"):
            texts.append(" ")
    return " ".join("".join(texts).split())
