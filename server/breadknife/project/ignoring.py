"""What a folder's ignore files leave out, as git reads them."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import pathspec

from breadknife.disk.reading import read_regular

GITIGNORE, OWN = ".gitignore", ".breadknifeignore"
NEVER = frozenset(
    {
        ".git", ".hg", ".svn", "node_modules", "bower_components", "__pycache__", ".venv", "venv", "site-packages",
        ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".idea", ".gradle", ".terraform", ".next",
    }
)  # fmt: skip
"""Folders of what tools have made or fetched."""
_LARGEST = 128 * 1024
"""Bytes of an ignore file. Each of its lines is tried for each file."""
_POINTER = 4_096
"""Bytes of a file that says one thing, at most."""
_ALL = ((re.compile(""), True),)
"""Leaves out everything."""
_STAR, _FOLDERS, _ANYWHERE = "[^/]*", "(?:/.+)?", "^(?:.+/)?"
"""How pathspec writes `*`, `/**` and a beginning in any folder."""
_FOLDS = sys.platform in ("darwin", "win32")
"""Git's `core.ignoreCase` where disks don't tell upper from lower case."""


@dataclass(frozen=True)
class Rules:
    """One ignore file, which speaks of the paths below its folder."""

    folder: str
    patterns: tuple[tuple[re.Pattern[str], bool], ...]
    """Each with whether it leaves out (or takes in again)."""

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Return what is said of the path itself, not of a folder above it: the last pattern decides, None where there
        is none. `path` is absolute and below the folder."""
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        fitting = (excludes for regex, excludes in reversed(self.patterns) if _fits(regex, relative, is_folder))
        return next(fitting, None)


def _fits(regex: re.Pattern[str], relative: str, is_folder: bool) -> bool:
    """pathspec's patterns also match what stands below: then their one group, a `/`, isn't the last character."""
    if not regex.groups:  # `folder/**` is only about what stands below
        return regex.search(relative) is not None
    relative += "/" * is_folder
    return any(match.end(1) in (-1, len(relative)) for match in regex.finditer(relative))


def excluded(path: str, rules: tuple[Rules, ...], *, is_folder: bool) -> bool:
    """Return what the rules of the path's folder say of the path itself: the nearest file that says anything
    decides."""
    for each in reversed(rules):
        verdict = each.verdict(path, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


class Ignoring:
    """The ignore files of one name: git's from the top of `root`'s repository down, others from the disk's. Read
    again when they change; safe to use from several threads. Paths are absolute, without `..`; git's without links."""

    def __init__(self, root: str, name: str) -> None:
        root = os.path.realpath(root)
        self._top = (_repository(root) or root) if name == GITIGNORE else None
        self._exclude = _exclude(self._top) if self._top else None
        self._name = name
        self._read: dict[str, tuple[tuple[int, int], Rules]] = {}
        self._lock = threading.Lock()

    def rules(self, folder: str) -> tuple[Rules, ...]:
        """Return those that count in `folder`, the farthest first."""
        above = self._down_to(folder)
        files = [(each, os.path.join(each, self._name)) for each in above]
        if above and self._exclude:
            files.insert(0, (above[0], self._exclude))
        return tuple(rules for each, path in files if (rules := self._rules(each, path)))

    def ignores(self, path: str, *, is_folder: bool = False) -> bool:
        """Tell whether the file or folder, or one that it stands in, is left out."""
        folder = os.path.dirname(path)
        rules = self.rules(folder)
        if not rules:
            return False
        for each in (*self._down_to(folder)[1:], path):
            above = tuple(rule for rule in rules if len(rule.folder) < len(each))
            if excluded(each, above, is_folder=is_folder or each != path):
                return True
        return False

    def _down_to(self, folder: str) -> list[str]:
        """Return the folders from the top to `folder`, both included."""
        found = [folder]
        while found[-1] != self._top and (above := os.path.dirname(found[-1])) != found[-1]:
            found.append(above)
        return found[::-1] if self._top in (None, found[-1]) else []

    def _rules(self, folder: str, path: str) -> Rules | None:
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        with self._lock:
            known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = (stamp, Rules(folder, self._patterns(path)))
            with self._lock:
                self._read[path] = known
        return known[1]

    def _patterns(self, path: str) -> tuple[tuple[re.Pattern[str], bool], ...]:
        """A `.gitignore` that can't be read has none, as in git, which doesn't follow links to one either. An own
        ignore file that can't be read leaves out everything: what it names must not be read."""
        try:
            raw = read_regular(path, _LARGEST, None if path == self._exclude else self._top)
        except (OSError, ValueError):
            return () if self._top else _ALL
        return _parsed(raw.decode("utf-8-sig", "replace").splitlines(), folds=_FOLDS or self._name == OWN)


def _parsed(lines: Iterable[str], *, folds: bool) -> tuple[tuple[re.Pattern[str], bool], ...]:
    found: list[tuple[re.Pattern[str], bool]] = []
    for line in lines:
        try:
            read = pathspec.GitIgnoreSpec.from_lines([line], backend="simple").patterns
        except ValueError:  # git passes over a pattern that it can't read
            continue
        for each in read:
            regex = cast("re.Pattern[str] | None", each.regex)  # pyright: ignore[reportUnknownMemberType]
            if regex and each.include is not None:
                found.append((re.compile(_fast(regex.pattern), re.IGNORECASE if folds else 0), each.include))
    return tuple(found)


def _fast(pattern: str) -> str:
    """An equal pattern whose time grows with the square of a path's length at most.

    In `*a*b*c` each part between two stars is matched once, where it comes first: the next star can match all that a
    later place would leave. The same holds for what is between two `**`. Python's `re` would try every place instead:
    `*a*a*a*a*a*b`, in anybody's ignore file, takes it 6 s for one name of 100 letters.
    """
    *firsts, last = pattern.split(_FOLDERS)
    if not firsts:
        return _fast_stars(last)
    head, *middles = firsts
    if head.startswith(_ANYWHERE):
        head = f"^(?>(?:.+?/)??{_fast_stars(head.removeprefix(_ANYWHERE))}(?=/))"
    between = "".join(f"(?>(?:/.+?)??{_fast_stars(each)}(?=/))" for each in middles)
    return f"{head}{between}{_FOLDERS}{_fast_stars(last)}"


def _fast_stars(pattern: str) -> str:
    first, *others = pattern.split(_STAR)
    if not others:
        return first
    *middles, last = others
    # A star doesn't go beyond a slash: what has one says itself where the star ends.
    between = "".join(f"{_STAR}{each}" if "/" in each.replace("[^/]", "") else f"(?>[^/]*?{each})" for each in middles)
    return f"{first}{between}{_STAR}{last}"


def _repository(folder: str) -> str | None:
    """Return the nearest folder, this one included, that has a `.git`."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def _exclude(top: str) -> str:
    """Return the repository's own ignore file. A worktree's and a submodule's `.git` is a file that says where it
    is."""
    git = os.path.join(top, ".git")
    if os.path.isfile(git):
        git = os.path.join(top, _line(git).removeprefix("gitdir:").strip())
    return os.path.join(git, _line(os.path.join(git, "commondir")), "info", "exclude")


def _line(path: str) -> str:
    """Return all of a file that says one thing; empty where there is none."""
    try:
        return read_regular(path, _POINTER).decode("utf-8", "replace").strip()
    except (OSError, ValueError):
        return ""
