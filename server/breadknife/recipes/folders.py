"""Where recipes are. Imports nothing heavy: it is asked at each request."""

from __future__ import annotations

import importlib
import logging
import os
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from breadknife.paths import config_dir

MAX_FILES = 200
"""In one folder."""
GROUP = "breadknife.recipes"
"""Each entry point names a package (a Python module with a folder) that has recipes beside its `__init__.py`."""
OWN = "breadknife"
SHIPPED = Path(__file__).parent / "shipped"
IN_WORKSPACE = Path(".breadknife") / "recipes"
log = logging.getLogger("breadknife.recipes")


@dataclass(frozen=True)
class RecipeFolder:
    """A folder of recipes."""

    folder: Path
    owner: str
    """`breadknife`, the name of another installed package, `you` or `workspace`."""
    root: Path | None = None
    """The folder that its files must be in."""


def user_folder() -> Path:
    return config_dir() / "recipes"


def recipe_folders(root: Path | None, *, trusted: bool) -> tuple[RecipeFolder, ...]:
    """Return the folders in which recipes of a workspace folder are looked for; the first that has a name counts."""
    folders = [RecipeFolder(user_folder(), "you"), *packaged_folders()]
    if root is not None and trusted:
        folders.append(RecipeFolder(root / IN_WORKSPACE, "workspace", root))
    return tuple(folders)


@cache
def packaged_folders() -> tuple[RecipeFolder, ...]:
    """Return those of installed packages, our own first. Cached for the process."""
    folders = [RecipeFolder(SHIPPED, OWN)]
    for entry in sorted(entry_points(group=GROUP), key=lambda point: (_package(point) != OWN, point.name)):
        try:
            folders += (
                RecipeFolder(Path(folder), _package(entry)) for folder in importlib.import_module(entry.value).__path__
            )
        except Exception:
            log.warning("the recipes %s can't be loaded", entry.name, exc_info=True)
    return tuple(folders)


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else ""


def workspace_files(root: Path) -> list[Path]:
    """Return the files of a workspace folder's own recipes, whether or not the user trusts it."""
    return files_in(RecipeFolder(root / IN_WORKSPACE, "workspace", root))


def files_in(recipes: RecipeFolder) -> list[Path]:
    """Return the files of a folder, in the order of their names; none if there is no such folder."""
    try:
        with os.scandir(recipes.folder) as listed:
            return sorted(Path(file.path) for file in listed if file.name.endswith(".toml"))[:MAX_FILES]
    except OSError:
        return []
