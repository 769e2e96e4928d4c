"""What the other files of a project say of null: a small table for each, kept until its text changes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from breadknife.project.values import Project
from breadknife.text.document import Document, language_of
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree, parse

KEPT = 2_000
"""Files: about 5 kB each."""
FILES = 60
"""Those that one analysis looks into; what it would need of others stays unknown."""
SECONDS = 2.0
"""A change on disk is noticed so much later: to look at each file at every key would take longer than the rest."""
LOOKS = 10
"""Files that one analysis looks at again; with the next one, others' turn comes."""
STEPS = 5
"""Re-exports and base classes are followed this far."""

Table = TypeVar("Table")
"""What a language keeps of a file."""


@dataclass
class _Kept(Generic[Table]):
    text: str
    summary: Table | None
    seen: float
    """When the text was last compared."""
    revision: int
    """`Project.revision` then."""


class ProjectSummaries(Generic[Table]):
    """The tables of one language's files, for any project. Safe to use from several threads."""

    def __init__(
        self,
        language: str,
        summarise: Callable[[SyntaxTree], Table],
        clock: Callable[[], float] = time.monotonic,
        dialects: frozenset[str] = frozenset(),
    ) -> None:
        self._language = language
        """Of a file whose name tells none."""
        self._dialects = dialects
        """Languages that import from each other."""
        self._summarise = summarise
        self._clock = clock
        self._files = OrderedDict[Path, _Kept[Table]]()
        self._paths = OrderedDict[tuple[str, Import], tuple[float, Sequence[Path]]]()
        self._lock = threading.Lock()

    def paths(self, imported: Import, document: Document, project: Project) -> Sequence[Path]:
        """`Project.module`, at most `SECONDS` old: neighbours import the same."""
        key, now = (document.uri.rpartition("/")[0], imported), self._clock()
        with self._lock:
            kept = self._paths.get(key)
        if kept is not None and now - kept[0] < SECONDS:
            return kept[1]
        paths = project.module(imported, document)
        with self._lock:
            self._paths[key] = now, paths
            while len(self._paths) > KEPT:
                self._paths.popitem(last=False)
        return paths

    def now(self) -> float:
        return self._clock()

    def is_stale(self, path: Path) -> bool:
        """Whether the file is known, but may have changed."""
        with self._lock:
            kept = self._files.get(path)
        return kept is not None and self._clock() - kept.seen >= SECONDS

    def of(self, path: Path, project: Project, *, again: bool = True) -> Table | None:
        """At most `SECONDS` behind the disk, unless it isn't to be looked at `again`; None when the file may not be
        read, isn't of the language or can't be parsed."""
        now, revision = self._clock(), project.revision(path)
        with self._lock:
            kept = self._files.get(path)
        if kept is not None and kept.revision == revision and (not again or now - kept.seen < SECONDS):
            return kept.summary
        text, summarise = project.text(path), self._summarise
        if text is None:
            return None
        if kept is not None and kept.text == text:
            kept.seen, kept.revision = now, revision
            return kept.summary
        language = language_of(path) or self._language
        tree = parse(text, language) if language in (self._language, *self._dialects) else None
        summary = summarise(tree) if tree is not None else None
        with self._lock:
            self._files[path] = _Kept(text, summary, now, revision)
            while len(self._files) > KEPT:
                self._files.popitem(last=False)
        return summary


@dataclass
class OtherFiles(Generic[Table]):
    """What one analysis asks of the other files: each is read once, and their number is limited."""

    document: Document
    project: Project
    summaries: ProjectSummaries[Table]
    _files: dict[Path, Table | None] = field(default_factory=dict[Path, "Table | None"])
    _looks: int = 0
    _since: float = field(init=False)
    """When the first was looked for."""

    def __post_init__(self) -> None:
        self._since = self.summaries.now()

    def file(self, path: Path) -> Table | None:
        if path not in self._files and len(self._files) < FILES:
            self._looks += self.summaries.is_stale(path)
            self._files[path] = self.summaries.of(path, self.project, again=self._looks <= LOOKS)
        return self._files.get(path)

    def paths(self, imported: Import) -> Sequence[Path]:
        """The files that an import of the document may mean."""
        return self.summaries.paths(imported, self.document, self.project)

    def is_current(self) -> bool:
        """Whether the files that were looked into say what they said then; of those that may have changed, some are
        looked at each time."""
        looks = 0
        for path, said in list(self._files.items()):  # another thread may be at work with them
            looks += self.summaries.is_stale(path)
            if self.summaries.of(path, self.project, again=looks <= LOOKS) != said:
                return False
        return True


def current(others: OtherFiles[Table] | None) -> Callable[[], bool]:
    """`is_current`, of what may know no other files."""
    return others.is_current if others is not None else lambda: True
