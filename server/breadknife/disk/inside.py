"""Keeps a path inside a folder, whatever links are on its way."""

from __future__ import annotations

import os
from pathlib import PurePath

from breadknife.errors import FileRefused

AnyPath = str | os.PathLike[str]

_MOST_LINKS = 40
"""As in Linux: more are taken for a circle."""
_EXTENDED = "\\\\?\\"
"""What Windows puts before a link's target."""


def resolve_inside(path: AnyPath, root: AnyPath) -> str:
    """Return the real path of a file or folder, or of what would be there, below the real path of `root`.

    A link is followed only when it leads to a place inside. Nothing outside is even looked at: on some systems looking
    mounts a network share, and Windows then sends the user's password hash to that server. Raises FileRefused for what
    is outside.
    """
    tops = (os.path.realpath(root), os.path.abspath(root))
    todo = _parts_below(os.path.abspath(path), tops)
    here: list[str] = []
    links = 0
    while todo:
        name = todo.pop()
        if name == os.pardir:
            if not here:
                raise _outside(root)
            here.pop()
            continue
        try:
            target = os.readlink(os.path.join(tops[0], *here, name)).removeprefix(_EXTENDED)
        except (OSError, ValueError):  # no link, or nothing at all
            here.append(name)
            continue
        links += 1
        if links > _MOST_LINKS:
            raise FileRefused("a link that leads in a circle; remove it")
        if os.path.isabs(target) or os.path.splitdrive(target)[0]:
            todo += _parts_below(os.path.normpath(target), tops)
            here.clear()
        else:
            todo += reversed(PurePath(target).parts)
    return os.path.join(tops[0], *here)


def _parts_below(path: str, tops: tuple[str, str]) -> list[str]:
    """Return the names that lead from one of the folders to the path, the last one first."""
    for top in tops:
        start = os.path.normcase(top).rstrip(os.sep) + os.sep
        if os.path.normcase(path + os.sep).startswith(start):
            return [*reversed(PurePath(path[len(start) :]).parts)]
    raise _outside(tops[1])


def _outside(root: AnyPath) -> FileRefused:
    return FileRefused(f"not inside {os.fspath(root)}, where it leads; put the file itself there instead of a link")
