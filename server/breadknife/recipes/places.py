"""Where recipes are. Imports nothing heavy: it is asked at each request."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from breadknife.paths import config_dir

MAX_FILES = 200
"""In one folder."""
SHIPPED = Path(__file__).parent / "shipped"
IN_WORKSPACE = Path(".breadknife") / "recipes"


@dataclass(frozen=True)
class Shelf:
    """A folder of recipes."""

    folder: Path
    owner: str
    """`breadknife`, `you` or `workspace`."""
    root: Path | None = None
    """The folder that its files must be in."""


def user_folder() -> Path:
    return config_dir() / "recipes"


def shelves(root: Path | None, *, trusted: bool) -> tuple[Shelf, ...]:
    """The folders in which recipes of a workspace folder are looked for; the first that has a name counts."""
    found = [Shelf(user_folder(), "you"), Shelf(SHIPPED, "breadknife")]
    if root is not None and trusted:
        found.append(Shelf(root / IN_WORKSPACE, "workspace", root))
    return tuple(found)


def files_on(shelf: Shelf) -> list[Path]:
    """The files of a folder, in the order of their names; none if there is no such folder."""
    try:
        with os.scandir(shelf.folder) as listed:
            return sorted(Path(each.path) for each in listed if each.name.endswith(".toml"))[:MAX_FILES]
    except OSError:
        return []
