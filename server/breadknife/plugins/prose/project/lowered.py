"""A text in lower case, to be searched at the places of the text itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from breadknife.text.document import TextEdit

_FINAL = "Σ"
"""The one letter whose lower case depends on what stands around it."""


@dataclass(frozen=True)
class _Before:
    """The lower case of an earlier version, and how much of its start and of its end is still there."""

    text: str
    head: int
    """Characters at the start that are as they were."""
    tail: int
    """Characters at the end that are as they were."""


class Lowered:
    """A text's lower case. It is made when it is first asked for, and of a large text only where an edit changed it."""

    def __init__(self, source: str, before: _Before | None = None) -> None:
        self._source = source
        self._before = before

    @cached_property
    def text(self) -> str:
        """The source in lower case; the source itself where that has another length, so that offsets agree."""
        before, source = self._before, self._source
        if before is not None and _FINAL not in source:
            end = len(source) - before.tail
            new = source[before.head : end].lower()
            if len(new) == end - before.head:
                return "".join((before.text[: before.head], new, before.text[len(before.text) - before.tail :]))
        lower = source.lower()
        return lower if len(lower) == len(source) else source

    def after(self, edit: TextEdit, source: str) -> Lowered:
        """Return the lower case of `source`, the text that an edit has made of this one."""
        head, tail = edit.span.start, len(self._source) - edit.span.end
        if (text := self.__dict__.get("text", self._source)) is not self._source:
            return Lowered(source, _Before(text, head, tail))
        if "text" in self.__dict__ or self._before is None:
            return Lowered(source)
        before = self._before
        return Lowered(source, _Before(before.text, min(before.head, head), min(before.tail, tail)))
