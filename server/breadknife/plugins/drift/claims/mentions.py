"""Finds what a line of documentation names: words that are code by how they are written, numbers, quoted strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z_$][\w$]*|\d+(?:\.\d+)*")
_CODE_LOOK = re.compile(r"\w_\w|^_\w|[a-z\d][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]\d")
_NO_VOWEL = re.compile(r"(?<![/-])[b-df-hj-np-tv-xz]{2,}(?![\w/-])")
_QUOTED = re.compile(r"(`+)([^`\n]+)\1|(?<!\w)\"([^\"\n]+)\"|(?<!\w)'([^'\n]+)'(?!\w)")
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Mention:
    """A word or a number in a line."""

    text: str
    start: int
    end: int
    """Columns in the line."""
    is_code: bool
    """Its form says that it names something of the code: backticks, an underscore, capitals inside, no vowel, a call,
    a flag."""


def mentions(line: str) -> Iterator[Mention]:
    """Yield the words and numbers of a line of documentation, in its order. Links aren't read."""
    line = _LINK.sub(lambda match: " " * len(match[0]), line)
    quoted = [(match.start(), match.end(), match[1] is not None) for match in _QUOTED.finditer(line)]
    for match in _WORD.finditer(line):
        start, end = match.span()
        is_quoted = any(
            first < start and end < last and (backticks or (first, last) == (start - 1, end + 1))
            for first, last, backticks in quoted
        )
        before, after = line[max(0, start - 2) : start], line[end : end + 1]
        if before.endswith("@") and not line[: start - 1].strip():
            continue  # a tag of documentation
        is_code = (
            is_quoted
            or _CODE_LOOK.search(match[0]) is not None
            or _NO_VOWEL.match(line, start) is not None
            or after == "("
            or before.endswith(("--", "@", "$", "::"))
        )
        yield Mention(match[0], start, end, is_code)


def quoted_strings(line: str) -> Iterator[tuple[str, int, int]]:
    """Yield what stands in quotes or backticks, with its columns."""
    for match in _QUOTED.finditer(line):
        group = next(n for n in (2, 3, 4) if match[n] is not None)
        yield match[group], match.start(group), match.end(group)
