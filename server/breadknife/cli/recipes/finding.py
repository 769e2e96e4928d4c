"""Finds the recipes that the command line names."""

from __future__ import annotations

import difflib
from pathlib import Path

from breadknife.errors import RecipeError
from breadknife.host.trust import is_trusted
from breadknife.host.workspace import root_of
from breadknife.recipes.checking import Plan
from breadknife.recipes.folders import RecipeFolder
from breadknife.recipes.registry import RecipeEntry, RecipeRegistry, read_entry


def here() -> tuple[Path, bool]:
    """Return this folder's workspace folder, and whether the user trusts it. Raises SettingsError."""
    root = root_of(Path.cwd() / "x")
    return root, is_trusted(root)


def find(names: list[str]) -> list[RecipeEntry]:
    """Return the recipes of these names or files; all of them without a name. Raises RecipeError, SettingsError."""
    registry = RecipeRegistry()
    root, trusted = here()
    entries = registry.entries(root, trusted=trusted)
    return [_find(name, entries, registry) for name in names] if names else list(entries)


def _find(name: str, entries: tuple[RecipeEntry, ...], registry: RecipeRegistry) -> RecipeEntry:
    path = Path(name)
    if name.endswith(".toml") or path.is_file():
        if not path.is_file():
            raise RecipeError(f"{name}: no such file; name a recipe or its file")
        return read_entry(path.absolute(), RecipeFolder(path.absolute().parent, "you"), registry.types)
    for entry in entries:
        if entry.name == name:
            return entry
    known = [entry.name for entry in entries]
    near = difflib.get_close_matches(name, known, 1, 0.4)
    hint = f"did you mean `{near[0]}`?" if near else "`breadknife recipes list` shows them"
    raise RecipeError(f"there is no recipe `{name}`; {hint}")


def plan_of(entry: RecipeEntry) -> Plan:
    """Raises RecipeError, with everything that is wrong."""
    if entry.plan is None:
        raise RecipeError("\n".join(map(str, entry.problems)) or f"{entry.path} can't run")
    return entry.plan
