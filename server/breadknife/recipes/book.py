"""Finds recipes: those that come with breadknife, the user's, and those of a workspace folder that the user trusts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.disk.reading import read_regular
from breadknife.recipes.checking import Plan, check
from breadknife.recipes.lock import LOCK, read_lock
from breadknife.recipes.places import RecipeFolder, files_in, recipe_folders
from breadknife.recipes.reading import LARGEST
from breadknife.recipes.values import Problem
from breadknife.steps.registry import AnyStep, discover_steps


@dataclass(frozen=True)
class Entry:
    """One file, and what became of it."""

    path: Path
    owner: str
    plan: Plan | None
    """None if something is wrong with it."""
    problems: tuple[Problem, ...]

    @property
    def name(self) -> str:
        return self.plan.recipe.name if self.plan else self.path.stem


@dataclass
class Book:
    """Reads a file again only when it, or the lock beside it, has changed. Safe to use from several threads."""

    types: dict[str, AnyStep] = field(default_factory=lambda: discover_steps().types)
    _read: dict[Path, tuple[tuple[object, ...], Entry]] = field(
        default_factory=dict[Path, "tuple[tuple[object, ...], Entry]"]
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def entries(self, root: Path | None = None, *, trusted: bool = False) -> tuple[Entry, ...]:
        """Return every recipe, in the order of names. Of two with one name, the second is a problem."""
        found: dict[str, Entry] = {}
        for folder in recipe_folders(root, trusted=trusted):
            for entry in self._in(folder):
                if (other := found.get(entry.name)) is None:
                    found[entry.name] = entry
                elif folder.owner == "workspace":
                    why = f"{other.path} has the name `{entry.name}` already; choose another one"
                    found[f"{entry.name} "] = Entry(
                        entry.path, entry.owner, None, (Problem(entry.path, 1, 1, why), *entry.problems)
                    )
        return tuple(found[name] for name in sorted(found))

    def _in(self, folder: RecipeFolder) -> Iterator[Entry]:
        lock_file = folder.folder / LOCK
        for path in files_in(folder):
            stamp = (_stamp(path), _stamp(lock_file))
            with self._lock:
                known = self._read.get(path)
            if known is None or known[0] != stamp:
                known = (stamp, read_entry(path, folder, self.types))
                with self._lock:
                    self._read[path] = known
            yield known[1]


def read_entry(path: Path, folder: RecipeFolder, types: dict[str, AnyStep]) -> Entry:
    """Never raises for what is in the file, or for one that can't be read."""
    try:
        source = read_regular(path, LARGEST, folder.root).decode("utf-8")
    except (OSError, ValueError) as error:
        return Entry(path, folder.owner, None, (Problem(path, 1, 1, f"it can't be read: {error}"),))
    lock, why = read_lock(path.parent / LOCK, folder.root)
    plan, problems = check(path, source, types, lock.steps_of(path.stem) if lock else {})
    if why:
        problems = (*problems, Problem(path.parent / LOCK, 1, 1, why))
        plan = None
    return Entry(path, folder.owner, plan, problems)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
