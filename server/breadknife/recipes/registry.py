"""Finds recipes: those that come with breadknife, the user's, and those of a workspace folder that the user trusts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from breadknife.disk.reading import read_regular
from breadknife.lru import LruCache
from breadknife.recipes.checking import Plan, check
from breadknife.recipes.folders import RecipeFolder, files_in, recipe_folders
from breadknife.recipes.lock import LOCK, read_lock
from breadknife.recipes.parsing import LARGEST
from breadknife.recipes.values import RecipeProblem
from breadknife.steps.registry import AnyStep, discover_steps

_MAX_ENTRIES = 1_000
"""So many files' entries are kept in memory."""


@dataclass(frozen=True)
class RecipeEntry:
    """One file of a recipe: what can run, or what is wrong with it."""

    path: Path
    owner: str
    plan: Plan | None
    """None if something is wrong with it."""
    problems: tuple[RecipeProblem, ...]

    @property
    def name(self) -> str:
        return self.plan.recipe.name if self.plan else self.path.stem


class RecipeRegistry:
    """The recipes of this machine and of workspace folders.

    Reads a file again only when it, or the lock beside it, has changed. Safe to use from several threads.
    """

    def __init__(self, types: dict[str, AnyStep] | None = None) -> None:
        """`types`: the types of steps by name; by default all that are installed."""
        self.types = discover_steps().types if types is None else types
        self._entries = LruCache[Path, tuple[object, RecipeEntry]](_MAX_ENTRIES)
        """Path of a recipe -> the stamps of its file and of the lock when it was read, and its entry."""

    def entries(self, root: Path | None = None, *, trusted: bool = False) -> tuple[RecipeEntry, ...]:
        """Return every recipe, in the order of names. A recipe of the workspace whose name is taken is a problem, and
        comes after the one that has the name."""
        entries: dict[str, list[RecipeEntry]] = {}
        for folder in recipe_folders(root, trusted=trusted):
            for entry in self._entries_in(folder):
                same_name = entries.setdefault(entry.name, [])
                if not same_name:
                    same_name.append(entry)
                elif folder.owner == "workspace":
                    why = f"{same_name[0].path} has the name `{entry.name}` already; choose another one"
                    problem = RecipeProblem(entry.path, 1, 1, why)
                    same_name.append(RecipeEntry(entry.path, entry.owner, None, (problem, *entry.problems)))
        return tuple(entry for name in sorted(entries) for entry in entries[name])

    def find(self, name: str, root: Path | None = None, *, trusted: bool = False) -> Plan | None:
        """Return the plan of the recipe with a name; None if there is none that can run."""
        entries = self.entries(root, trusted=trusted)
        return next((entry.plan for entry in entries if entry.plan is not None and entry.name == name), None)

    def _entries_in(self, folder: RecipeFolder) -> Iterator[RecipeEntry]:
        for path in files_in(folder):
            stamp = (_stamp(path), _stamp(folder.folder / LOCK))
            cached = self._entries.get(path)
            if cached is None or cached[0] != stamp:
                cached = self._entries[path] = (stamp, read_entry(path, folder, self.types))
            yield cached[1]


def read_entry(path: Path, folder: RecipeFolder, types: dict[str, AnyStep]) -> RecipeEntry:
    """Read and check a recipe's file. Never raises for what is in it, or for one that can't be read."""
    try:
        source = read_regular(path, LARGEST, folder.root).decode("utf-8")
    except (OSError, ValueError) as error:
        return RecipeEntry(path, folder.owner, None, (RecipeProblem(path, 1, 1, f"it can't be read: {error}"),))
    lock, why = read_lock(path.parent / LOCK, folder.root)
    plan, problems = check(path, source, types, lock.steps_of(path.stem) if lock else {})
    if why:
        problems = (*problems, RecipeProblem(path.parent / LOCK, 1, 1, why))
        plan = None
    return RecipeEntry(path, folder.owner, plan, problems)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Return what differs after a file has changed; None if there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
