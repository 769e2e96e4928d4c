"""The files of a folder with the names that they define and import: tables in memory, without disk and threads.

Paths of files and folders are absolute strings here, with `/` between names on every system.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from posixpath import basename, dirname

Stamp = tuple[int, int]
"""The state of a file on disk: when it last changed, in ns since 1970, and its size in bytes."""


class FileIndex:
    """The tables. Each relation is kept in both directions. Not safe to use from several threads."""

    def __init__(self) -> None:
        self._stamps: dict[str, Stamp | None] = {}
        """File -> its state when its names were read; None if they haven't been, or came from an editor's text."""
        self._defined: dict[str, tuple[str, ...]] = {}
        """File -> the names that it defines."""
        self._defining: dict[str, set[str]] = {}
        """Name -> the files that define it."""
        self._imported: dict[str, tuple[str, ...]] = {}
        """File -> the last names of what it imports: of `a.b.c` it is `c`."""
        self._importing: dict[str, set[str]] = {}
        """Last name -> the files that import something of that name."""
        self._called: dict[str, set[str]] = {}
        """File name, alone and with the folder's name before it -> the files with these last names. The second kind is
        there because a thousand files may have the name `__init__.py`."""
        self._inside: dict[str, set[str]] = {}
        """Folder -> the files directly in it."""

    def __len__(self) -> int:
        return len(self._stamps)

    def __contains__(self, file: str) -> bool:
        return file in self._stamps

    def stamp(self, file: str) -> Stamp | None:
        """Return the state of the file when its names were read; None if they haven't been, or came from an editor's
        text."""
        return self._stamps.get(file)

    def add(self, file: str) -> None:
        """Add a file, if it isn't there. Its names come later, with `define`."""
        if file not in self._stamps:
            self._stamps[file] = None
            for name in (basename(file), _last_two(file)):
                self._called.setdefault(name, set()).add(file)
            self._inside.setdefault(dirname(file), set()).add(file)

    def define(self, file: str, stamp: Stamp | None, names: Iterable[str], imported: Iterable[str] = ()) -> None:
        """Set the names that a file defines and the last names of what it imports, in place of those before. `stamp` is
        None if they come from an editor's text."""
        self.add(file)
        self._forget_names(file)
        self._stamps[file] = stamp
        if defined := tuple(sorted(set(names))):
            self._defined[file] = defined
        for name in defined:
            self._defining.setdefault(name, set()).add(file)
        if last_names := tuple(sorted(set(imported))):
            self._imported[file] = last_names
        for name in last_names:
            self._importing.setdefault(name, set()).add(file)

    def remove(self, file: str) -> None:
        """Remove a file, if it is there."""
        if file in self._stamps:
            self._forget_names(file)
            del self._stamps[file]
            for name in (basename(file), _last_two(file)):
                _discard(self._called, name, file)
            _discard(self._inside, dirname(file), file)

    def below(self, folder: str) -> Sequence[str]:
        """Return the files in a folder and in the folders below it."""
        prefix = folder.rstrip("/") + "/"
        return [file for inner, files in self._inside.items() if (inner + "/").startswith(prefix) for file in files]

    def defining(self, name: str) -> Sequence[str]:
        """Return the files that define a name."""
        return sorted(self._defining.get(name, ()))

    def importing(self, name: str) -> Sequence[str]:
        """Return the files that import something whose last name is this one."""
        return sorted(self._importing.get(name, ()))

    def ending(self, tail: str) -> Sequence[str]:
        """Return the files whose paths end with these names, such as `pkg/mod.py`."""
        return sorted(file for file in self._called.get(_last_two(tail), ()) if file.endswith("/" + tail))

    def inside(self, folder: str) -> Sequence[str]:
        """Return the files directly in a folder."""
        return sorted(self._inside.get(folder, ()))

    def folders_ending(self, tail: str) -> Sequence[str]:
        """Return the folders that have files and whose paths end with these names."""
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
