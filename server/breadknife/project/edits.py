"""Remembers which lines were edited recently, from the successive texts of the open documents."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.text.syntax import difference

EDITS = 20
"""The most edits that are remembered."""
LINES = 30
"""A change of more lines is a formatter's or git's, not a person's: the edits that it touches are forgotten."""
NEAR = 1
"""Edits with at most so many lines between them are joined."""


@dataclass(frozen=True)
class LineEdit:
    """Lines of a text that were changed: from line `start` on, they were `before` and now are `after`."""

    key: str
    """The text's."""
    start: int
    """Counted from 0, in the text as it is now."""
    before: tuple[str, ...]
    """The lines with their ends."""
    after: tuple[str, ...]
    at: float
    """When the last change was made, as `time.monotonic()` returns it."""

    @property
    def end(self) -> int:
        """The line after the last changed one, in the text as it is now."""
        return self.start + len(self.after)


class RecentEdits:
    """The recent edits of all open documents. Edits near each other are joined to one, from the text before the first
    of them to the text now. Safe to use from several threads."""

    def __init__(self) -> None:
        self._edits: tuple[LineEdit, ...] = ()
        """Newest first."""
        self._lock = threading.Lock()

    def newest(self) -> Sequence[LineEdit]:
        """Return the edits, newest first."""
        return self._edits

    def changed(self, key: str, old: str, new: str, at: float) -> None:
        """Note that the text with this key was `old` and is now `new`. `at` is the time, as `time.monotonic()` returns
        it."""
        change = difference(old, new)
        if change.span.start == change.span.end and not change.new_text:
            return
        first_line = old.count("\n", 0, change.span.start)
        # The changed lines of `old` are those from `first_line` up to `end_line`, without it.
        end_line = first_line + old.count("\n", change.span.start, change.span.end) + 1
        lines_added = change.new_text.count("\n") - (end_line - 1 - first_line)
        with self._lock:
            of_text = [edit for edit in self._edits if edit.key == key]
            joined = _touching(of_text, first_line - NEAR, end_line + NEAR)
            edits = [
                replace(edit, start=edit.start + lines_added) if edit.key == key and edit.start >= end_line else edit
                for edit in self._edits
                if edit not in joined
            ]
            start = min([first_line, *(edit.start for edit in joined)])
            end = max([end_line, *(edit.end for edit in joined)])
            if max(end - start, end - start + lines_added) <= LINES:
                # Before the change both texts are the same, so this offset is right in both.
                offset = _start_of_line_above(old, change.span.start, first_line - start)
                before = _undone(_lines(old, offset, end - start), start, joined)
                after = tuple(_lines(new, offset, end - start + lines_added))
                edit = _trimmed(LineEdit(key, start, before, after, at))
                if edit.before != edit.after and len(edit.before) <= LINES:
                    edits.insert(0, edit)
            self._edits = tuple(edits[:EDITS])


def _touching(edits: list[LineEdit], start: int, end: int) -> list[LineEdit]:
    """Return the edits that touch the lines from `start` up to `end`, and those that are near to these in turn."""
    touching: list[LineEdit] = []
    while more := [edit for edit in edits if edit not in touching and edit.start <= end and start <= edit.end]:
        touching += more
        start = min(start, *(edit.start - NEAR for edit in more))
        end = max(end, *(edit.end + NEAR for edit in more))
    return touching


def _undone(lines: list[str], start: int, edits: list[LineEdit]) -> tuple[str, ...]:
    """Return lines as they were before the edits. `lines` are those of the text from line `start` on; the list is
    changed."""
    # From the last edit to the first, since undoing one moves the lines below it.
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        lines[edit.start - start : edit.end - start] = edit.before
    return tuple(lines)


def _trimmed(edit: LineEdit) -> LineEdit:
    """Return the edit without the lines at its beginning and end that are the same before and after."""
    before, after = edit.before, edit.after
    shorter = min(len(before), len(after))
    same_first = 0
    while same_first < shorter and before[same_first] == after[same_first]:
        same_first += 1
    same_last = 0
    while same_last < shorter - same_first and before[-1 - same_last] == after[-1 - same_last]:
        same_last += 1
    return replace(
        edit,
        start=edit.start + same_first,
        before=before[same_first : len(before) - same_last],
        after=after[same_first : len(after) - same_last],
    )


def _start_of_line_above(text: str, offset: int, lines: int) -> int:
    """Return the offset where the line begins that is so many lines above the one at `offset`."""
    start = text.rfind("\n", 0, offset) + 1
    for _ in range(lines):
        start = text.rfind("\n", 0, start - 1) + 1  # `start - 1` is the end of the line above
    return start


def _lines(text: str, start: int, count: int) -> list[str]:
    """Return `count` lines with their ends, the first of which begins at the offset `start`."""
    lines: list[str] = []
    for _ in range(count):
        end = text.find("\n", start) + 1 or len(text)
        lines.append(text[start:end])
        start = end
    return lines
