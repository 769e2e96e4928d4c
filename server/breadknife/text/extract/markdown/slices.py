"""Reads a slice of a Markdown document without the rest.

A slice lies between two block starts: lines at which a block starts whatever stands above, such as a paragraph after a
blank line, but not a list item, which may go on with a list above.
"""

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


def is_block_start(text: str, start: int) -> bool:
    """Tell whether the line at `start` begins a block whatever stands above it, unless a fence or a comment is open."""
    above = text.rfind("\n", 0, max(0, start - 1)) + 1
    return start > 0 and not text[above:start].strip(" \t\r\n") and not _DEPENDS.match(text, start)


def block_starts(tree: SyntaxTree) -> list[int]:
    """Return the offsets of the block starts, ascending."""
    return [*_block_starts(tree.text, tree, top_blocks(tree))]


def _block_starts(text: str, tree: SyntaxTree, blocks: Iterator[Node]) -> Iterator[int]:
    for node in blocks:
        if (
            not node.is_error
            and not node.start_point.column
            and is_block_start(text, start := tree.offset(node.start_byte))
        ):
            yield start


_STEPS = (0, 2, 6)
"""Block starts by which a slice grows, if an edit has opened a fence, which ends where the next one began."""


@dataclass(frozen=True)
class MarkdownSlice:
    """What a slice has, as it is read alone; offsets are the document's."""

    paragraphs: Sequence[ProseText]
    block_starts: Sequence[int]


@dataclass(frozen=True)
class SliceChange:
    """A slice before an edit and after it."""

    old: Span
    new: Span
    above: int
    """Block starts up to the slice's start."""
    below: int
    """Block starts from the slice's end on."""


def changed_slices(block_starts: Sequence[int], edit: Span, after: str, by: int) -> Iterator[SliceChange]:
    """Yield slices that an edit may change, the smallest first; the next ones count if the edit opens a fence.

    `block_starts` are those before the edit, `after` is the text after it, which is `by` code points longer. Both ends
    of a slice are block starts in either text.
    """
    above = bisect_right(block_starts, edit.start)
    while above and not is_block_start(after, block_starts[above - 1]):
        above -= 1
    start, last = block_starts[above - 1] if above else 0, bisect_right(block_starts, edit.end)
    for step in _STEPS:
        last = min(last + step, len(block_starts))
        while last < len(block_starts) and not is_block_start(after, block_starts[last] + by):
            last += 1
        end = block_starts[last] + by if last < len(block_starts) else len(after)
        yield SliceChange(Span(start, end - by), Span(start, end), above, len(block_starts) - last)
        if last == len(block_starts):
            break


def read_slice(text: str, span: Span) -> MarkdownSlice | None:
    """Return what a slice of `text` has; None if it might be read otherwise within the whole document."""
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
    return MarkdownSlice(paragraphs, [start + span.start for start in _block_starts(shown, tree, iter(blocks))])


def _is_in_front(text: str, start: int) -> bool:
    """Tell whether the document begins as if with front matter, to which there is no end above `start`, or which may
    end in a last line that has no end."""
    opening = _FRONT.match(text)
    if opening is None or not start:
        return opening is not None and not text.endswith("\n")
    return re.compile(rf"^{re.escape(opening[1])}[ \t\r]*$", re.MULTILINE).search(text, opening.end(), start) is None


def _is_after(tree: SyntaxTree, node: Node, start: int) -> bool:
    """Tell whether `node` is `_AFTER`, the paragraph that was added below the source, by itself."""
    return (
        node.type == "paragraph"
        and tree.offset(node.start_byte) == start
        and (not start or is_block_start(tree.text, start))
    )


def paragraphs_starting_in(paragraphs: Sequence[ProseText], span: Span) -> slice:
    """Return which paragraphs start in `span`."""
    return slice(
        bisect_left(paragraphs, span.start, key=lambda paragraph: paragraph.start),
        bisect_left(paragraphs, span.end, key=lambda paragraph: paragraph.start),
    )
