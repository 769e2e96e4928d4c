"""The places that were edited lately, from the successive texts of the open documents."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.text.syntax import difference

EDITS = 20
"""Places that are remembered."""
LINES = 30
"""A change of more lines is a formatter's or git's, not a person's: it ends what was remembered of its place."""
NEAR = 1
"""Edits with so many lines between them are one."""


@dataclass(frozen=True)
class LineEdit:
    """Lines `start` (0-based) and following of `key`'s text were `before` and are `after`; each ends as in the file."""

    key: str
    start: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    at: float

    @property
    def end(self) -> int:
        """The line after the last changed one, in the text as it is."""
        return self.start + len(self.after)


class RecentEdits:
    """Edits of one place are one edit, from the text before the first of them to the text now. Safe to use from
    several threads."""

    def __init__(self) -> None:
        self._edits: tuple[LineEdit, ...] = ()
        """Newest first."""
        self._lock = threading.Lock()

    def newest(self) -> Sequence[LineEdit]:
        return self._edits

    def changed(self, key: str, old: str, new: str, at: float) -> None:
        """Note that `key`'s text was `old` and is `new`, at a time of `time.monotonic()`."""
        change = difference(old, new)
        if change.span.start == change.span.end and not change.new_text:
            return
        first = old.count("\n", 0, change.span.start)
        last = first + old.count("\n", change.span.start, change.span.end)
        grown = change.new_text.count("\n") - (last - first)
        with self._lock:
            here = [each for each in self._edits if each.key == key]
            joined = _touching(here, first - NEAR, last + 1 + NEAR)
            others = [each for each in self._edits if each not in joined]
            moved = [
                replace(each, start=each.start + grown) if each.key == key and each.start > last else each
                for each in others
            ]
            start = min([first, *(each.start for each in joined)])
            end = max([last + 1, *(each.end for each in joined)])
            if end + grown - start <= LINES and end - start <= LINES:
                above = _line_above(old, change.span.start, first - start)  # where both texts are still the same
                before = _undone(_lines(old, above, end - start), start, joined)
                now = tuple(_lines(new, above, end + grown - start))
                edit = _trimmed(LineEdit(key, start, before, now, at))
                if edit.before != edit.after and len(edit.before) <= LINES:
                    moved.insert(0, edit)
            self._edits = tuple(moved[:EDITS])


def _touching(edits: list[LineEdit], start: int, end: int) -> list[LineEdit]:
    """Return the edits that touch the lines from `start` up to `end`, and those that touch these in turn."""
    found: list[LineEdit] = []
    while more := [each for each in edits if each not in found and each.start <= end and start <= each.end]:
        found += more
        start = min(start, *(each.start - NEAR for each in more))
        end = max(end, *(each.end + NEAR for each in more))
    return found


def _undone(lines: list[str], start: int, edits: list[LineEdit]) -> tuple[str, ...]:
    """Return the lines from `start` on as they were before the edits."""
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        lines[edit.start - start : edit.end - start] = edit.before
    return tuple(lines)


def _trimmed(edit: LineEdit) -> LineEdit:
    """Return the edit without the lines at both ends that are as they were."""
    before, after = edit.before, edit.after
    first, most = 0, min(len(before), len(after))
    while first < most and before[first] == after[first]:
        first += 1
    last = 0
    while last < most - first and before[-1 - last] == after[-1 - last]:
        last += 1
    before, after = before[first : len(before) - last], after[first : len(after) - last]
    return replace(edit, start=edit.start + first, before=before, after=after)


def _line_above(text: str, offset: int, lines: int) -> int:
    """Return where the line begins that stands so many above the one at `offset`."""
    at = text.rfind("\n", 0, offset) + 1
    for _ in range(lines):
        at = text.rfind("\n", 0, at - 1) + 1
    return at


def _lines(text: str, at: int, count: int) -> list[str]:
    """Return so many lines from the one that begins at `at`, their ends included."""
    lines: list[str] = []
    for _ in range(count):
        stop = text.find("\n", at) + 1 or len(text)
        lines.append(text[at:stop])
        at = stop
    return lines
