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
"""Code points from which on a document is large: the paragraphs of an edit are checked before the rest of it."""
_START: Callable[[ProseText], int] = attrgetter("start")


class Paragraphs(Shifted[ProseText]):
    def _key(self) -> Callable[[ProseText], int]:
        return _START

    def _moved(self, item: ProseText, by: int, /) -> ProseText:
        return item.shifted(by)


@dataclass(frozen=True)
class BlockChange:
    """What an edit changes in a document."""

    block: Span
    """In the new text. Everything outside has been checked before."""
    paragraphs: Sequence[ProseText]
    """All of the new text."""
    fresh: Sequence[ProseText]
    """Those of the block."""
    block_starts: Sequence[int]
    """All of the new text: offsets at which a document may be cut to read a slice alone."""


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
    """Return the change, if both slices read alone as they do within their documents; else None."""
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
    by = len(change.new) - len(change.old)
    return BlockChange(
        change.new,
        paragraphs.spliced(replaced.start, replaced.stop, new.paragraphs, by),
        new.paragraphs,
        block_starts.spliced(change.above, first_below, new.block_starts, by),
    )


def compare(
    before: DocumentFindings, edit: TextEdit, paragraphs: Sequence[ProseText], block_starts: Sequence[int]
) -> BlockChange:
    """Return the change between two full readings, whose paragraphs and block starts are given for the new text."""
    by, old = len(edit.new_text) - len(edit.span), before.paragraphs
    most = min(len(old), len(paragraphs))
    first = _count_equal(zip(old, paragraphs, strict=False))
    shifted = (paragraph.shifted(by) for paragraph in reversed(old))
    last = min(most - first, _count_equal(zip(shifted, reversed(paragraphs), strict=False)))
    replaced, fresh = old[first : len(old) - last], paragraphs[first : len(paragraphs) - last]
    start = min([edit.span.start, *(paragraph.start for paragraph in (*replaced[:1], *fresh[:1]))])
    # A paragraph may lie in another one.
    ends = [*(paragraph.end + by for paragraph in replaced), *(paragraph.end for paragraph in fresh)]
    return BlockChange(Span(start, max([edit.span.end + by, start, *ends])), paragraphs, fresh, block_starts)


def changes_large_document(before: DocumentFindings, edit: TextEdit, document: Document) -> bool:
    """Tell whether the document is large before and after the edit, and the edit isn't empty."""
    return min(len(before.document.text), len(document.text)) >= LARGE and bool(edit.span or edit.new_text)


def _count_equal(pairs: Iterable[tuple[ProseText, ProseText]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
