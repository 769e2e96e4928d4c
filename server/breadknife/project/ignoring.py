"""What a folder's ignore files leave out, as git reads them."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

import pathspec

GITIGNORE, OWN = ".gitignore", ".breadknifeignore"
NEVER = frozenset(
    {
        ".git", ".hg", ".svn", "node_modules", "bower_components", "__pycache__", ".venv", "venv", "site-packages",
        ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".idea", ".gradle", ".terraform", ".next",
    }
)  # fmt: skip
"""Folders of what tools have made or fetched."""
_EXCLUDE = ".git/info/exclude"


@dataclass(frozen=True)
class Rules:
    """One ignore file, which speaks of the paths below its folder."""

    folder: str
    spec: pathspec.GitIgnoreSpec

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """None where it says nothing. `path` is absolute and below the folder."""
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        return self.spec.check_file(relative + "/" if is_folder else relative).include


def excluded(path: str, rules: tuple[Rules, ...], *, is_folder: bool) -> bool:
    """What the rules of the path's folder say of the path itself: the nearest file that says anything decides."""
    for each in reversed(rules):
        verdict = each.verdict(path, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


class Ignoring:
    """The ignore files of one name, from the repository's top down. Read again when they change; safe to use from
    several threads. Paths are absolute, without links and `..`."""

    def __init__(self, root: str, name: str) -> None:
        self._top = _repository(root) or root
        self._name = name
        self._read: dict[str, tuple[tuple[int, int], Rules]] = {}
        self._lock = threading.Lock()

    def rules(self, folder: str) -> tuple[Rules, ...]:
        """Those that count in `folder`, the farthest first."""
        files = [(self._top, _EXCLUDE)] if self._name == GITIGNORE else []
        files += [(each, self._name) for each in self._down_to(folder)]
        return tuple(rules for above, name in files if (rules := self._rules(above, name)))

    def ignores(self, path: str, *, is_folder: bool = False) -> bool:
        """Whether the file or folder, or one that it stands in, is left out."""
        folder = os.path.dirname(path)
        rules = self.rules(folder)
        for each in (*self._down_to(folder)[1:], path):
            above = tuple(rule for rule in rules if len(rule.folder) < len(each))
            if excluded(each, above, is_folder=is_folder or each != path):
                return True
        return False

    def _down_to(self, folder: str) -> list[str]:
        """From the top to `folder`, both included."""
        found = [folder]
        while found[-1] != self._top and (above := os.path.dirname(found[-1])) != found[-1]:
            found.append(above)
        return found[::-1] if found[-1] == self._top else []

    def _rules(self, folder: str, name: str) -> Rules | None:
        path = os.path.join(folder, name)
        try:
            status = os.stat(path)
        except OSError:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        with self._lock:
            known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = (stamp, Rules(folder, _spec(path)))
            with self._lock:
                self._read[path] = known
        return known[1]


def _spec(path: str) -> pathspec.GitIgnoreSpec:
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        lines = []
    valid: list[str] = []
    for line in lines:
        try:
            pathspec.GitIgnoreSpec.from_lines([line])
        except ValueError:  # git passes over a pattern that it can't read
            continue
        valid.append(line)
    return pathspec.GitIgnoreSpec.from_lines(valid)


def _repository(folder: str) -> str | None:
    """The nearest folder, this one included, that has a `.git`."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder
