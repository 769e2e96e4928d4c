"""Which files of a folder may be read, and their text."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from breadknife.disk.inside import resolve_inside
from breadknife.disk.reading import read_regular
from breadknife.disk.walking import DEEPEST
from breadknife.errors import FileRefused
from breadknife.project.ignoring import GITIGNORE, NEVER, OWN, Ignoring, excluded
from breadknife.project.index import Stamp
from breadknife.project.secrets.names import looks_secret, named_like_secret
from breadknife.project.values import Project
from breadknife.text.document import MARK, Document, language_of
from breadknife.text.encoding import decoded

LARGEST = 512 * 1024
"""Bytes. A larger file is data, or was made by a program."""
_LOOKED_AT = 8192
"""Bytes in which git, too, looks for the NUL of a binary file."""


class FolderFiles:
    """The files below `root`, which is absolute and without `..`. Safe to use from several threads."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._real = os.path.realpath(root)
        self._own = Ignoring(self._real, OWN)
        self._git = Ignoring(self._real, GITIGNORE)

    def may_read(self, path: Path) -> bool:
        """Tell whether a file of this folder may be put before a model when the user has it open: whatever git
        ignores."""
        return self._below(os.path.abspath(path), self._root) and may_read(path, self._own)

    def shared(self, path: Path, *, is_folder: bool = False) -> Path | None:
        """Return the file itself (no link) if it may be put before a model along with others; None if not."""
        try:
            real = resolve_inside(path, self._root)
        except FileRefused:
            return None
        relative = os.path.relpath(real, self._real)
        parts = Path(relative).parts
        if NEVER.intersection(parts) or len(parts) > DEEPEST:
            return None
        found = os.path.join(self._root, relative)
        if any(named_like_secret(each) for each in {found, os.path.abspath(path)}):
            return None
        if any(self._own.ignores(each, is_folder=is_folder) for each in {found, real}):
            return None
        if self._git.ignores(real, is_folder=is_folder):
            return None
        return Path(found)

    def entries(self, folder: Path) -> Iterator[tuple[Path, bool]]:
        """Yield what stands in a folder that is not left out itself: (path, whether it is a folder). Links are left
        out: where one leads is either seen there or outside."""
        real = os.path.realpath(folder)
        too_deep = len(Path(real).parts) - len(Path(self._real).parts) >= DEEPEST
        rules = [each.rules(real) for each in (self._git, self._own)]
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                if entry.name in NEVER or not (entry.is_file(follow_symlinks=False) or (is_folder and not too_deep)):
                    continue
            except OSError:
                continue
            if any(excluded(os.path.join(real, entry.name), each, is_folder=is_folder) for each in rules):
                continue
            if not named_like_secret(entry.path + "/" * is_folder):
                yield Path(entry.path), is_folder

    @staticmethod
    def _below(path: str, folder: str) -> bool:
        return os.path.normcase(path).startswith(os.path.normcase(folder).rstrip(os.sep) + os.sep)


def may_be_asked_about(document: Document, project: Project | None) -> bool:
    """Tell whether a model may be asked about a document: a file that is ignored or named like a secret is left alone,
    also one that isn't saved yet."""
    path = document.path
    if path is None:
        return not named_like_secret(unquote(urlsplit(document.uri).path))
    return project.may_read(path) if project else may_read(path)


def may_read(path: Path, own: Ignoring | None = None) -> bool:
    """Tell whether a file that the user has open may be put before a model, whatever project it is of: not where it
    looks like a secret or a `.breadknifeignore` names it. A link is judged by both its ends."""
    own = own or Ignoring(os.path.dirname(path), OWN)
    ends = {os.path.abspath(path), os.path.realpath(path)}
    return not looks_secret(path) and not any(own.ignores(each) for each in ends)


def stamp_of(path: Path | str) -> Stamp | None:
    """Return a file's stamp; None for what isn't a file (any more), or is too large."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    is_file = stat.S_ISREG(status.st_mode)
    return (status.st_mtime_ns, status.st_size) if is_file and status.st_size <= LARGEST else None


def read_text(path: Path, root: Path | None = None) -> str | None:
    """Return a file's text without a byte order mark; line ends stay as they are. None for a file that can't be read,
    is too large, binary, not in its encoding, or not inside `root`."""
    try:
        data = read_regular(path, LARGEST, root)
    except (OSError, ValueError):
        return None
    if b"\0" in data[:_LOOKED_AT]:
        return None
    try:
        return decoded(data, language_of(path) or "plaintext").removeprefix(MARK)
    except UnicodeError:
        return None
