"""Reads plain text and reStructuredText with their titles marked, and Markdown as the text that it renders to.

They have no pages: all is one page with the number 0.
"""

from __future__ import annotations

import re

from breadknife.plugins.shelf.reading.decoding import decode, one_page
from breadknife.plugins.shelf.reading.headings import with_headings
from breadknife.plugins.shelf.reading.html import read_source
from breadknife.plugins.shelf.reading.references import of_front_matter
from breadknife.plugins.shelf.reading.values import BibliographicReference, FileText
from breadknife.text.anchors import github_anchor

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_NAMED = re.compile(r"^title:[ \t]*(\S[^\n]*)$", re.MULTILINE)
"""The title in the settings before a text, which sites make their heading of."""
_ANCHOR = re.compile(r"(?m)(?<=\S)[ \t]*\{#[\w-]+\}[ \t]*$")
"""What a heading's link is called, which isn't shown."""


def read_text(data: bytes) -> FileText:
    """Return the text with its headings marked; its first title is the file's. Raises DocumentError if it is binary or
    too long."""
    return one_page(*with_headings(decode(data).replace("\r\n", "\n")))


def read_markdown(data: bytes) -> FileText:
    """Return the text without markup: of a link its text, of a picture its description. Raises as `read_text` does."""
    from markdown_it import MarkdownIt

    source = decode(data).replace("\r\n", "\n")
    front = _FRONT_MATTER.match(source)
    named = _NAMED.search(front[0]) if front is not None else None
    source = _ANCHOR.sub("", source[front.end() :] if front is not None else source)
    shown = read_source(MarkdownIt("commonmark").enable("table").render(source))
    title = named[1].strip(" \"'") if named is not None else shown.title
    reference = of_front_matter(front[0]) if front is not None else BibliographicReference()
    return one_page(title, shown.text, reference, {heading: github_anchor(heading) for heading in shown.anchors})
