"""Going through a folder that may have come from anybody."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from breadknife.disk.inside import AnyPath
from breadknife.errors import FileRefused

DEEPEST = 100
"""Folders within each other. In what people make there are about 20; a path may have 2,000, and what is done with each
takes longer the deeper it is."""


def walk(
    folder: AnyPath, left_out: Callable[[str, OSError], None] = lambda folder, error: None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yields (folder, names of folders in it, names of regular files in it), both sorted, from the top down.

    A name that is taken out of the list of folders isn't gone into. No link is followed, nor yielded. `left_out` is
    told each folder that can't be listed, or holds folders that are deeper than `DEEPEST`, and why.
    """
    todo = [(os.fspath(folder), 0)]
    while todo:
        at, depth = todo.pop()
        folders, files = list[str](), list[str]()
        try:
            with os.scandir(at) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    elif entry.is_file(follow_symlinks=False):
                        files.append(entry.name)
        except OSError as error:
            left_out(at, error)
            continue
        folders.sort()
        files.sort()
        yield at, folders, files
        if folders and depth == DEEPEST:
            left_out(at, FileRefused(f"the folders in it are left out, because they are more than {DEEPEST} deep"))
        else:
            todo += [(os.path.join(at, name), depth + 1) for name in reversed(folders)]


def size_of(path: AnyPath) -> int:
    """Return bytes of what is there itself, be it a link; 0 for what isn't there."""
    try:
        return os.lstat(path).st_size
    except (OSError, ValueError):
        return 0
