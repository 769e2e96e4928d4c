"""Which headings a place of a page is below."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.chunking.sentences import TextUnit
from breadknife.plugins.shelf.values import HEADING

_DEEPEST = 9
"""Headings of a path, at most; a page has no more levels."""


@dataclass(frozen=True)
class SectionHeading:
    title: str
    """Cleaned."""
    level: int
    """See `TextUnit.level`."""


class HeadingPath:
    """The headings above a place that moves down a page, from the page's own to the nearest."""

    def __init__(self, page: str, headings: tuple[SectionHeading, ...] = ()) -> None:
        """`page` is the stored text of the page."""
        self._page = page
        self.headings = headings

    def pass_by(self, unit: TextUnit) -> None:
        """Move below a unit of the page. What only looks like a heading is one if a capital or a digit begins it."""
        if not unit.level:
            return
        title = clean(self._page[unit.span.start : unit.span.end])
        is_marked = self._page[unit.span.start] == HEADING
        if is_marked or title[:1].isupper() or title[:1].isdecimal():
            above = tuple(heading for heading in self.headings if heading.level < unit.level)
            self.headings = (*above, SectionHeading(title, unit.level))[-_DEEPEST:]


def written(headings: tuple[SectionHeading, ...]) -> str:
    """Return headings as the index has them: a line for each, with its level in marks before it."""
    return "\n".join(HEADING * heading.level + heading.title for heading in headings)


def read(headings: str) -> tuple[SectionHeading, ...]:
    """Return the headings that `written` has made a text of."""
    lines = headings.split("\n") if headings else ()
    return tuple(SectionHeading(line.lstrip(HEADING), len(line) - len(line.lstrip(HEADING))) for line in lines)
