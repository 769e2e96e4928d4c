"""The files of a folder as the commit has them that the texts are compared with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.errors import DocumentError, GitFailed
from breadknife.git import COMPARE, Repository
from breadknife.lru import LruCache
from breadknife.plugins.drift.facts import SOURCES
from breadknife.text.document import document_of, language_of

LARGEST = 2 << 20
"""Bytes of a text that is compared."""
_REPOSITORY_S, _COMMIT_S = 300.0, 2.0
"""Seconds after which git is asked again for a folder's repository, and for what has changed in it."""
_TEXTS, _FOLDERS = 256, 16
_MOST_FILES = 200
"""Files of code of a change whose pages are looked at: more is a mass change, of which nothing is certain."""


@dataclass(frozen=True)
class ChangedFiles:
    """What differs from the base, by paths from the repository's top."""

    paths: frozenset[str] = frozenset()
    moved: Mapping[str, str] = field(default_factory=dict[str, str])
    """Path in the base -> path now."""

    @property
    def sources(self) -> Sequence[str]:
        """The files of code among them, at most so many that each can be looked at; none if there are more."""
        found = [path for path in sorted(self.paths) if language_of(Path(path)) in SOURCES]
        return found if len(found) <= _MOST_FILES else ()

    def name_before(self, path: str) -> str:
        """Return the path that a file had in the base."""
        return next((old for old, new in self.moved.items() if new == path), path)


@dataclass(frozen=True)
class Base:
    """A repository and one of its commits."""

    repository: Repository
    commit: str

    def name_of(self, path: Path) -> str | None:
        """Return a file's path from the repository's top, with slashes; None if it is outside."""
        try:
            return Path(os.path.realpath(path)).relative_to(self.repository.top).as_posix()
        except ValueError:
            return None

    def text(self, name: str, language: str) -> str | None:
        """Return a file's text in the commit; None if it wasn't there, is binary, or is too large."""
        raw = self.repository.blob(f"{self.commit}:{name}", LARGEST)
        try:
            return document_of(self.repository.top / name, raw, language).text if raw is not None else None
        except DocumentError:
            return None

    def changed(self) -> ChangedFiles:
        """Return the files that differ from the commit, as they are on disk."""
        words = self.repository.names(*COMPARE, "-z", "--name-status", self.commit, "--")
        paths, moved, at = set[str](), dict[str, str](), 0
        while at + 1 < len(words):
            if words[at][0] in "RC" and at + 2 < len(words):
                if words[at][0] == "R":
                    moved[words[at + 1]] = words[at + 2]
                    paths.add(words[at + 1])
                paths.add(words[at + 2])
                at += 3
            else:
                paths.add(words[at + 1])
                at += 2
        return ChangedFiles(frozenset(paths), moved)

    def using(self, words: Sequence[str], without: Sequence[str]) -> frozenset[str]:
        """Return which of some words stand in files of the commit that aren't pages, without some files."""
        patterns = "\n".join(words).encode("utf-8", "surrogateescape")
        outside = [f":(exclude,literal,top){path}" for path in without]
        pages = [":(exclude,top,glob)**/*.md", ":(exclude,top,glob)**/*.rst", ":(exclude,top,glob)**/*.txt"]
        found = self.repository.ask(
            "grep", "-F", "-w", "-h", "-o", "-I", "--no-textconv", "-f", "-", self.commit, "--", ":(top)", *outside,
            *pages, given=patterns, may_fail=True,
        )  # fmt: skip
        return frozenset(found.decode("utf-8", "replace").split("\n"))


class Bases:
    """Finds the base of each folder, and keeps what was read. Safe to use from several threads."""

    def __init__(self) -> None:
        self._repositories = LruCache[Path, tuple[Repository | None]](_FOLDERS, seconds=_REPOSITORY_S)
        self._commits = LruCache[tuple[Path, str], str](_FOLDERS, seconds=_COMMIT_S)
        self._changed = LruCache[tuple[Path, str], ChangedFiles](_FOLDERS, seconds=_COMMIT_S)
        self._texts = LruCache[tuple[Path, str, str, str], tuple[str | None]](_TEXTS)

    def find(self, root: Path, name: str) -> Base | None:
        """Return the base of a folder; None if it isn't in a repository, git isn't there, or it has no such commit."""
        known = self._repositories.get(root)
        if known is None:
            known = self._repositories[root] = (_repository(root),)
        [repository] = known
        if repository is None:
            return None
        commit = self._commits.get((root, name))
        if commit is None:
            try:
                commit = self._commits[root, name] = repository.commit(name)
            except GitFailed:
                return None
        return Base(repository, commit) if commit else None

    def text(self, base: Base, name: str, language: str) -> str | None:
        """Return a file's text in the base, which is read once."""
        key = base.repository.top, base.commit, name, language
        known = self._texts.get(key)
        if known is None:
            known = self._texts[key] = (base.text(name, language),)
        return known[0]

    def changed(self, base: Base) -> ChangedFiles:
        """Return the files that differ from the base, as they were at most two seconds ago. Raises GitFailed."""
        key = base.repository.top, base.commit
        known = self._changed.get(key)
        if known is None:
            known = self._changed[key] = base.changed()
        return known


def _repository(root: Path) -> Repository | None:
    try:
        return Repository.of(root)
    except (GitFailed, OSError):
        return None
