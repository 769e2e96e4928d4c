"""Headings, links and blocks of code of reST, AsciiDoc and Org, line by line: only what is certain without the program
that makes pages out of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from breadknife.plugins.prose.documents.elements import CodeBlock, Heading, Link
from breadknife.text.document import Document, Span


@dataclass
class DocumentElements:
    headings: list[Heading] = field(default_factory=list[Heading])
    links: list[Link] = field(default_factory=list[Link])
    _code: list[tuple[str, list[Span]]] = field(default_factory=list[tuple[str, list[Span]]])

    @property
    def blocks(self) -> list[CodeBlock]:
        return [CodeBlock(language.lower(), tuple(lines)) for language, lines in self._code]

    def begin(self, language: str) -> list[Span]:
        """Return a block of code, whose lines are to be put into what this gives."""
        lines = list[Span]()
        self._code.append((language, lines))
        return lines

    def head(self, marker: re.Match[str], line: Span) -> None:
        span = Span(line.start + marker.end(), line.end)
        self.headings.append(Heading(len(marker[1]), marker.string[marker.end() :], span))

    def link(self, pattern: re.Pattern[str], document: Document, line: Span, *, literal: re.Pattern[str]) -> None:
        """Add the links of a line; `literal` are the parts of it that aren't read."""
        text = literal.sub(lambda match: " " * len(match[0]), document.slice(line))
        for match in pattern.finditer(text):
            name = match.lastgroup or ""
            self.links.append(Link(match[name], Span(*match.span(name)).shifted(line.start), name == "image"))


def _lines(document: Document) -> Iterator[tuple[str, Span, int]]:
    """Yield each line without the blanks at its ends, where it stands, and its indentation (-1 for an empty one)."""
    for number in range(document.line_count):
        span = document.line_span(number)
        raw = document.slice(span)
        indent = len(raw) - len(raw.lstrip())
        yield raw.strip(), Span(span.start + indent, span.start + len(raw.rstrip())), indent if raw.strip() else -1


_REST_BLOCK = re.compile(r"\.\.[ \t]+(?:code-block|code|sourcecode)::[ \t]*([\w-]*)$")
_REST_IMAGE = r"^\.\.[ \t]+(?:\|[^|]+\|[ \t]+)?(?:image|figure)::[ \t]+(?P<image>\S+)$"
_REST_TARGET = r"^\.\.[ \t]+_[^:`]+:[ \t]+(?P<target>[^\s<>|`]*[^\s<>|`_])$"
_REST_INLINE = r"(?<![\w:`])`[^`<>]*<(?P<link>[^<>`|\s]*[^<>`|\s_])>`__?"
_REST_LINK = re.compile(f"{_REST_IMAGE}|{_REST_TARGET}|{_REST_INLINE}")
_REST_LITERAL = re.compile(r"``.+?``")


def read_rest(document: Document) -> DocumentElements:
    """Read reST without its headings: their levels are the order in which their adornments come."""
    elements = DocumentElements()
    deeper: int | None = None
    """What is indented further is a directive's content, a comment or a literal block."""
    block: list[Span] | None = None
    for text, span, indent in _lines(document):
        if deeper is not None and (indent > deeper or indent < 0):
            if block is not None and text and (block or not text.startswith(":")):
                block.append(span)
            continue
        deeper = block = None
        elements.link(_REST_LINK, document, span, literal=_REST_LITERAL)
        if text.startswith("..") or text.endswith("::"):
            deeper = indent
        if match := _REST_BLOCK.fullmatch(text):
            block = elements.begin(match[1])
    return elements


_ADOC_FENCE = re.compile(r"-{4,}|\.{4,}|\+{4,}|/{4,}|`{3}.*")
_ADOC_SOURCE = re.compile(r"\[source,[ \t]*([\w-]+)[^\]]*\]")
_ADOC_HEADING = re.compile(r"(={1,6})[ \t]+(?=\S)")
_ADOC_IMAGE = r"image::?(?P<image>[^\s:\[\]{}][^\s\[\]{}]*)\["
_ADOC_MACRO = r"(?<![\w/])(?:link|xref):(?P<link>[^\s\[\]{}:]+)\["
_ADOC_REFERENCE = r"<<(?P<reference>[^<>,{}\s]+\.adoc)(?:\#[^<>,{}]*)?(?:,[^<>]*)?>>"
_ADOC_LINK = re.compile(f"{_ADOC_IMAGE}|{_ADOC_MACRO}|{_ADOC_REFERENCE}")
_ADOC_LITERAL = re.compile(r"`[^`]+`|(?<!\w)\+[^+]+\+(?!\w)|^//.*")
_ADOC_MOVED = re.compile(r"^(?:include::|ifn?def::|ifeval::|:leveloffset:)", re.MULTILINE)
"""Where headings come from elsewhere, or only sometimes."""
_ADOC_IMAGES = re.compile(r"^(?::imagesdir:|include::)", re.MULTILINE)
"""Where images may lie in another folder."""


def read_asciidoc(document: Document) -> DocumentElements:
    elements = DocumentElements()
    fence, before = "", ""
    block: list[Span] | None = None
    for text, span, indent in _lines(document):
        if fence:
            if text == fence:
                fence, block = "", None
            elif block is not None and text:
                block.append(span)
        elif _ADOC_FENCE.fullmatch(text):
            fence = "```" if text.startswith("```") else text
            source = _ADOC_SOURCE.fullmatch(before)
            language = source[1] if source else text[3:] if fence == "```" else ""
            block = elements.begin(language) if language else None
        elif match := _ADOC_HEADING.match(text) if not indent else None:
            if before not in ("[discrete]", "[float]"):
                elements.head(match, span)
        elif indent == 0:  # an indented line is literal
            elements.link(_ADOC_LINK, document, span, literal=_ADOC_LITERAL)
        before = text
    if _ADOC_MOVED.search(document.text):
        elements.headings = []
    if _ADOC_IMAGES.search(document.text):
        elements.links = [link for link in elements.links if not link.image]
    return elements


_ORG_BEGIN = re.compile(r"#\+begin_(\w+)(?:[ \t]+([\w-]+))?.*", re.IGNORECASE)
_ORG_END = re.compile(r"#\+end_(\w+)", re.IGNORECASE)
_ORG_HEADING = re.compile(r"(\*+)[ \t]+(?=\S)")
_ORG_IMAGE = r"(?P<image>[^\[\]:]+\.(?:png|jpe?g|gif|svg|webp))"
_ORG_FILE = rf"(?:{_ORG_IMAGE}|(?P<link>[^\[\]:]+))"
_ORG_LINK = re.compile(rf"\[\[(?:file:(?=[^~/])|(?=\.{{1,2}}/)){_ORG_FILE}(?:::[^\[\]]*)?\](?:\[|\])", re.IGNORECASE)
_ORG_LITERAL = re.compile(r"(?<!\w)([=~])(?=\S).+?(?<=\S)\1(?!\w)|^#(?!\+).*")
_ORG_MADE = re.compile(r"^[ \t]*#\+results|[ \t]:file[ \t]", re.MULTILINE | re.IGNORECASE)
"""Where the document's own code makes files."""


def read_org(document: Document) -> DocumentElements:
    elements = DocumentElements()
    until = ""
    block: list[Span] | None = None
    for text, span, indent in _lines(document):
        if until:
            end = _ORG_END.fullmatch(text)
            if end and end[1].lower() == until:
                until, block = "", None
            elif block is not None and text:
                block.append(span)
        elif match := _ORG_BEGIN.fullmatch(text):
            until = match[1].lower()
            block = elements.begin(match[2] or "") if until == "src" else None
        elif match := _ORG_HEADING.match(text) if not indent else None:
            elements.head(match, span)
            elements.link(_ORG_LINK, document, span, literal=_ORG_LITERAL)
        else:
            elements.link(_ORG_LINK, document, span, literal=_ORG_LITERAL)
    if all(heading.level % 2 for heading in elements.headings):  # `org-odd-levels-only`
        elements.headings = [
            Heading(heading.level // 2 + 1, heading.text, heading.span) for heading in elements.headings
        ]
    if _ORG_MADE.search(document.text):
        elements.links = []
    return elements
