"""Remembers the SHA-256 of files, so that an engine that starts again needn't read 500 MB to know its model."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from breadknife.paths import write_atomically

KEPT_SECONDS = 86_400.0
"""After so long a file is read again, as a disk may have lost some of it."""
SETTLED_SECONDS = 2.0
"""A file that was changed so short ago may be changed again without getting another time: FAT counts two seconds."""
KEPT_FILES = 64


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits. Raises OSError.

    It takes 0.3 to 1 s for 500 MB that the system has in its cache.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class FileDigest:
    sha256: str
    at: float
    """Unix time when the file was read."""
    stamp: tuple[int, ...]
    """What changes with the file: its device, inode, size, and the times of its last change and of its inode's, which
    nobody can set. (On Windows the last one is the time when the file was made.)"""


class DigestCache:
    """The digests that `file` remembers. If it can't be read or written, each model is read each time."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock

    def sha256_of(self, path: Path) -> str:
        """Return the SHA-256 of a file, which is read only if its digest isn't remembered. Raises OSError."""
        now, stamp = self._clock(), _stamp(path)
        known = self._read()
        digest = known.get(str(path))
        if digest and digest.stamp == stamp and 0 <= now - digest.at < KEPT_SECONDS:
            return digest.sha256
        actual = sha256_of(path)
        if _stamp(path) == stamp and now - max(stamp[-2:]) / 1e9 > SETTLED_SECONDS:
            known.pop(str(path), None)
            self._write({**known, str(path): FileDigest(actual, now, stamp)})
        return actual

    def _read(self) -> dict[str, FileDigest]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, FileDigest])
        except (OSError, msgspec.DecodeError):
            return {}

    def _write(self, known: dict[str, FileDigest]) -> None:
        newest = dict(list(known.items())[-KEPT_FILES:])
        with contextlib.suppress(OSError):
            write_atomically(self._file, msgspec.json.encode(newest), durable=False)


def _stamp(path: Path) -> tuple[int, ...]:
    stat = path.stat()
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
