"""Which files a command is about."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from breadknife.cli.output import tell
from breadknife.disk.walking import size_of, walk
from breadknife.errors import DocumentError, FileRefused
from breadknife.project.ignoring import GITIGNORE, NEVER, Ignoring, excluded
from breadknife.text.document import LARGEST_DOCUMENT, language_of

_OURS = ".breadknife"
"""The folder in which breadknife keeps words and sentences of others that it must not report again."""
Complain = Callable[[DocumentError], None]


class WantedFiles(Protocol):
    """Some files of a folder, so that the others aren't looked for."""

    def has(self, path: str, /) -> bool:
        """Tell whether a file, by its path without links, is one of them."""
        ...

    def lie_below(self, folder: str, /) -> bool:
        """Tell whether one of them lies below a folder, by its path without links."""
        ...


def find_files(
    paths: Sequence[Path],
    complain: Complain = lambda error: None,
    languages: Container[str] | None = None,
    wanted: WantedFiles | None = None,
) -> Iterator[Path]:
    """Yield the files in `paths`, and of the folders in it each file in a known language that git doesn't ignore.

    Args:
        complain: is called with a DocumentError for a path that doesn't exist and for a folder that can't be listed,
            and with a FileRefused for what lies too deep or is too large for something that people wrote.
        languages: LSP language ids; of folders, files in others are left out without a word.
        wanted: the only files that are yielded; None for all.
    """
    for path in paths:
        if path.is_dir():
            ignoring = Ignoring(os.path.realpath(path), GITIGNORE)
            yield from sorted(_below(path, ignoring, complain, languages, wanted))
        elif path.exists():
            if wanted is None or wanted.has(os.path.realpath(path)):
                yield path
        else:
            complain(DocumentError(f"{path}: no such file or folder"))


def tell_complaint(error: DocumentError) -> bool:
    """Tell the user what `find_files` complains of. Return whether the command has failed: not if a file or folder was
    only left out because of its size or depth."""
    tell(str(error))
    return not isinstance(error, FileRefused)


def _below(
    top: Path, ignoring: Ignoring, complain: Complain, languages: Container[str] | None, wanted: WantedFiles | None
) -> Iterator[Path]:
    """Yield the files below the folder `top`, as `find_files` does."""

    def complain_of(folder: str, error: OSError) -> None:
        kind = FileRefused if isinstance(error, FileRefused) else DocumentError
        complain(kind(f"{folder}: {error.strerror or error}"))

    def not_ignored(names: list[str], *, are_folders: bool) -> list[str]:
        candidates = (name for name in names if name not in NEVER and name != _OURS)
        return [name for name in candidates if not excluded(os.path.join(real, name), rules, is_folder=are_folders)]

    for folder, folders, files in walk(top, complain_of):
        real = os.path.realpath(folder)
        rules = ignoring.rules(real)
        if wanted is not None:
            folders[:] = [name for name in folders if wanted.lie_below(os.path.join(real, name))]
            files[:] = [name for name in files if wanted.has(os.path.join(real, name))]
        folders[:] = not_ignored(folders, are_folders=True)  # as with `os.walk`, only these are walked
        for path in (Path(folder, name) for name in not_ignored(files, are_folders=False)):
            id = language_of(path)
            if not id or (languages is not None and id not in languages):
                continue
            if size_of(path) > LARGEST_DOCUMENT:
                complain(FileRefused(f"{path}: left out, because it is larger than {LARGEST_DOCUMENT >> 20} MB"))
                continue
            yield path
