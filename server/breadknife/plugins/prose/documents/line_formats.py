"""Headings and links of reST, AsciiDoc and Org, line by line: only what is certain without the program
that makes pages out of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from breadknife.plugins.prose.documents.elements import Heading, Link
from breadknife.text.document import Document, Span


@dataclass
class DocumentElements:
    """What was read of a document so far, in the order of its text."""

    headings: list[Heading] = field(default_factory=list[Heading])
    links: list[Link] = field(default_factory=list[Link])

    def add_heading(self, marker: re.Match[str], line: Span) -> None:
        """Add the heading on a line: `marker` matches at the line's start, and as many signs as its group 1 has are the
        level."""
        span = Span(line.start + marker.end(), line.end)
        self.headings.append(Heading(len(marker[1]), marker.string[marker.end() :], span))

    def add_links(self, pattern: re.Pattern[str], document: Document, line: Span, *, literal: re.Pattern[str]) -> None:
        """Add the links of a line, without those in parts that `literal` matches.

        `pattern` has one named group for each kind of link, which matches the destination; "image" is for images.
        """
        text = literal.sub(lambda match: " " * len(match[0]), document.slice(line))
        for match in pattern.finditer(text):
            kind = match.lastgroup or ""
            self.links.append(Link(match[kind], Span(*match.span(kind)).shifted(line.start), kind == "image"))


def _lines(document: Document) -> Iterator[tuple[str, Span, int]]:
    """Yield each line without the blanks at its ends, its span, and its indentation in characters (-1 for a blank
    line)."""
    for number in range(document.line_count):
        span = document.line_span(number)
        raw = document.slice(span)
        indent = len(raw) - len(raw.lstrip())
        yield raw.strip(), Span(span.start + indent, span.start + len(raw.rstrip())), indent if raw.strip() else -1


_REST_IMAGE = r"^\.\.[ \t]+(?:\|[^|]+\|[ \t]+)?(?:image|figure)::[ \t]+(?P<image>\S+)$"
_REST_TARGET = r"^\.\.[ \t]+_[^:`]+:[ \t]+(?P<target>[^\s<>|`]*[^\s<>|`_])$"
_REST_INLINE = r"(?<![\w:`])`[^`<>]*<(?P<link>[^<>`|\s]*[^<>`|\s_])>`__?"
_REST_LINK = re.compile(f"{_REST_IMAGE}|{_REST_TARGET}|{_REST_INLINE}")
_REST_LITERAL = re.compile(r"``.+?``")


def read_rest(document: Document) -> DocumentElements:
    """Read the links of reST. It has no headings here: each document chooses the signs under them, and their
    levels are the order in which those signs first come."""
    elements = DocumentElements()
    directive_indent: int | None = None
    """Lines that are indented further are a directive's content, a comment or a literal block; None outside of one."""
    for text, span, indent in _lines(document):
        if directive_indent is not None and (indent > directive_indent or indent < 0):
            continue
        directive_indent = None
        elements.add_links(_REST_LINK, document, span, literal=_REST_LITERAL)
        if text.startswith("..") or text.endswith("::"):
            directive_indent = indent
    return elements


_ADOC_FENCE = re.compile(r"-{4,}|\.{4,}|\+{4,}|/{4,}|`{3}.*")
_ADOC_HEADING = re.compile(r"(={1,6})[ \t]+(?=\S)")
_ADOC_IMAGE = r"image::?(?P<image>[^\s:\[\]{}][^\s\[\]{}]*)\["
_ADOC_MACRO = r"(?<![\w/])(?:link|xref):(?P<link>[^\s\[\]{}:]+)\["
_ADOC_REFERENCE = r"<<(?P<reference>[^<>,{}\s]+\.adoc)(?:\#[^<>,{}]*)?(?:,[^<>]*)?>>"
_ADOC_LINK = re.compile(f"{_ADOC_IMAGE}|{_ADOC_MACRO}|{_ADOC_REFERENCE}")
_ADOC_LITERAL = re.compile(r"`[^`]+`|(?<!\w)\+[^+]+\+(?!\w)|^//.*")
_ADOC_FOREIGN_HEADINGS = re.compile(r"^(?:include::|ifn?def::|ifeval::|:leveloffset:)", re.MULTILINE)
"""Signs of headings that come from another file, only under a condition, or with another level."""
_ADOC_FOREIGN_IMAGES = re.compile(r"^(?::imagesdir:|include::)", re.MULTILINE)
"""Signs of images that may lie in another folder."""


def read_asciidoc(document: Document) -> DocumentElements:
    """Read AsciiDoc; without headings, or without images, where the document may get them from elsewhere."""
    elements = DocumentElements()
    fence = ""
    """The line that ends the fenced block that a line is in; empty outside of one."""
    before = ""
    """The line above."""
    for text, span, indent in _lines(document):
        if fence:
            fence = "" if text == fence else fence
        elif _ADOC_FENCE.fullmatch(text):
            fence = "```" if text.startswith("```") else text
        elif match := _ADOC_HEADING.match(text) if not indent else None:
            if before not in ("[discrete]", "[float]"):
                elements.add_heading(match, span)
        elif indent == 0:  # an indented line is literal
            elements.add_links(_ADOC_LINK, document, span, literal=_ADOC_LITERAL)
        before = text
    if _ADOC_FOREIGN_HEADINGS.search(document.text):
        elements.headings = []
    if _ADOC_FOREIGN_IMAGES.search(document.text):
        elements.links = [link for link in elements.links if not link.is_image]
    return elements


_ORG_BEGIN = re.compile(r"#\+begin_(\w+).*", re.IGNORECASE)
_ORG_END = re.compile(r"#\+end_(\w+)", re.IGNORECASE)
_ORG_HEADING = re.compile(r"(\*+)[ \t]+(?=\S)")
_ORG_IMAGE = r"(?P<image>[^\[\]:]+\.(?:png|jpe?g|gif|svg|webp))"
_ORG_FILE = rf"(?:{_ORG_IMAGE}|(?P<link>[^\[\]:]+))"
_ORG_LINK = re.compile(rf"\[\[(?:file:(?=[^~/])|(?=\.{{1,2}}/)){_ORG_FILE}(?:::[^\[\]]*)?\](?:\[|\])", re.IGNORECASE)
_ORG_LITERAL = re.compile(r"(?<!\w)([=~])(?=\S).+?(?<=\S)\1(?!\w)|^#(?!\+).*")
_ORG_GENERATES_FILES = re.compile(r"^[ \t]*#\+results|[ \t]:file[ \t]", re.MULTILINE | re.IGNORECASE)
"""Signs of code in the document that generates files, to which its links may lead."""


def read_org(document: Document) -> DocumentElements:
    """Read Org; without links where the document's own code makes files."""
    elements = DocumentElements()
    open_block = ""
    """The name of the block that a line is in, such as "src" after `#+begin_src`; empty outside of one."""
    for text, span, indent in _lines(document):
        if open_block:
            end = _ORG_END.fullmatch(text)
            if end and end[1].lower() == open_block:
                open_block = ""
        elif match := _ORG_BEGIN.fullmatch(text):
            open_block = match[1].lower()
        elif match := _ORG_HEADING.match(text) if not indent else None:
            elements.add_heading(match, span)
            elements.add_links(_ORG_LINK, document, span, literal=_ORG_LITERAL)
        else:
            elements.add_links(_ORG_LINK, document, span, literal=_ORG_LITERAL)
    # With the option `org-odd-levels-only`, a document's levels are 1, 3, 5, which mean 1, 2, 3.
    if all(heading.level % 2 for heading in elements.headings):
        elements.headings = [
            Heading(heading.level // 2 + 1, heading.text, heading.span) for heading in elements.headings
        ]
    if _ORG_GENERATES_FILES.search(document.text):
        elements.links = []
    return elements
