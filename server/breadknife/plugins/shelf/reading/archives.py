"""EPUB and DOCX: ZIP archives with XML in them. Both are one page with the number 0: where their pages end depends on
the reader.

A small archive may hold terabytes: each part is read up to a limit, and so are all of them together.
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
from breadknife.plugins.shelf.reading.html import text_of
from breadknife.plugins.shelf.reading.values import MAX_TEXT, FileText

MAX_PARTS = 5_000
_DAMAGED = "it is damaged or no {}; open it in the program that made it and save it again"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


class Archive:
    """The parts of a ZIP archive in memory, each read once."""

    def __init__(self, data: bytes, kind: str) -> None:
        """Raises DocumentError for what is no archive."""
        self._kind = kind
        self._left = 2 * MAX_TEXT
        """Bytes that may still be unpacked."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._names = {each.filename for each in self._zip.infolist()}
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise self.damaged from None
        if len(self._names) > MAX_PARTS:
            raise DocumentError(f"it has more than {MAX_PARTS:,} parts; split it")

    @property
    def damaged(self) -> DocumentError:
        return DocumentError(_DAMAGED.format(self._kind))

    def read(self, name: str) -> bytes:
        """Return one part; empty if there is none. Raises DocumentError for one that is damaged, encrypted or too
        large."""
        if name not in self._names:
            return b""
        try:
            with self._zip.open(name) as part:
                found = part.read(min(MAX_TEXT, self._left) + 1)
        except RuntimeError:  # what zipfile says of a password
            raise DocumentError("it is encrypted; save a copy without a password") from None
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
            raise self.damaged from None
        self._left -= len(found)
        if len(found) > MAX_TEXT or self._left < 0:
            raise DocumentError(f"it unpacks to more than {MAX_TEXT >> 20} MB; split it")
        return found

    def xml(self, name: str) -> ElementTree.Element:
        """Raises DocumentError also for a part that is missing or isn't XML."""
        try:
            return ElementTree.fromstring(self.read(name))
        except (ElementTree.ParseError, ValueError, LookupError):  # expat itself refuses entities that grow
            raise self.damaged from None


def read_epub(data: bytes) -> FileText:
    """Return the chapters in reading order. Raises DocumentError."""
    archive = Archive(data, "EPUB")
    roots = [each for each in archive.xml("META-INF/container.xml").iter() if each.tag.endswith("}rootfile")]
    if not roots:
        raise archive.damaged
    root = roots[0].get("full-path", "")
    package = archive.xml(root)
    places = {
        each.get("id"): posixpath.normpath(posixpath.join(posixpath.dirname(root), unquote(each.get("href", ""))))
        for each in package.iter()
        if each.tag.endswith("}item")
    }
    chapters = [places.get(each.get("idref"), "") for each in package.iter() if each.tag.endswith("}itemref")]
    title = next((each.text or "" for each in package.iter(_TITLE)), "")
    texts = [text_of(decode(source))[1] for name in dict.fromkeys(chapters) if (source := archive.read(name))]
    return one_page(" ".join(title.split()), "\n\n".join(filter(None, texts)))


def read_docx(data: bytes) -> FileText:
    """Read paragraphs, lists and tables, without headers, footers and notes. Raises DocumentError."""
    archive = Archive(data, "DOCX")
    body = archive.xml("word/document.xml").find(f"{_WORD}body")
    if body is None:
        raise archive.damaged
    core = archive.read("docProps/core.xml")
    title = next((each.text or "" for each in archive.xml("docProps/core.xml").iter(_TITLE)), "") if core else ""
    return one_page(" ".join(title.split()), "\n\n".join(_blocks(body)))


def _blocks(body: ElementTree.Element) -> Iterator[str]:
    for each in body:
        if each.tag == f"{_WORD}tbl":
            rows = [" | ".join(_cells(row)) for row in each.iter(f"{_WORD}tr")]
            yield from (row for row in rows if row.strip(" |"))
        elif each.tag == f"{_WORD}sdt":  # a table of contents, or a field to fill in
            content = each.find(f"{_WORD}sdtContent")
            yield from _blocks(content) if content is not None else ()
        elif text := _paragraph(each):
            is_item = each.find(f"{_WORD}pPr/{_WORD}numPr") is not None
            yield f"• {text}" if is_item else text


def _cells(row: ElementTree.Element) -> Iterator[str]:
    for cell in row.iter(f"{_WORD}tc"):
        yield " ".join(filter(None, map(_paragraph, cell.iter(f"{_WORD}p"))))


def _paragraph(paragraph: ElementTree.Element) -> str:
    """Return the text of a paragraph. What is deleted but still recorded isn't read."""
    pieces: list[str] = []
    for each in paragraph.iter():
        if each.tag == f"{_WORD}t":
            pieces.append(each.text or "")
        elif each.tag in (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"):
            pieces.append(" ")
    return " ".join("".join(pieces).split())
