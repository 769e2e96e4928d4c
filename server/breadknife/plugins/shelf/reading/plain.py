"""Reads plain text and reStructuredText as they are, and Markdown as the text that it renders to.

They have no pages: all is one page with the number 0.
"""

from __future__ import annotations

import re

from breadknife.plugins.shelf.reading.decoding import decode, one_page
from breadknife.plugins.shelf.reading.html import text_of
from breadknife.plugins.shelf.reading.values import FileText

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_UNDERLINED = re.compile(r"^(\S.{2,119})\n([=#*~^-])\2{2,}$", re.MULTILINE)
"""A title in reStructuredText or in plain text."""
_TITLE_WITHIN = 4_000
"""A title is looked for in the first so many characters."""


def read_text(data: bytes) -> FileText:
    """Return the text as it is, with its first underlined line as the title. Raises DocumentError if it is binary or
    too long."""
    text = decode(data).replace("\r\n", "\n")
    underlined = _UNDERLINED.search(text[:_TITLE_WITHIN])
    return one_page(underlined[1].strip() if underlined else "", text)


def read_markdown(data: bytes) -> FileText:
    """Return the text without markup: of a link its text, of a picture its description. Raises as `read_text` does."""
    from markdown_it import MarkdownIt

    source = _FRONT_MATTER.sub("", decode(data).replace("\r\n", "\n"))
    return one_page(*text_of(MarkdownIt("commonmark").enable("table").render(source)))
