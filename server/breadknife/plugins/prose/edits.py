"""What an edit of a large document changes: the paragraphs that are to be looked at, while all others stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter

from breadknife.plugins.prose.results import DocumentFindings
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.extract import LONGEST
from breadknife.text.extract.markdown.walls import SliceChange, around, part, within
from breadknife.text.prose import ProseText
from breadknife.text.shifted import Offsets, Shifted

LARGE = 100_000
"""Code points of a document of which an edit's own paragraphs are answered before the rest is looked at again."""
_START: Callable[[ProseText], int] = attrgetter("start")


class Paragraphs(Shifted[ProseText]):
    def _key(self) -> Callable[[ProseText], int]:
        return _START

    def _moved(self, item: ProseText, by: int, /) -> ProseText:
        return item.shifted(by)


@dataclass(frozen=True)
class BlockChange:
    block: Span
    """In the text after it: outside of it everything was found before."""
    paragraphs: Sequence[ProseText]
    """All of the text after it."""
    fresh: Sequence[ProseText]
    """Those of the block."""
    walls: Sequence[int]


def find_change(before: DocumentFindings, edit: TextEdit, document: Document) -> BlockChange | None:
    """Return the change that an edit makes of a large Markdown document, without a look at all of it; None if that is
    needed, or nothing changes."""
    old, new = before.document.text, document.text
    if document.language != "markdown" or not is_of_large(before, edit, document):
        return None
    places = around(before.walls, edit.span, new, len(new) - len(old))
    short = takewhile(lambda place: max(len(place.old), len(place.new)) <= LONGEST, places)
    return next((change for place in short if (change := _change_of(place, before, new)) is not None), None)


def _change_of(place: SliceChange, before: DocumentFindings, after: str) -> BlockChange | None:
    new = part(after, place.new)
    if new is None:
        return None
    paragraphs = before.paragraphs if isinstance(before.paragraphs, Paragraphs) else Paragraphs(before.paragraphs)
    walls = before.walls if isinstance(before.walls, Offsets) else Offsets(before.walls)
    replaced, below = within(paragraphs, place.old), len(walls) - place.below
    old = part(before.document.text, place.old)
    # What reads alone as it reads in its place depends on nothing else, and nothing else on it.
    if old is None or [*old.paragraphs] != [*paragraphs[replaced]] or [*old.walls] != [*walls[place.above : below]]:
        return None
    by = len(place.new) - len(place.old)
    return BlockChange(
        place.new,
        paragraphs.spliced(replaced.start, replaced.stop, new.paragraphs, by),
        new.paragraphs,
        walls.spliced(place.above, below, new.walls, by),
    )


def compare(
    before: DocumentFindings, edit: TextEdit, paragraphs: Sequence[ProseText], walls: Sequence[int]
) -> BlockChange:
    """Return the same, where all of the new text has been read."""
    by, old = len(edit.new_text) - len(edit.span), before.paragraphs
    most = min(len(old), len(paragraphs))
    first = _count_equal(zip(old, paragraphs, strict=False))
    shifted = (paragraph.shifted(by) for paragraph in reversed(old))
    last = min(most - first, _count_equal(zip(shifted, reversed(paragraphs), strict=False)))
    replaced, fresh = old[first : len(old) - last], paragraphs[first : len(paragraphs) - last]
    start = min([edit.span.start, *(paragraph.start for paragraph in (*replaced[:1], *fresh[:1]))])
    # A paragraph may lie in another one.
    ends = [*(paragraph.end + by for paragraph in replaced), *(paragraph.end for paragraph in fresh)]
    return BlockChange(Span(start, max([edit.span.end + by, start, *ends])), paragraphs, fresh, walls)


def is_of_large(before: DocumentFindings, edit: TextEdit, document: Document) -> bool:
    """Tell whether a large document has changed."""
    return min(len(before.document.text), len(document.text)) >= LARGE and bool(edit.span or edit.new_text)


def _count_equal(pairs: Iterable[tuple[ProseText, ProseText]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
