"""Finds the recipes that the command line names."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path

from breadknife.cli.output import tell
from breadknife.errors import RecipeError
from breadknife.host.trust import is_trusted
from breadknife.host.workspace import root_of
from breadknife.recipes.checking import Plan
from breadknife.recipes.folders import RecipeFolder, workspace_files
from breadknife.recipes.registry import RecipeEntry, RecipeRegistry, read_entry
from breadknife.text.printable import counted

UNTRUSTED = "this folder isn't trusted; `breadknife trust` trusts it"


def current_workspace() -> tuple[Path, bool]:
    """Return the workspace folder of the current folder, and whether the user trusts it. Raises SettingsError."""
    root = root_of(Path.cwd() / "any file")  # `root_of` takes a file, which need not exist
    return root, is_trusted(root)


def find(names: list[str]) -> list[RecipeEntry]:
    """Return the recipes with these names or in these files; if there are no names, all recipes.

    Raises RecipeError for a name of no recipe, SettingsError.
    """
    registry = RecipeRegistry()
    root, trusted = current_workspace()
    entries = registry.entries(root, trusted=trusted)
    if not names:
        return list(entries)
    left_out = () if trusted else tuple(file.stem for file in workspace_files(root))
    return [_find(name, entries, registry, left_out) for name in names]


def tell_untrusted() -> None:
    """Tell the user where a folder has recipes that don't count, since nobody trusts it."""
    root, trusted = current_workspace()
    if not trusted and (files := workspace_files(root)):
        tell(f"{counted(len(files), 'recipe')} of this folder left out: {UNTRUSTED}")


def _find(
    name: str, entries: tuple[RecipeEntry, ...], registry: RecipeRegistry, left_out: Collection[str]
) -> RecipeEntry:
    path = Path(name)
    if name.endswith(".toml") or path.is_file():
        if not path.is_file():
            raise RecipeError(f"{name}: no such file; name a recipe or its file")
        return read_entry(path.absolute(), RecipeFolder(path.absolute().parent, "you"), registry.types)
    for entry in entries:
        if entry.name == name:
            return entry
    if name in left_out:
        raise RecipeError(f"the recipe `{name}` doesn't count: {UNTRUSTED}")
    known = [entry.name for entry in entries]
    near = difflib.get_close_matches(name, known, 1, 0.4)
    hint = f"did you mean `{near[0]}`?" if near else "`breadknife recipes list` shows them"
    raise RecipeError(f"there is no recipe `{name}`; {hint}")


def plan_of(entry: RecipeEntry) -> Plan:
    """Return a recipe's plan. Raises RecipeError with all that is wrong, if the recipe can't run."""
    if entry.plan is None:
        raise RecipeError("\n".join(map(str, entry.problems)) or f"{entry.path} can't run")
    return entry.plan
