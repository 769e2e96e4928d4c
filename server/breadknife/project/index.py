"""The files of a folder and the names that they define: a table in memory, without disk and threads.

Files are absolute POSIX strings here (`/` between names on every system).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from posixpath import basename, dirname

Stamp = tuple[int, int]
"""Of a file on disk: time of change in ns, bytes."""


class FileIndex:
    """Not safe to use from several threads."""

    def __init__(self) -> None:
        self._stamps: dict[str, Stamp | None] = {}
        self._defined: dict[str, tuple[str, ...]] = {}
        self._defining: dict[str, set[str]] = {}
        self._imported: dict[str, tuple[str, ...]] = {}
        self._importing: dict[str, set[str]] = {}
        self._called: dict[str, set[str]] = {}
        """Its name, and its name with that of its folder -> files. A thousand files have the name `__init__.py`."""
        self._inside: dict[str, set[str]] = {}
        """Folder -> files."""

    def __len__(self) -> int:
        return len(self._stamps)

    def __contains__(self, file: str) -> bool:
        return file in self._stamps

    def stamp(self, file: str) -> Stamp | None:
        """Return that of the text whose names are known; None before they are."""
        return self._stamps.get(file)

    def add(self, file: str) -> None:
        """Add a file; its names come later."""
        if file not in self._stamps:
            self._stamps[file] = None
            for name in (basename(file), _last_two(file)):
                self._called.setdefault(name, set()).add(file)
            self._inside.setdefault(dirname(file), set()).add(file)

    def define(self, file: str, stamp: Stamp | None, names: Iterable[str], imported: Iterable[str] = ()) -> None:
        """Set all the names that the file defines, and the last names of what it imports."""
        self.add(file)
        self._forget_names(file)
        self._stamps[file] = stamp
        if defined := tuple(sorted(set(names))):
            self._defined[file] = defined
        for name in defined:
            self._defining.setdefault(name, set()).add(file)
        if known := tuple(sorted(set(imported))):
            self._imported[file] = known
        for name in known:
            self._importing.setdefault(name, set()).add(file)

    def remove(self, file: str) -> None:
        if file in self._stamps:
            self._forget_names(file)
            del self._stamps[file]
            for name in (basename(file), _last_two(file)):
                _discard(self._called, name, file)
            _discard(self._inside, dirname(file), file)

    def below(self, folder: str) -> Sequence[str]:
        inside = folder.rstrip("/") + "/"
        return [file for each, files in self._inside.items() if (each + "/").startswith(inside) for file in files]

    def defining(self, name: str) -> Sequence[str]:
        return sorted(self._defining.get(name, ()))

    def importing(self, name: str) -> Sequence[str]:
        """Return the files that import something whose last name is this one."""
        return sorted(self._importing.get(name, ()))

    def ending(self, tail: str) -> Sequence[str]:
        """Return the files whose paths end with these names: `pkg/mod.py`."""
        return sorted(file for file in self._called.get(_last_two(tail), ()) if file.endswith("/" + tail))

    def inside(self, folder: str) -> Sequence[str]:
        """Return the files in a folder itself."""
        return sorted(self._inside.get(folder, ()))

    def folders_ending(self, tail: str) -> Sequence[str]:
        """Return the folders with files whose paths end with these names."""
        return sorted(folder for folder in self._inside if folder.endswith("/" + tail))

    def _forget_names(self, file: str) -> None:
        for name in self._defined.pop(file, ()):
            _discard(self._defining, name, file)
        for name in self._imported.pop(file, ()):
            _discard(self._importing, name, file)


def _last_two(path: str) -> str:
    return "/".join(path.split("/")[-2:])


def _discard(table: dict[str, set[str]], key: str, file: str) -> None:
    table[key].discard(file)
    if not table[key]:
        del table[key]
