"""Reading a file that may have come from anybody.

A cloned repository may hold a link to `/dev/zero`, a pipe that nobody writes to, or a link that leads to the user's
keys. What is read here is a regular file of limited size, inside its folder where one is named, and nobody waits longer
than `SECONDS` for it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from functools import cache, partial

from breadknife.disk.in_time import in_time
from breadknife.disk.inside import AnyPath, resolve_inside
from breadknife.errors import FileRefused

SECONDS = 10.0
"""How long a file may take. A sleeping disk takes some of it to start; a network share that is gone never answers."""
_PIECE = 1 << 20
"""Bytes that are asked for at a time."""
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # nobody waits for the other end of a pipe
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)
_NOT_A_LINK = getattr(os, "O_NOFOLLOW", 0)


def read_regular(path: AnyPath, limit: int, root: AnyPath | None = None, *, seconds: float = SECONDS) -> bytes:
    """Return all of a regular file of at most `limit` bytes.

    With `root`, the file must be inside that folder once every link is followed. Raises FileRefused for what is
    anything else or takes longer than `seconds`, and OSError or ValueError for what isn't there or is no path.
    """
    return in_time(partial(_read, path, limit, root), seconds)


def read_many(paths: Sequence[AnyPath], limit: int, root: AnyPath) -> list[bytes | None]:
    """Return what `read_regular` does of each file; None for what it refuses. `paths` are absolute and without `..`.

    One thread reads them all, because handing each over takes longer than reading it, and far longer beside a busy
    thread. Only if that takes longer than `SECONDS` is each given a thread, and a second, of its own.
    """
    try:
        return in_time(partial(_read_all, paths, limit, root), SECONDS)
    except FileRefused:
        found = list[bytes | None]()
        for path in paths:
            try:
                found.append(read_regular(path, limit, root, seconds=1))
            except (OSError, ValueError):
                found.append(None)
        return found


def read_end(path: AnyPath, length: int, *, seconds: float = SECONDS) -> bytes:
    """Return the last `length` bytes of a regular file of any size. Raises as `read_regular` does."""
    return in_time(partial(_read_end, path, length), seconds)


def _read_all(paths: Sequence[AnyPath], limit: int, root: AnyPath) -> list[bytes | None]:
    real_folder = cache(partial(resolve_inside, root=root))  # most files have theirs in common with others
    found = list[bytes | None]()
    for path in paths:
        found.append(None)
        with suppress(OSError, ValueError):
            folder, name = os.path.split(path)
            found[-1] = _all_of(_opened(os.path.join(real_folder(folder), name), limit, follows=False), limit)
    return found


def _read(path: AnyPath, limit: int, root: AnyPath | None) -> bytes:
    return _all_of(_opened(resolve_inside(path, root) if root else path, limit, follows=not root), limit)


def _all_of(descriptor: int, limit: int) -> bytes:
    """Read a file to its end, and close it."""
    try:
        pieces, left = list[bytes](), limit + 1
        while left and (piece := os.read(descriptor, min(left, _PIECE))):
            pieces.append(piece)
            left -= len(piece)
    finally:
        os.close(descriptor)
    if not left:  # it has grown meanwhile, or the system doesn't know its size, as in `/proc`
        raise _too_large(limit)
    return b"".join(pieces)


def _read_end(path: AnyPath, length: int) -> bytes:
    descriptor = _opened(path)
    try:
        os.lseek(descriptor, max(0, os.fstat(descriptor).st_size - length), os.SEEK_SET)
        return os.read(descriptor, length)
    finally:
        os.close(descriptor)


def _opened(path: AnyPath, limit: int | None = None, *, follows: bool = True) -> int:
    """Return the descriptor of a regular file. It is looked at before it is opened, since opening a device may do
    something, and again afterwards, since something else may stand there by then."""
    _check(os.stat(path, follow_symlinks=follows), limit)
    descriptor = os.open(path, _FLAGS if follows else _FLAGS | _NOT_A_LINK)
    try:
        _check(os.fstat(descriptor), limit)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check(status: os.stat_result, limit: int | None) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise FileRefused("a folder, not a file; name a file")
    if not stat.S_ISREG(status.st_mode):
        raise FileRefused("not a regular file; put one in its place, or remove it")
    if limit is not None and status.st_size > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> FileRefused:
    size = f"{limit >> 20} MB" if limit >= 1 << 20 else f"{limit >> 10} KB"
    return FileRefused(f"larger than {size}; make it smaller, or leave it out")
