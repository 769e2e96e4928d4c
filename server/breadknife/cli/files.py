"""Which files a command is about."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from breadknife.cli.output import tell
from breadknife.disk.walking import size_of, walk
from breadknife.errors import DocumentError, FileRefused
from breadknife.project.ignoring import GITIGNORE, NEVER, Ignoring, excluded
from breadknife.text.document import LARGEST_DOCUMENT, language_of

Complain = Callable[[DocumentError], None]


def find_files(paths: Sequence[Path], complain: Complain = lambda error: None) -> Iterator[Path]:
    """Yield the files named, and those below the folders named that have a known language and aren't ignored by git.

    `complain` is told of a path that doesn't exist, of folders below that can't be listed, and as FileRefused of what
    is too deep or too large to be something that people wrote.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(_below(path, Ignoring(os.path.realpath(path), GITIGNORE), complain))
        elif path.exists():
            yield path
        else:
            complain(DocumentError(f"{path}: no such file or folder"))


def tell_complaint(error: DocumentError) -> bool:
    """Tell the user what `find_files` complains of. Returns whether the command has failed over it."""
    tell(str(error))
    return not isinstance(error, FileRefused)


def _below(top: Path, ignoring: Ignoring, complain: Complain) -> Iterator[Path]:
    def left_out(folder: str, error: OSError) -> None:
        kind = FileRefused if isinstance(error, FileRefused) else DocumentError
        complain(kind(f"{folder}: {error.strerror or error}"))

    def kept(names: list[str], *, are_folders: bool) -> list[str]:
        left = (name for name in names if name not in NEVER)
        return [name for name in left if not excluded(os.path.join(real, name), rules, is_folder=are_folders)]

    for folder, folders, files in walk(top, left_out):
        real = os.path.realpath(folder)
        rules = ignoring.rules(real)
        folders[:] = kept(folders, are_folders=True)
        for path in (Path(folder, name) for name in kept(files, are_folders=False)):
            if not language_of(path):
                continue
            if size_of(path) > LARGEST_DOCUMENT:
                complain(FileRefused(f"{path}: left out, because it is larger than {LARGEST_DOCUMENT >> 20} MB"))
                continue
            yield path
