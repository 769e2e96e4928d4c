"""What somebody has changed on a line, as a pattern: what went, what came, and as much around it as tells it from other
places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from breadknife.text.document import common_prefix, common_suffix

LONGEST_LINE = 400
"""Characters of a line that is looked at: longer ones are data."""
FEWEST_CHARACTERS = 3
"""The fewest letters and digits of what went that tell it from others without its neighbours."""
AFTER = 3
"""The most tokens after a change that belong to its pattern, up to the end of a word."""

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_NAME = re.compile(r"[^\W\d]\w*")
_WORD = re.compile(r"\w+")


class Kind(StrEnum):
    RENAME = "rename"
    """One name has become another one."""
    REPLACE = "replace"
    """Other words stand there."""
    INSERT = "insert"
    """Something was added."""
    SIGNS = "signs"
    """Other signs stand there."""


@dataclass(frozen=True)
class Change:
    """A change of one line that may be made on others, too. Equal changes do the same."""

    kind: Kind
    gone: str
    came: str
    left: str
    """What must stand before `gone`: empty where `gone` tells enough by itself."""
    right: str
    """What must stand after it."""

    def applied(self, line: str) -> str | None:
        """Return a line with this change at each place that fits; None if there is none."""
        if len(line) > LONGEST_LINE:
            return None
        found, replacement = self.left + self.gone + self.right, self.left + self.came + self.right
        begin, end = (r"\b" if _WORD.match(char) else "" for char in (found[:1], found[-1:]))
        new = re.sub(f"{begin}{re.escape(found)}{end}", lambda _: replacement, line)
        return new if new != line else None


def change_of(before: str, after: str) -> Change | None:
    """Return the change that made one line of another; None if it only has to do with blanks, or with that place."""
    if before == after or max(len(before), len(after)) > LONGEST_LINE:
        return None
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = common_prefix(old, new)
    end = common_suffix(old, new, start)
    gone, came = old[start : len(old) - end], new[start : len(new) - end]
    if not "".join(gone + came).strip():
        return None
    kind, left, right = _kind(gone, came), "", ""
    if kind in (Kind.INSERT, Kind.SIGNS) or sum(map(len, filter(_WORD.match, gone))) < FEWEST_CHARACTERS:
        left, right = _before(old, start), _after(old, len(old) - end)
        if kind is Kind.INSERT and not _WORD.search(left):
            return None
    return Change(kind, "".join(gone), "".join(came), left, right)


def _kind(gone: Sequence[str], came: Sequence[str]) -> Kind:
    if len(gone) == len(came) == 1 and _NAME.fullmatch(gone[0]) and _NAME.fullmatch(came[0]):
        return Kind.RENAME
    if any(map(_WORD.match, gone)):
        return Kind.REPLACE
    return Kind.SIGNS if "".join(gone).strip() else Kind.INSERT


def _before(tokens: Sequence[str], end: int) -> str:
    """Return what stands before a change back to the nearest word."""
    start = end
    while start > 0 and not any(map(_WORD.match, tokens[start:end])):
        start -= 1
    return "".join(tokens[start:end])


def _after(tokens: Sequence[str], start: int) -> str:
    """Return what stands after a change up to the nearest word, if that isn't far."""
    end = start
    while end < min(start + AFTER, len(tokens)) and not any(map(_WORD.match, tokens[start:end])):
        end += 1
    return "".join(tokens[start:end])
