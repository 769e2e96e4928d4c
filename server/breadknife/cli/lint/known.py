"""Leaves out the findings that a workspace folder's baseline keeps."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from breadknife.cli.baseline.entries import Entry, MarkedDocument, words_of
from breadknife.cli.baseline.file import read_baseline
from breadknife.cli.baseline.matching import EntryMatcher
from breadknife.cli.formats.values import ReportedFinding
from breadknife.disk.inside import resolve_inside
from breadknife.disk.reading import read_regular
from breadknife.errors import FileRefused
from breadknife.text.document import LARGEST_DOCUMENT


def path_in(root: Path, path: Path) -> str:
    """Return the path of a file from its workspace folder, with `/`."""
    return Path(os.path.relpath(os.path.abspath(path), os.path.abspath(root))).as_posix()


def is_there(root: Path, path: str) -> bool:
    """Tell whether something has this path in a folder."""
    try:
        return os.path.lexists(resolve_inside(root / path, root))
    except (FileRefused, OSError, ValueError):
        return False


class KnownFindings:
    """The baselines of all folders of a run."""

    def __init__(self) -> None:
        self._folders = dict[Path, _Baseline | None]()
        self._checked = dict[Path, set[str]]()
        """Folder -> its files that were checked."""

    def load(self, root: Path) -> Sequence[Entry] | None:
        """Read a folder's baseline, and return what it keeps; None if there is none. Raises SettingsError where it is
        wrong."""
        entries = read_baseline(root)
        self._folders[root] = _Baseline(root, entries) if entries is not None else None
        return entries

    def match(self, root: Path, problems: Sequence[ReportedFinding], path: Path) -> Sequence[Entry | None]:
        """Return for each finding of a file what the baseline keeps of it; None for a new one."""
        baseline = self._folders.get(root)
        if baseline is None:
            return [None] * len(problems)
        self._checked.setdefault(root, set()).add(path_in(root, path))
        return baseline.match(path_in(root, path), problems)

    def stale(self) -> Mapping[Path, Sequence[Entry]]:
        """Return for each folder what its baseline keeps of checked files, and none of their findings is any more."""
        return {
            root: [entry for path in sorted(paths) for entry in baseline.matcher.left(path)]
            for root, paths in self._checked.items()
            if (baseline := self._folders[root]) is not None
        }


class _Baseline:
    def __init__(self, root: Path, entries: Sequence[Entry]) -> None:
        self.matcher = EntryMatcher(entries)
        self._root = root
        self._kept = Counter((entry.path, entry.words) for entry in entries)
        self._words = dict[str, str]()
        """Path -> all words of the file that is there, with blanks between and around; empty if none is."""

    def match(self, path: str, problems: Sequence[ReportedFinding]) -> Sequence[Entry | None]:
        if not problems:
            return ()
        document = MarkedDocument(path, problems[0].file.document)
        found = [document.entry(problem.rule, problem.finding.span) for problem in problems]
        return self.matcher.match(path, found, self)

    def is_gone(self, path: str, /) -> bool:
        return not is_there(self._root, path)

    def has_left(self, entry: Entry, /) -> bool:
        if entry.path not in self._words:
            try:
                text = read_regular(self._root / entry.path, LARGEST_DOCUMENT, self._root).decode("utf-8", "replace")
            except (OSError, ValueError):
                text = ""
            self._words[entry.path] = f" {' '.join(words_of(text))} "
        return self._words[entry.path].count(f" {' '.join(entry.words)} ") < self._kept[entry.path, entry.words]
