"""Marks the headings of plain text: underlined titles, and the sections and entries of manual pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from breadknife.plugins.shelf.values import HEADING, LIKELY

_UNDERLINE = re.compile(r"([=#*~^\"'+`-])\1{2,}")
_COLUMNS = re.compile(r"\S {2,}\S")
"""Between the cells of a table: what is underlined there is its head."""
_MANUAL = re.compile(r"\s*(\S+\(\w{1,8}\))\s.*\s?\1\s*\n")
"""The first line of a manual page as `man` shows it."""
_TERM_WORDS, _LONGEST = 12, 120
"""The most words of an entry's name, and the most characters of a title."""
_OPTION = re.compile(r"\s*(--?\w[^\s,]*(?:(?:, | )[-<\[=]\S*)*) {2,}(?=\S)")
"""An option with its explanation in the same line."""
_LEVELS = 6
"""Of titles; the styles after so many count as one."""
_SECTION_DEPTH = 5
"""Columns by which the headings within a section of a manual page are indented, at most."""
_TITLE_WITHIN = 100
"""A title is looked for in the first so many lines."""


def with_headings(text: str) -> tuple[str, str]:
    """Return the title of plain text, which is empty if there is none, and the text with `HEADING` before what its
    lines show to be a heading, and without the lines below titles."""
    lines = text.replace(HEADING, "").split("\n")
    if _MANUAL.match(text):
        return _title_of_manual(lines), "\n".join(_of_manual(lines))
    marked = list(_underlined(lines))
    title = next((line.lstrip(HEADING).strip() for line in marked[:_TITLE_WITHIN] if line.startswith(HEADING)), "")
    return title, "\n".join(marked)


def _underlined(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines. A title is as deep as the number of styles of lines that came before its own."""
    styles, skipped = dict[str, int](), -1
    for index, line in enumerate(lines):
        below = lines[index + 1].rstrip() if index + 1 < len(lines) else ""
        if index == skipped:
            continue
        if _is_title(line) and _UNDERLINE.fullmatch(below) and len(below) >= len(line.rstrip()) - 1:
            skipped = index + 1
            yield HEADING * min(styles.setdefault(below[0], len(styles) + 1), _LEVELS) + line
        else:
            yield line


def _is_title(line: str) -> bool:
    return 2 < len(line) <= _LONGEST and not line[0].isspace() and _COLUMNS.search(line) is None


def _title_of_manual(lines: Sequence[str]) -> str:
    """Return what a manual page says after `NAME`: `fetchmail - fetch mail from a server`."""
    name = next((index for index, line in enumerate(lines[:_TITLE_WITHIN]) if line.strip() == "NAME"), len(lines))
    return next((line.strip() for line in lines[name + 1 :] if line.strip()), "")[:_LONGEST]


def _of_manual(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a manual page. Its sections begin at the left edge, and deeper lines are right below the name
    of an entry."""
    for index, line in enumerate(lines):
        depth = _depth(line)
        following = next((each for each in lines[index + 1 : index + 3] if each.strip()), "")
        if (option := _OPTION.match(line)) is not None:
            yield HEADING * LIKELY + option[1]
            yield line[option.end() :]
        elif not line.strip() or _COLUMNS.search(line.strip()) or _depth(following) <= depth:
            yield line
        elif depth == 0:
            yield HEADING + line
        elif following is lines[index + 1] and len(line.split()) <= _TERM_WORDS and not line.rstrip().endswith("."):
            yield HEADING * (2 if depth < _SECTION_DEPTH else LIKELY) + line.strip()
        else:
            yield line


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
