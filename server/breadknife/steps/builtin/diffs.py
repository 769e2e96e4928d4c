"""Unified diffs as values: which files, and which lines of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAMED = re.compile(r'^diff --git "?a/(.*?)"? "?b/(.*?)"?$')


@dataclass
class FileDiff:
    """What a diff says of one file."""

    old: str
    new: str
    is_new: bool = False
    is_deleted: bool = False
    added: list[str] = field(default_factory=list[str])
    removed: list[str] = field(default_factory=list[str])
    around: list[str] = field(default_factory=list[str])
    """What git writes behind `@@`: the definitions that the changed lines stand in."""

    @property
    def is_renamed(self) -> bool:
        return self.old != self.new

    @property
    def name(self) -> str:
        return self.new.rsplit("/", 1)[-1]


def read_diff(text: str) -> list[FileDiff]:
    """Return the files of a diff of git's; what isn't one has none."""
    files: list[FileDiff] = []
    in_hunk = False
    for line in text.splitlines():
        if match := _NAMED.match(line):
            files.append(FileDiff(match[1], match[2]))
            in_hunk = False
        elif files and line.startswith("@@"):
            in_hunk = True
            files[-1].around.append(line.split("@@", 2)[-1].strip())
        elif files and not in_hunk:
            files[-1].is_new |= line.startswith("new file mode")
            files[-1].is_deleted |= line.startswith("deleted file mode")
        elif files and line[:1] == "+":
            files[-1].added.append(line[1:])
        elif files and line[:1] == "-":
            files[-1].removed.append(line[1:])
    return files


def found_in(pattern: str, lines: list[str]) -> Iterator[str]:
    """Yield the first group that took part, of each line that a pattern matches."""
    compiled = re.compile(pattern)
    for line in lines:
        if match := compiled.match(line):
            yield next(group for group in match.groups() if group is not None)
