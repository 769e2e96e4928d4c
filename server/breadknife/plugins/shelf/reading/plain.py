"""Plain text and reStructuredText, as they are; Markdown as the text that it renders to.

They have no pages: all is one page with the number 0.
"""

from __future__ import annotations

import re

from breadknife.plugins.shelf.reading.decoding import decode, one_page
from breadknife.plugins.shelf.reading.html import text_of
from breadknife.plugins.shelf.reading.values import FileText

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_UNDERLINED = re.compile(r"^(\S.{2,119})\n([=#*~^-])\2{2,}$", re.MULTILINE)
"""A title of reST or of plain text."""


def read_text(data: bytes) -> FileText:
    """Return text as it is. Raises DocumentError for what is binary or in no known encoding."""
    text = decode(data).replace("\r\n", "\n")
    found = _UNDERLINED.search(text[:4000])
    return one_page(found[1].strip() if found else "", text)


def read_markdown(data: bytes) -> FileText:
    """Read the text without markup: a link is its text, a picture its description. Raises as `read_text` does."""
    from markdown_it import MarkdownIt

    source = _FRONT_MATTER.sub("", decode(data).replace("\r\n", "\n"))
    return one_page(*text_of(MarkdownIt("commonmark").enable("table").render(source)))
