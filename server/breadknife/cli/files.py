"""Which files a command is about."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from breadknife.errors import DocumentError
from breadknife.project.ignoring import GITIGNORE, NEVER, Ignoring, excluded
from breadknife.text.document import language_of


def find_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and those below the folders named that have a known language and aren't ignored by git.

    Raises DocumentError for a path that doesn't exist.
    """
    for path in paths:
        if path.is_dir():
            yield from _below(path, Ignoring(os.path.realpath(path), GITIGNORE))
        elif path.exists():
            yield path
        else:
            raise DocumentError(f"{path}: no such file or folder")


def _below(folder: Path, ignoring: Ignoring) -> Iterator[Path]:
    rules = ignoring.rules(os.path.realpath(folder))
    for path in sorted(folder.iterdir()):
        is_folder = path.is_dir()
        if path.name in NEVER or path.is_symlink() or excluded(os.path.realpath(path), rules, is_folder=is_folder):
            continue
        if is_folder:
            yield from _below(path, ignoring)
        elif path.is_file() and language_of(path):  # not a pipe, which would never end
            yield path
