"""Bytes as text, whoever wrote them, and files that are one page."""

from __future__ import annotations

import codecs
import contextlib
import re

from breadknife.errors import DocumentError
from breadknife.plugins.shelf.reading.values import MAX_TEXT, FileText
from breadknife.steps.pages import Page

_LOOKED_AT = 8192
"""Bytes in which a NUL, or the name of an encoding, would stand."""
_OLD = "cp1252"
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z][A-Za-z0-9_.:-]{1,30})", re.IGNORECASE)


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
    """Return a file that is one page with the number 0."""
    if len(text) > MAX_TEXT:
        raise DocumentError(f"its text has more than {MAX_TEXT >> 20} million characters; split it")
    return FileText(title, iter([Page(0, text)]))
