"""A kind of request of the find plugin: where in the workspace folder is what a question is about?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from breadknife.task.values import Origin, OwnAnswer, OwnRequest

MOST = 50
"""Places that are given at most."""


@dataclass(frozen=True)
class FindRequest(OwnRequest):
    question: str
    """In words, or names as they are in code. Its first 500 characters are read."""
    keep: int = 10
    """Places, at most; never more than `MOST`."""
    by_meaning: bool = True
    """True if a model may make vectors that are missing, for which the caller waits. Otherwise words decide alone."""
    seconds: float = 1.0
    """How long files may be read that were never read before. The rest is read after the answer."""


@dataclass(frozen=True)
class FoundPlace:
    path: Path
    line: int
    """Counted from 1, as `last_line` is."""
    last_line: int
    name: str
    """Empty for what stands in no function, class or section of the file."""
    kind: str
    """`class`, `function`, `method`, `constant`, `type`, `test`, `section`, `setting`, or `file`."""
    container: str
    """The class that it is in; empty if it is in none."""
    excerpt: str
    """The first line of its signature, or its heading; where neither fits, the line of its text that fits best."""
    reason: str
    """What fits: `name`, `documentation`, `signature`, `path`, `text`, or `meaning`; several with commas."""

    @property
    def qualified_name(self) -> str:
        """The name after that of its class; empty if it has no name."""
        return ".".join(filter(None, (self.container, self.name)))


@dataclass(frozen=True)
class FoundPlaces(OwnAnswer):
    places: tuple[FoundPlace, ...]
    """The likeliest first."""
    searched: str
    """What was searched, and how: `1,234 places of 88 files, by words and meaning`."""
    unread: int = 0
    """Files that weren't read yet, and aren't searched."""
    origin: Origin = field(default_factory=Origin)
