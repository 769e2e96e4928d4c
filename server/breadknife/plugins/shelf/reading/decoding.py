"""Decodes the bytes of a file as text, whatever program wrote them, and makes a file's text of one page."""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Mapping

from breadknife.errors import DocumentError
from breadknife.plugins.shelf.reading.values import MAX_TEXT, BibliographicReference, FileText
from breadknife.steps.pages import Page

_LOOKED_AT = 8192
"""A NUL or the name of an encoding is looked for in the first so many bytes."""
_OLD_WINDOWS = "cp1252"
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z][A-Za-z0-9_.:-]{1,30})", re.IGNORECASE)


def decode(data: bytes) -> str:
    """Return the text of a file. The encoding is UTF-16 if there is its byte order mark, or else UTF-8; if that fails,
    the one that an HTML page names, or else that of old Windows.

    Raises DocumentError if the file is binary, or has more than `MAX_TEXT` bytes.
    """
    if len(data) > MAX_TEXT:
        raise DocumentError(f"its text has more than {MAX_TEXT >> 20} MB; split it")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:_LOOKED_AT]:
        raise DocumentError("it is binary, not text; give it the ending of its format")
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8-sig")
    charset = _CHARSET.search(data[:_LOOKED_AT])
    with contextlib.suppress(LookupError):  # a name that Python doesn't know
        return data.decode(charset[1].decode("ascii") if charset else _OLD_WINDOWS, "replace")
    return data.decode(_OLD_WINDOWS, "replace")


def one_page(
    title: str,
    text: str,
    reference: BibliographicReference = BibliographicReference(),
    anchors: Mapping[str, str] | None = None,
) -> FileText:
    """Return the text of a format without pages: one page with the number 0. Raises DocumentError if it has more than
    `MAX_TEXT` characters."""
    if len(text) > MAX_TEXT:
        raise DocumentError(f"its text has more than {MAX_TEXT >> 20} million characters; split it")
    return FileText(title, iter([Page(0, text)]), reference, anchors or {})
