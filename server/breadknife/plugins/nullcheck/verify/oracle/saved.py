"""What is saved while a checker runs. An editor tells its own language servers; this one has none but us."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from breadknife.disk.walking import walk
from breadknife.project.ignoring import NEVER

_CREATED, _CHANGED, _DELETED = 1, 2, 3
"""LSP's FileChangeType."""
_REST = 20
"""Times as long as a look took, until the next."""
_ENVIRONMENT = "pyvenv.cfg"
"""The file that makes a folder a virtual environment."""

Stamp = tuple[int, int]


class Saved:
    """The files below a folder with one of these names' ends."""

    def __init__(self, root: Path, ends: Collection[str]) -> None:
        self._root = root
        self._ends = tuple(ends)
        self._next = 0.0
        self._stamps = self._look()

    def changes(self) -> list[dict[str, str | int]]:
        """LSP's FileEvents since the last time."""
        if time.monotonic() < self._next:
            return []
        before, now = self._stamps, self._look()
        self._stamps = now
        changed = {path: _CHANGED if path in before else _CREATED for path in now if now[path] != before.get(path)}
        changed |= dict.fromkeys(before.keys() - now.keys(), _DELETED)
        return [{"uri": Path(path).as_uri(), "type": kind} for path, kind in changed.items()]

    def _look(self) -> dict[str, Stamp]:
        began = time.monotonic()
        found = dict(_stamps(self._root, self._ends))
        ended = time.monotonic()
        self._next = ended + _REST * (ended - began)
        return found


def _stamps(root: Path, ends: tuple[str, ...]) -> Iterator[tuple[str, Stamp]]:
    for folder, folders, files in walk(root):
        if _ENVIRONMENT in files:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NEVER]
        for name in files:
            if name.endswith(ends):
                path = os.path.join(folder, name)
                try:
                    status = os.stat(path)
                except OSError:
                    continue
                yield path, (status.st_mtime_ns, status.st_size)
