"""Tells which files of a folder may be read, and reads them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from breadknife.disk.inside import resolve_inside
from breadknife.disk.reading import read_many, read_regular
from breadknife.disk.walking import DEEPEST
from breadknife.errors import FileRefused
from breadknife.project.ignoring import GITIGNORE, NEVER, OWN, Ignoring, excluded
from breadknife.project.index import Stamp
from breadknife.project.secrets.names import looks_secret, named_like_secret
from breadknife.project.values import Project
from breadknife.text.document import MARK, Document, language_of
from breadknife.text.encoding import decoded

LARGEST = 512 * 1024
"""Of a file that is read, in bytes. A larger one is data, or was made by a program."""
_LOOKED_AT = 8192
"""A file with a NUL in its first so many bytes is binary. Git says the same."""


class FolderFiles:
    """The files of the folder `root` and those below it. Links are judged by where they lead.

    `root` is absolute and without `..`. Safe to use from several threads.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._real = os.path.realpath(root)
        self._own = Ignoring(self._real, OWN)
        self._git = Ignoring(self._real, GITIGNORE)

    def may_read(self, path: Path) -> bool:
        """Tell whether a model may see a file of this folder while the user has it open. A file that only git ignores
        may be seen."""
        return self._below(os.path.abspath(path), self._root) and may_read(path, self._own)

    def shared(self, path: Path, *, is_folder: bool = False) -> Path | None:
        """Return the path of a file or folder, with links followed, if a model may see it as the context of another
        file; None if not: it is outside, too deep, ignored or named like a secret."""
        try:
            real = resolve_inside(path, self._root)
        except FileRefused:
            return None
        relative = os.path.relpath(real, self._real)
        parts = Path(relative).parts
        if NEVER.intersection(parts) or len(parts) > DEEPEST:
            return None
        resolved = os.path.join(self._root, relative)
        if any(named_like_secret(name) for name in {resolved, os.path.abspath(path)}):
            return None
        if any(self._own.ignores(name, is_folder=is_folder) for name in {resolved, real}):
            return None
        if self._git.ignores(real, is_folder=is_folder):
            return None
        return Path(resolved)

    def entries(self, folder: Path) -> Iterator[tuple[Path, bool]]:
        """Yield the files and folders of a folder that `shared` would return, in order: each with whether it is a
        folder. `folder` itself must be one that `shared` returns. Links are left out: what one leads to is either
        listed where it is, or outside."""
        real = os.path.realpath(folder)
        is_deepest = len(Path(real).parts) - len(Path(self._real).parts) >= DEEPEST
        rules_of_names = [ignoring.rules(real) for ignoring in (self._git, self._own)]
        try:
            with os.scandir(folder) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                if entry.name in NEVER or not (entry.is_file(follow_symlinks=False) or (is_folder and not is_deepest)):
                    continue
            except OSError:
                continue
            path = os.path.join(real, entry.name)
            if any(excluded(path, rules, is_folder=is_folder) for rules in rules_of_names):
                continue
            if not named_like_secret(entry.path + "/" * is_folder):
                yield Path(entry.path), is_folder

    @staticmethod
    def _below(path: str, folder: str) -> bool:
        return os.path.normcase(path).startswith(os.path.normcase(folder).rstrip(os.sep) + os.sep)


def may_be_asked_about(document: Document, project: Project | None) -> bool:
    """Tell whether a model may be asked about a document: not if its file is ignored or named like a secret, even if it
    isn't saved yet. `project` is the workspace folder that it is in, if there is one."""
    path = document.path
    if path is None:
        return not named_like_secret(unquote(urlsplit(document.uri).path))
    return project.may_read(path) if project else may_read(path)


def may_read(path: Path, own: Ignoring | None = None) -> bool:
    """Tell whether a model may see a file that the user has open, in whatever folder: not if it looks like a secret or
    a `.breadknifeignore` names it. A link and what it leads to must both pass. `own` has the `.breadknifeignore` files;
    by default those of the file's folder and of all above it."""
    own = own or Ignoring(os.path.dirname(path), OWN)
    ends = {os.path.abspath(path), os.path.realpath(path)}
    return not looks_secret(path) and not any(own.ignores(each) for each in ends)


def stamp_of(path: Path | str) -> Stamp | None:
    """Return the state of a file, see `Stamp`; None if there is no regular file, or it is larger than `LARGEST`."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    is_file = stat.S_ISREG(status.st_mode)
    return (status.st_mtime_ns, status.st_size) if is_file and status.st_size <= LARGEST else None


def read_text(path: Path, root: Path | None = None) -> str | None:
    """Return a file's text without a byte order mark, with its line ends; None if it can't be read, is larger than
    `LARGEST`, binary, not in its encoding, or not inside `root`."""
    try:
        return _text_of(path, read_regular(path, LARGEST, root))
    except (OSError, ValueError):
        return None


def read_texts(paths: Sequence[Path], root: Path) -> list[str | None]:
    """Return what `read_text` does of each file, much sooner than one by one. A link is no text here."""
    return [
        None if data is None else _text_of(path, data)
        for path, data in zip(paths, read_many(paths, LARGEST, root), strict=True)
    ]


def _text_of(path: Path, data: bytes) -> str | None:
    if b"\0" in data[:_LOOKED_AT]:
        return None
    try:
        return decoded(data, language_of(path) or "plaintext").removeprefix(MARK)
    except UnicodeError:
        return None
