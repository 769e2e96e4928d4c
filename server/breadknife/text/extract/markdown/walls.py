"""Which part of a Markdown document may be read without the rest, and what comes of it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.text.document import Span
from breadknife.text.extract.markdown.blocks import FRONT_MATTER, markdown_prose, top_blocks
from breadknife.text.prose import ProseText
from breadknife.text.syntax import Node, SyntaxTree, parse

_DEPENDS = re.compile(r"\s|[-+*](?:\s|\Z)|\d{1,9}[.)](?:\s|\Z)|\Z")
"""A line that may go on with what stands above blank lines: with a list, or with code by its indentation."""
_FRONT = re.compile(r"\ufeff?\s*(---|\+\+\+)")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_AFTER = "x\n"
"""A paragraph, unless something above it is still open."""


def is_wall(text: str, start: int) -> bool:
    """Tell whether the line that begins at `start` is a block's first one whatever stands above it, if all that needs
    an end has one (a fence, a comment of HTML)."""
    above = text.rfind("\n", 0, max(0, start - 1)) + 1
    return start > 0 and not text[above:start].strip(" \t\r\n") and not _DEPENDS.match(text, start)


def walls(tree: SyntaxTree) -> list[int]:
    """Return where a block starts that can be read without those above it, and those above it without it."""
    return [*_walls(tree.text, tree, top_blocks(tree))]


def _walls(text: str, tree: SyntaxTree, blocks: Iterator[Node]) -> Iterator[int]:
    for node in blocks:
        if not node.is_error and not node.start_point.column and is_wall(text, start := tree.offset(node.start_byte)):
            yield start


_STEPS = (0, 2, 6)
"""By how many more walls to look for the end of a fence that was opened, which closes the next one."""


@dataclass(frozen=True)
class MarkdownSlice:
    """What stands between two walls, read without the rest."""

    paragraphs: Sequence[ProseText]
    walls: Sequence[int]


@dataclass(frozen=True)
class SliceChange:
    """The place of a part, before an edit and after it."""

    old: Span
    new: Span
    above: int
    """How many walls there are up to its start, and `below` from its end on."""
    below: int


def around(walls: Sequence[int], edit: Span, after: str, by: int) -> Iterator[SliceChange]:
    """Yield what an edit may change: from one wall to another that both are walls in the text after it too, which is
    longer `by` so much. Then what it changes if something is open at the second one, up to those further below."""
    above = bisect_right(walls, edit.start)
    while above and not is_wall(after, walls[above - 1]):
        above -= 1
    start, last = walls[above - 1] if above else 0, bisect_right(walls, edit.end)
    for step in _STEPS:
        last = min(last + step, len(walls))
        while last < len(walls) and not is_wall(after, walls[last] + by):
            last += 1
        end = walls[last] + by if last < len(walls) else len(after)
        yield SliceChange(Span(start, end - by), Span(start, end), above, len(walls) - last)
        if last == len(walls):
            break


def part(text: str, span: Span) -> MarkdownSlice | None:
    """Return what is read between two walls of `text`; None when it isn't certain that the whole is read so."""
    source, at_end = text[span.start : span.end], span.end == len(text)
    if _LONE_RETURN.search(source) or (span.start and source.startswith("\ufeff")) or _is_in_front(text, span.start):
        return None
    shown = (source if not source or source.endswith("\n") else source + "\n") if at_end else source + _AFTER
    tree = parse(shown, "markdown")
    if tree is None or tree.root.has_error:
        return None
    blocks = [*top_blocks(tree)]
    if not at_end and (not blocks or not _is_after(tree, blocks.pop(), len(source))):
        return None
    has_front = any(block.type in FRONT_MATTER for block in blocks)
    if has_front if span.start else has_front != bool(_FRONT.match(source)):
        return None  # what looks like its start is one only at the top, if there is an end to it, however far below
    paragraphs = [
        paragraph.shifted(span.start)
        for paragraph in markdown_prose(tree, CancelToken())
        if paragraph.segments and paragraph.start < len(source)
    ]
    return MarkdownSlice(paragraphs, [wall + span.start for wall in _walls(shown, tree, iter(blocks))])


def _is_in_front(text: str, start: int) -> bool:
    """Tell whether the document begins as if with front matter, to which there is no end above `start`, or which may
    end in a last line that has no end."""
    opening = _FRONT.match(text)
    if opening is None or not start:
        return opening is not None and not text.endswith("\n")
    return re.compile(rf"^{re.escape(opening[1])}[ \t\r]*$", re.MULTILINE).search(text, opening.end(), start) is None


def _is_after(tree: SyntaxTree, node: Node, start: int) -> bool:
    """Tell whether it is the paragraph that was put below the source, by itself."""
    return (
        node.type == "paragraph" and tree.offset(node.start_byte) == start and (not start or is_wall(tree.text, start))
    )


def within(paragraphs: Sequence[ProseText], span: Span) -> slice:
    """Return which of them start in `span`."""
    return slice(
        bisect_left(paragraphs, span.start, key=lambda paragraph: paragraph.start),
        bisect_left(paragraphs, span.end, key=lambda paragraph: paragraph.start),
    )
