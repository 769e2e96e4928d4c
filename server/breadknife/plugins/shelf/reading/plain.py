"""Plain text and reStructuredText, as they are; Markdown as the text that it renders to.

They have no pages: all is one page with the number 0.
"""

from __future__ import annotations

import codecs
import contextlib
import re

from breadknife.errors import DocumentError
from breadknife.plugins.shelf.reading.values import MAX_TEXT, FileText
from breadknife.plugins.shelf.values import PageText

_LOOKED_AT = 8192
"""Bytes in which a NUL, or the name of an encoding, would stand."""
_OLD = "cp1252"
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z][A-Za-z0-9_.:-]{1,30})", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_UNDERLINED = re.compile(r"^(\S.{2,119})\n([=#*~^-])\2{2,}$", re.MULTILINE)
"""A title of reST or of plain text."""


def read_text(data: bytes) -> FileText:
    """Text as it is. Raises DocumentError for what is binary or in no known encoding."""
    text = decode(data).replace("\r\n", "\n")
    found = _UNDERLINED.search(text[:4000])
    return one_page(found[1].strip() if found else "", text)


def read_markdown(data: bytes) -> FileText:
    """Without markup: a link is its text, a picture its description. Raises as `read_text` does."""
    from markdown_it import MarkdownIt

    from breadknife.plugins.shelf.reading.html import text_of

    source = _FRONT_MATTER.sub("", decode(data).replace("\r\n", "\n"))
    return one_page(*text_of(MarkdownIt("commonmark").enable("table").render(source)))


def decode(data: bytes) -> str:
    """UTF-16 with a byte order mark, UTF-8, the encoding that an HTML page names, or else that of old Windows.

    Raises DocumentError for what is binary or too long.
    """
    if len(data) > MAX_TEXT:
        raise DocumentError(f"its text has more than {MAX_TEXT >> 20} MB; split it")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:_LOOKED_AT]:
        raise DocumentError("it is binary, not text; give it the ending of its format")
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8-sig")
    named = _CHARSET.search(data[:_LOOKED_AT])
    with contextlib.suppress(LookupError):
        return data.decode(named[1].decode("ascii") if named else _OLD, "replace")
    return data.decode(_OLD, "replace")


def one_page(title: str, text: str) -> FileText:
    """A file that is one page with the number 0."""
    if len(text) > MAX_TEXT:
        raise DocumentError(f"its text has more than {MAX_TEXT >> 20} million characters; split it")
    return FileText(title, 1, iter([(PageText(0, text), False)]))
