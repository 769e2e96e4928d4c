"""Finds the paragraphs that an edit of a large document changes, so that only they are checked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter

from breadknife.plugins.prose.results import DocumentFindings
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.extract import LONGEST
from breadknife.text.extract.markdown.slices import SliceChange, changed_slices, paragraphs_starting_in, read_slice
from breadknife.text.prose import ProseText
from breadknife.text.shifted import Offsets, Shifted

LARGE = 100_000
"""Code points from which on a document is large: after an edit its changed paragraphs are checked at once, the rest
later."""
_START: Callable[[ProseText], int] = attrgetter("start")


class Paragraphs(Shifted[ProseText]):
    """Paragraphs in the order of the source, in which replacing some of them is quick: those below are moved lazily."""

    def _key(self) -> Callable[[ProseText], int]:
        return _START

    def _moved(self, item: ProseText, by: int, /) -> ProseText:
        return item.shifted(by)


@dataclass(frozen=True)
class BlockChange:
    """What an edit changes in a document."""

    block: Span
    """The part of the new text that the edit may have changed. All paragraphs outside of it are as before."""
    paragraphs: Sequence[ProseText]
    """All paragraphs of the new text."""
    fresh: Sequence[ProseText]
    """The paragraphs of the block."""
    block_starts: Sequence[int]
    """All offsets of the new text at which it may be cut, to read the slice between two of them alone."""


def find_change(before: DocumentFindings, edit: TextEdit, document: Document) -> BlockChange | None:
    """Return what an edit changes in a large Markdown document, by reading a slice around it alone.

    None if all of the document must be read to know, if it isn't large, or if nothing changes.
    """
    old, new = before.document.text, document.text
    if document.language != "markdown" or not changes_large_document(before, edit, document):
        return None
    changes = changed_slices(before.block_starts, edit.span, new, len(new) - len(old))
    short = takewhile(lambda change: max(len(change.old), len(change.new)) <= LONGEST, changes)
    return next((block for change in short if (block := _block_change(change, before, new)) is not None), None)


def _block_change(change: SliceChange, before: DocumentFindings, after: str) -> BlockChange | None:
    """Return the change of a slice, if it reads alone as it does within its document, before and after; else None."""
    new = read_slice(after, change.new)
    if new is None:
        return None
    paragraphs = before.paragraphs if isinstance(before.paragraphs, Paragraphs) else Paragraphs(before.paragraphs)
    block_starts = before.block_starts if isinstance(before.block_starts, Offsets) else Offsets(before.block_starts)
    first_below = len(block_starts) - change.below
    replaced = paragraphs_starting_in(paragraphs, change.old)
    old = read_slice(before.document.text, change.old)
    # If the old slice alone gives what it gave within the document, it depends on nothing around it.
    if old is None or [*old.paragraphs] != [*paragraphs[replaced]]:
        return None
    if [*old.block_starts] != [*block_starts[change.above : first_below]]:
        return None
    growth = len(change.new) - len(change.old)  # everything below the slice moves by it
    return BlockChange(
        block=change.new,
        paragraphs=paragraphs.spliced(replaced.start, replaced.stop, new.paragraphs, growth),
        fresh=new.paragraphs,
        block_starts=block_starts.spliced(change.above, first_below, new.block_starts, growth),
    )


def compare(
    before: DocumentFindings, edit: TextEdit, paragraphs: Sequence[ProseText], block_starts: Sequence[int]
) -> BlockChange:
    """Return the change between two full readings: `paragraphs` and `block_starts` are those of the new text.

    The paragraphs that are equal at the start, and (moved by what the edit adds) at the end, have not changed.
    """
    growth, old = len(edit.new_text) - len(edit.span), before.paragraphs
    equal_above = _count_equal(zip(old, paragraphs, strict=False))
    moved = (paragraph.shifted(growth) for paragraph in reversed(old))
    equal_below = _count_equal(zip(moved, reversed(paragraphs), strict=False))
    # Of three equal paragraphs where there were two, the same one may be equal from above and from below.
    equal_below = min(equal_below, len(old) - equal_above, len(paragraphs) - equal_above)
    replaced = old[equal_above : len(old) - equal_below]
    fresh = paragraphs[equal_above : len(paragraphs) - equal_below]
    start = min([edit.span.start, *(paragraph.start for paragraph in (*replaced[:1], *fresh[:1]))])
    # All ends, not only the last one's: a paragraph may lie in another one.
    ends = [*(paragraph.end + growth for paragraph in replaced), *(paragraph.end for paragraph in fresh)]
    return BlockChange(Span(start, max([edit.span.end + growth, start, *ends])), paragraphs, fresh, block_starts)


def changes_large_document(before: DocumentFindings, edit: TextEdit, document: Document) -> bool:
    """Tell whether the document is large before and after the edit, and the edit isn't empty."""
    return min(len(before.document.text), len(document.text)) >= LARGE and bool(edit.span or edit.new_text)


def _count_equal(pairs: Iterable[tuple[ProseText, ProseText]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
