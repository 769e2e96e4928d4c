"""What an edit of a large document changes: the paragraphs that are to be looked at, while all others stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter

from breadknife.plugins.prose.continuity import Told
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
class Change:
    block: Span
    """In the text after it: outside of it everything was told."""
    paragraphs: Sequence[ProseText]
    """All of the text after it."""
    fresh: Sequence[ProseText]
    """Those of the block."""
    walls: Sequence[int]


def change(told: Told, edit: TextEdit, document: Document) -> Change | None:
    """Return the change that an edit makes of a large Markdown document, without a look at all of it; None if that is
    needed, or nothing changes."""
    before, after = told.document.text, document.text
    if document.language != "markdown" or not is_of_large(told, edit, document):
        return None
    places = around(told.walls, edit.span, after, len(after) - len(before))
    short = takewhile(lambda each: max(len(each.old), len(each.new)) <= LONGEST, places)
    return next((found for each in short if (found := _at(each, told, after)) is not None), None)


def _at(place: SliceChange, told: Told, after: str) -> Change | None:
    new = part(after, place.new)
    if new is None:
        return None
    paragraphs = told.paragraphs if isinstance(told.paragraphs, Paragraphs) else Paragraphs(told.paragraphs)
    walls = told.walls if isinstance(told.walls, Offsets) else Offsets(told.walls)
    were, below = within(paragraphs, place.old), len(walls) - place.below
    old = part(told.document.text, place.old)
    # What reads alone as it reads in its place depends on nothing else, and nothing else on it.
    if old is None or [*old.paragraphs] != [*paragraphs[were]] or [*old.walls] != [*walls[place.above : below]]:
        return None
    by = len(place.new) - len(place.old)
    return Change(
        place.new,
        paragraphs.spliced(were.start, were.stop, new.paragraphs, by),
        new.paragraphs,
        walls.spliced(place.above, below, new.walls, by),
    )


def compared(told: Told, edit: TextEdit, paragraphs: Sequence[ProseText], walls: Sequence[int]) -> Change:
    """Return the same, where all of the new text has been read."""
    by = len(edit.new_text) - len(edit.span)
    most = min(len(told.paragraphs), len(paragraphs))
    first = _alike(zip(told.paragraphs, paragraphs, strict=False))
    shifted = _shifted(reversed(told.paragraphs), by)
    last = min(most - first, _alike(zip(shifted, reversed(paragraphs), strict=False)))
    were, fresh = told.paragraphs[first : len(told.paragraphs) - last], paragraphs[first : len(paragraphs) - last]
    starts = [each.start for each in (*were[:1], *fresh[:1])]
    ends = [*(each.end + by for each in were), *(each.end for each in fresh)]  # one may lie in another
    start = min([edit.span.start, *starts])
    return Change(Span(start, max([edit.span.end + by, start, *ends])), paragraphs, fresh, walls)


def is_of_large(told: Told, edit: TextEdit, document: Document) -> bool:
    """Tell whether a large document has changed."""
    return min(len(told.document.text), len(document.text)) >= LARGE and bool(edit.span or edit.new_text)


def _alike(pairs: Iterable[tuple[ProseText, ProseText]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _shifted(paragraphs: Iterable[ProseText], by: int) -> Iterator[ProseText]:
    return (each.shifted(by) for each in paragraphs)
