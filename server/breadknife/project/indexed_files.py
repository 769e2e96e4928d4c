"""The files of a folder as `modules` asks for them: those of the index, and others that are on disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.project.files import stamp_of
from breadknife.project.index import FileIndex


@dataclass(frozen=True)
class IndexedFiles:
    """The `ModuleFiles` of this folder: those of the index, and by its exact path any other file on disk, since it may
    be new."""

    index: FileIndex
    lock: threading.RLock
    text: Callable[[Path], str | None]
    shared: Callable[[Path], Path | None]

    def __contains__(self, file: str, /) -> bool:
        with self.lock:
            if file in self.index:
                return True
        return stamp_of(file) is not None

    def has_folder(self, folder: str, /) -> bool:
        return os.path.isdir(folder) or bool(self.inside(folder))

    def ending(self, tail: str, /) -> Sequence[str]:
        with self.lock:
            return self.index.ending(tail)

    def inside(self, folder: str, /) -> Sequence[str]:
        with self.lock:
            return self.index.inside(folder)

    def folders_ending(self, tail: str, /) -> Sequence[str]:
        with self.lock:
            return self.index.folders_ending(tail)

    def linked(self, folder: str, /) -> str | None:
        target = self.shared(Path(folder)) if os.path.islink(folder) else None
        return path_key(target) if target is not None else None

    def read(self, file: str, /) -> str | None:
        path = Path(file)
        return self.text(path) if stamp_of(path) else None


def path_key(path: Path) -> str:
    """Return a path as the tables have it, see `index`."""
    return os.path.abspath(path).replace(os.sep, "/")
