"""How the formats of documents write headings and lists, and what of a paragraph stands around its prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.documents.tables import read_table
from breadknife.text.document import Document, Span
from breadknife.text.prose import ProseText, SegmentKind

PARAGRAPH, ITEM, HEADING, OTHER = "paragraph", "item", "heading", "other"
_LATEX_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_AFTER = re.compile(r"[ \t]*(?=\r?\n|\r|\Z|\"\"\"|'''|\*+/|-->)")
"""What may follow a paragraph in its last line: nothing, or the end of a docstring or of a comment."""


@dataclass(frozen=True)
class MarkupFormat:
    """One entry of `formats.toml`."""

    languages: tuple[str, ...]
    """LSP ids."""
    margin: str
    """A pattern of what a line begins with before its text: indentation, comment signs, quote marks."""
    item: str
    """A pattern of an item's marker."""
    heading: str
    """A pattern of a heading's start. The length of group 1, if there is one, is the heading's depth."""
    trailer: str
    """A pattern of markup that closes a paragraph behind its prose."""
    bullet: str
    """The marker of a new item."""
    bullets: str = ""
    """A pattern of markers, with which a new list takes those that the document has already."""
    underlines: str = ""
    """Characters that a line under a heading consists of."""
    begin: str = ""
    """A line above a list."""
    end: str = ""
    """A line below a list."""
    indent: str = ""
    """What items have before their marker, behind the paragraph's margin."""
    blank: bool = False
    """A blank line must stand between a paragraph and a list."""

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
        """Return the patterns `margin`, `item`, `heading` and `trailer`."""
        margin, item, heading, trailer = map(re.compile, (self.margin, self.item, self.heading, self.trailer))
        return margin, item, heading, trailer

    def bullet_in(self, document: Document) -> str:
        """Return the marker of a new item: the document's own, if it has lists."""
        match = re.search(self.bullets, document.text, re.MULTILINE) if self.bullets else None
        return match[0] if match else self.bullet


@dataclass(frozen=True)
class FormatTable:
    """All of `formats.toml`. The last entry is for comments."""

    formats: tuple[MarkupFormat, ...]


@dataclass(frozen=True)
class ProseBlock:
    """A paragraph, a list's item or a heading, with what stands around its prose."""

    prose: ProseText
    kind: str
    """`paragraph`, `item`, `heading`, or `other`, such as a table's cell."""
    level: int
    """The depth of a heading, or the column of an item's marker; otherwise 0."""
    margin: str
    """What its lines begin with: indentation, comment signs, quote marks."""
    marker: str
    """An item's marker with the blanks behind it; empty for other blocks."""
    end: int | None
    """The end in the source, with closing markup; None if something else stands in the block's last line."""

    @property
    def start(self) -> int:
        return self.prose.start


def format_of(document: Document) -> MarkupFormat:
    """Return the entry of the document's language; that of comments for a language without one."""
    formats = read_table("formats", FormatTable).formats
    return next((format for format in formats if document.language in format.languages), formats[-1])


def blocks(document: Document, proses: Sequence[ProseText]) -> tuple[ProseBlock, ...]:
    """Return the blocks of paragraphs, which are in order. Paragraphs that weren't read are left out.

    The first sign that underlines a heading is for depth 1, the next new one for depth 2, as in reStructuredText.
    """
    depths: dict[str, int] = {}
    return tuple(_block(document, prose, depths) for prose in proses if prose.segments)


def _block(document: Document, prose: ProseText, depths: dict[str, int]) -> ProseBlock:
    """Return the block of one paragraph. `depths`: the character under a heading -> its depth, of those read so far."""
    layout = format_of(document)
    margin, item, heading, _ = layout.patterns
    line = document.line_span(document.line_at(prose.start))
    text = document.slice(line)
    edge = match.end() if (match := margin.match(text)) else 0
    before = document.text[line.start : prose.start]
    end = _end(document, prose, layout)
    if (match := heading.match(text, edge)) and line.start + match.start() <= prose.start <= line.start + match.end():
        return ProseBlock(prose, HEADING, _depth(match), text[:edge], "", end)
    if under := _underline(document, prose, layout):
        return ProseBlock(prose, HEADING, depths.setdefault(under, len(depths) + 1), text[:edge], "", end)
    marker = item.match(before, edge) if len(before) > edge else None
    if marker is not None and marker.end() == len(before):
        return ProseBlock(prose, ITEM, len(text[:edge].expandtabs(8)), text[:edge], marker[0], end)
    kind = PARAGRAPH if len(before) <= edge else OTHER
    return ProseBlock(prose, kind, 0, _margin(document, prose, before), "", end)


def _depth(match: re.Match[str]) -> int:
    """Return the depth of a heading by its start: `##` is 2, and so is `\\chapter`."""
    if match[1]:
        return len(match[1])
    name = re.search(r"[a-z]+", match[0])
    return _LATEX_LEVELS.index(name[0]) + 1 if name and name[0] in _LATEX_LEVELS else 1


def _underline(document: Document, prose: ProseText, layout: MarkupFormat) -> str:
    """Return the character that the line under a heading of one line consists of; empty if there is none."""
    number = document.line_at(prose.end)
    if number != document.line_at(prose.start) or number + 1 >= document.line_count or not layout.underlines:
        return ""
    under, text = document.line_text(number + 1).strip(), document.line_text(number).strip()
    is_line = len(under) >= 2 and len(set(under)) == 1 and under[0] in layout.underlines
    return under[0] if is_line and (len(under) >= len(text) - 2 or document.language == "markdown") else ""


def _margin(document: Document, prose: ProseText, before: str) -> str:
    """Return what new lines of a paragraph begin with: the same as its second line, or else as its first one."""
    joins = [document.slice(s.source.shifted(prose.start)) for s in prose.segments if s.kind is SegmentKind.JOIN]
    behind = next((join.rpartition("\n")[2] for join in joins if "\n" in join), None)
    return before if behind is None else behind


def _end(document: Document, prose: ProseText, layout: MarkupFormat) -> int | None:
    """Return `ProseBlock.end`."""
    at = prose.end
    if _AFTER.match(document.text, at):
        return at
    closing = layout.patterns[3].match(document.text, at)
    if closing and _AFTER.match(document.text, closing.end()):
        return closing.end()
    return None


def section(listed: Sequence[ProseBlock], heading: ProseBlock) -> tuple[ProseBlock, ...]:
    """Return what stands under a heading, up to the next one that is as high, without headings."""
    below: list[ProseBlock] = []
    for block in listed[listed.index(heading) + 1 :]:
        if block.kind == HEADING and block.level <= heading.level:
            break
        below.append(block)
    return tuple(below)


def siblings(document: Document, listed: Sequence[ProseBlock], block: ProseBlock) -> tuple[ProseBlock, ...]:
    """Return the items of the same list, or the headings of the same depth under the same heading, in order."""
    number = listed.index(block)
    before = [*_siblings(document, block, reversed(listed[:number]))]
    return (*reversed(before), block, *_siblings(document, block, listed[number + 1 :]))


def _siblings(document: Document, first: ProseBlock, others: Iterable[ProseBlock]) -> Iterator[ProseBlock]:
    """Yield those of the other blocks that belong to the list or section of the first one. They come nearest first."""
    nearest = first  # the last block that belongs to the list, on the way from the first one
    for block in others:
        between = document.slice(Span(min(nearest.start, block.start), max(nearest.start, block.start)))
        if first.kind == HEADING:
            if block.kind == HEADING and block.level < first.level:
                return
            if block.kind != HEADING or block.level > first.level:
                continue
        elif block.kind != ITEM or block.level < first.level or re.search(r"\n[ \t]*\n[ \t]*\n", between):
            return
        nearest = block
        if block.level == first.level:
            yield block
