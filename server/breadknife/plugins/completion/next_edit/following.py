"""Next edit: after a change, the next line below on which the same change follows. A rule; it asks no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.next_edit.change import Change, change_of
from breadknife.plugins.completion.next_edit.likelihood import MARGIN, OtherLine
from breadknife.text.document import Document, Span, TextEdit, common_prefix, common_suffix
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import SyntaxTree, changed_tree

MOST_LINES = 6
"""Lines of an edit: what replaces more is no small change."""
MOST_DOCUMENT_LINES = 20_000
"""Lines of a document that are looked at."""


@dataclass(frozen=True)
class Edit:
    """Lines of a document that were changed: from line `line` on (from 0) they were `before` and are `after`."""

    line: int
    before: Sequence[str]
    after: Sequence[str]

    @property
    def changed_lines(self) -> Iterator[tuple[int, str, str]]:
        """Yield each line's number, the line as it was and as it is, if there are as many now as before, the last
        first."""
        if len(self.before) == len(self.after) <= MOST_LINES:
            numbers = range(self.line, self.line + len(self.after))
            yield from reversed([*zip(numbers, self.before, self.after, strict=True)])


@dataclass(frozen=True)
class Following:
    """A line on which the newest change fits as well."""

    place: OtherLine
    number: int
    """The line's, from 0."""
    changed: int
    """The number of the line that was changed."""


def following_edit(document: Document, tree: SyntaxTree | None, edits: Sequence[Edit]) -> TextEdit | None:
    """Return the edit that makes the newest change on the next line below, if it is likely to come there; else None.

    `edits` are the document's recent ones, the newest first. The document must parse no worse with it, and the place
    must be code, a comment or a string as the changed one is.
    """
    following = following_line(document, edits)
    if following is None or following.place.likelihood < MARGIN:
        return None
    edit = _edit_of(document, following)
    if edit is None or tree is None:
        return edit
    after, changed = changed_tree(tree, edit), document.line_starts[following.changed]
    own = changed + common_prefix(following.place.before, following.place.after)
    regions = {CursorContext(document, offset, tree).region for offset in (own, edit.span.start)}
    return edit if after and parses_no_worse(tree, after) and len(regions) == 1 else None


def following_line(document: Document, edits: Sequence[Edit]) -> Following | None:
    """Return the next line below the newest edit on which one of its changes fits, however likely."""
    there = [edit for edit in edits if stands(document, edit)]
    if not there or document.line_count > MOST_DOCUMENT_LINES:
        return None
    newest = there[0]
    own = range(newest.line, newest.line + len(newest.after))
    times = Counter(change_of(before, after) for edit in there for _, before, after in edit.changed_lines)
    for changed, before, after in newest.changed_lines:
        change = change_of(before, after)
        numbers = _lines_that_fit(document, change, own) if change else []
        if change and numbers:
            below = next((number for number in numbers if number >= own.stop), None)
            if below is None:
                return None
            line, distance = document.line_text(below), below - newest.line
            place = OtherLine(change, before, after, line, distance, times[change], len(numbers))
            return Following(place, below, changed)
    return None


def _lines_that_fit(document: Document, change: Change, own: range) -> list[int]:
    """Return the lines on which a change could be made, without the edit's own."""
    numbers = (number for number in range(document.line_count) if number not in own)
    return [number for number in numbers if change.applied(document.line_text(number)) is not None]


def stands(document: Document, edit: Edit) -> bool:
    """Tell whether the document has the edit as it says."""
    numbers = range(edit.line, edit.line + len(edit.after))
    return numbers.stop <= document.line_count and [document.line_text(n) for n in numbers] == [*edit.after]


def _edit_of(document: Document, following: Following) -> TextEdit | None:
    line = following.place.line
    new = following.place.change.applied(line)
    if new is None:
        return None
    start = common_prefix(line, new)
    end = common_suffix(line, new, start)
    at = document.line_starts[following.number]
    return TextEdit(Span(at + start, at + len(line) - end), new[start : len(new) - end])
