"""Reads plain text and reStructuredText as they are, and Markdown as the text that it renders to.

They have no pages: all is one page with the number 0.
"""

from __future__ import annotations

import re

from breadknife.plugins.shelf.reading.decoding import decode, one_page
from breadknife.plugins.shelf.reading.html import text_of
from breadknife.plugins.shelf.reading.values import FileText

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_NAMED = re.compile(r"^title:[ \t]*(\S[^\n]*)$", re.MULTILINE)
"""The title in the settings before a text, which sites make their heading of."""
_ANCHOR = re.compile(r"(?m)(?<=\S)[ \t]*\{#[\w-]+\}[ \t]*$")
"""What a heading's link is called, which isn't shown."""
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

    source = decode(data).replace("\r\n", "\n")
    front = _FRONT_MATTER.match(source)
    named = _NAMED.search(front[0]) if front is not None else None
    source = _ANCHOR.sub("", source[front.end() :] if front is not None else source)
    title, text = text_of(MarkdownIt("commonmark").enable("table").render(source))
    return one_page(named[1].strip(" \"'") if named is not None else title, text)
