"""Reads ignore files (`.gitignore`, `.breadknifeignore`) as git does, and tells which paths they leave out."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
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
"""Names of folders that are never read: tools have made or fetched what is in them."""
_LARGEST = 128 * 1024
"""Of an ignore file, in bytes: each of its lines is tried for each file."""
_POINTER_BYTES = 4_096
"""The most bytes of a file that has nothing but the path of a folder."""
_ALL = ((re.compile(""), True),)
"""The patterns that leave out everything."""
_STAR, _FOLDERS, _ANYWHERE = "[^/]*", "(?:/.+)?", "^(?:.+/)?"
"""How pathspec writes `*`, `/**` and a beginning in any folder."""
_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
_FOLDS = sys.platform in ("darwin", "win32")
"""Whether upper and lower case are the same in patterns, as git's `core.ignoreCase` says on these systems."""


@dataclass(frozen=True)
class Rules:
    """The patterns of one ignore file. They are about the paths below its folder."""

    folder: str
    patterns: tuple[tuple[re.Pattern[str], bool], ...]
    """Each with True if it leaves out what it fits, and False if it takes it in again (`!pattern`)."""

    @cached_property
    def _any(self) -> re.Pattern[str]:
        """A pattern that is found in all that one of the others is: most paths fit none, and are tried once."""
        together = "|".join(f"(?:{_NAMED_GROUP.sub('(', regex.pattern)})" for regex, _ in self.patterns)
        return re.compile(together, self.patterns[0][0].flags if self.patterns else 0)

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Tell whether the path is left out, by the last pattern that fits it; None if none does. Folders above the
        path don't count. `path` is absolute and below `folder`."""
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        if not self._any.search(relative) and not (is_folder and self._any.search(f"{relative}/")):
            return None
        fitting = (excludes for regex, excludes in reversed(self.patterns) if _fits(regex, relative, is_folder))
        return next(fitting, None)


def _fits(regex: re.Pattern[str], relative: str, is_folder: bool) -> bool:
    """Tell whether a pattern fits the path itself. pathspec's patterns also match a path below one that fits: then
    their one group, a `/`, isn't the last character."""
    if not regex.groups:  # `folder/**` is only about what is below
        return regex.search(relative) is not None
    relative += "/" * is_folder
    return any(match.end(1) in (-1, len(relative)) for match in regex.finditer(relative))


def excluded(path: str, rules: tuple[Rules, ...], *, is_folder: bool) -> bool:
    """Tell whether the rules leave a path out; folders above it don't count. `rules` are those of the path's folder, as
    `Ignoring.rules` returns them: the nearest file that says anything decides."""
    for file_rules in reversed(rules):
        verdict = file_rules.verdict(path, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


class Ignoring:
    """The ignore files with one name, in the folders above the paths that are asked about.

    A `.gitignore` counts from the top of the repository that `root` is in, and there `.git/info/exclude` counts, too;
    any other file counts from the root of the disk. Files are read again when they change. Paths are absolute and
    without `..`, for a `.gitignore` also without links. Safe to use from several threads.
    """

    def __init__(self, root: str, name: str) -> None:
        root = os.path.realpath(root)
        self._top = (_repository(root) or root) if name == GITIGNORE else None
        """The first folder whose ignore file counts; None for the root of the disk."""
        self._exclude = _exclude_file(self._top) if self._top else None
        self._name = name
        self._read: dict[str, tuple[tuple[int, int], Rules]] = {}
        """The path of an ignore file -> its state when it was read, and its rules."""
        self._lock = threading.Lock()

    def rules(self, folder: str) -> tuple[Rules, ...]:
        """Return the rules that count in a folder, those of the top folder first."""
        folders = self._down_to(folder)
        files = [(above, os.path.join(above, self._name)) for above in folders]
        if folders and self._exclude:
            files.insert(0, (folders[0], self._exclude))
        return tuple(rules for above, path in files if (rules := self._rules(above, path)))

    def ignores(self, path: str, *, is_folder: bool = False) -> bool:
        """Tell whether a file or folder is left out, by itself or with a folder above it."""
        folder = os.path.dirname(path)
        rules = self.rules(folder)
        if not rules:
            return False
        for prefix in (*self._down_to(folder)[1:], path):
            above = tuple(file_rules for file_rules in rules if len(file_rules.folder) < len(prefix))
            if excluded(prefix, above, is_folder=is_folder or prefix != path):
                return True
        return False

    def _down_to(self, folder: str) -> list[str]:
        """Return the folders from the top to `folder`, both included; none if it isn't below the top."""
        upwards = [folder]
        while upwards[-1] != self._top and (above := os.path.dirname(upwards[-1])) != upwards[-1]:
            upwards.append(above)
        return upwards[::-1] if self._top in (None, upwards[-1]) else []

    def _rules(self, folder: str, path: str) -> Rules | None:
        """Return the rules of the ignore file at `path`, which are about `folder`; None if there is no such file."""
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        with self._lock:
            cached = self._read.get(path)
        if cached is not None and cached[0] == stamp:
            return cached[1]
        rules = Rules(folder, self._read_patterns(path))
        with self._lock:
            self._read[path] = stamp, rules
        return rules

    def _read_patterns(self, path: str) -> tuple[tuple[re.Pattern[str], bool], ...]:
        """Return the patterns of an ignore file.

        A `.gitignore` that can't be read has none, as in git, which doesn't follow a link to one either. An ignore file
        of ours that can't be read leaves out everything: what it names must not be read.
        """
        try:
            data = read_regular(path, _LARGEST, None if path == self._exclude else self._top)
        except (OSError, ValueError):
            return () if self._top else _ALL
        return _parse(data.decode("utf-8-sig", "replace").splitlines(), ignore_case=_FOLDS or self._name == OWN)


def _parse(lines: Iterable[str], *, ignore_case: bool) -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Return the patterns of an ignore file's lines, see `Rules.patterns`."""
    patterns: list[tuple[re.Pattern[str], bool]] = []
    for line in lines:
        try:
            parsed = pathspec.GitIgnoreSpec.from_lines([line], backend="simple").patterns
        except ValueError:  # git passes over a pattern that it can't read
            continue
        for pattern in parsed:
            regex = cast("re.Pattern[str] | None", pattern.regex)  # pyright: ignore[reportUnknownMemberType]
            if regex and pattern.include is not None:
                flags = re.IGNORECASE if ignore_case else 0
                patterns.append((re.compile(_fast(regex.pattern), flags), pattern.include))
    return tuple(patterns)


def _fast(pattern: str) -> str:
    """Return an equal pattern whose time grows with the square of a path's length at most.

    In `*a*b*c` each part between two stars is matched once, where it comes first: the next star can match all that a
    later match would leave. The same holds for what is between two `**`. Python's `re` would try every match instead:
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
    """Return a pattern without `**` in which each part between two stars is matched once."""
    first, *others = pattern.split(_STAR)
    if not others:
        return first
    *middles, last = others
    # A star doesn't go beyond a slash: what has one says itself where the star ends.
    between = "".join(f"{_STAR}{each}" if "/" in each.replace("[^/]", "") else f"(?>[^/]*?{each})" for each in middles)
    return f"{first}{between}{_STAR}{last}"


def _repository(folder: str) -> str | None:
    """Return the nearest folder, this one or one above it, that has a `.git`; None if none has."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def _exclude_file(top: str) -> str:
    """Return the path of a repository's `info/exclude`. In a worktree or a submodule `.git` is a file with the path of
    its folder in another repository's `.git`, and `commondir` in there leads to the latter."""
    git = os.path.join(top, ".git")
    if os.path.isfile(git):
        git = os.path.join(top, _read_pointer(git).removeprefix("gitdir:").strip())
    return os.path.join(git, _read_pointer(os.path.join(git, "commondir")), "info", "exclude")


def _read_pointer(path: str) -> str:
    """Return the text of a file that has nothing but a path; empty if it can't be read."""
    try:
        return read_regular(path, _POINTER_BYTES).decode("utf-8", "replace").strip()
    except (OSError, ValueError):
        return ""
