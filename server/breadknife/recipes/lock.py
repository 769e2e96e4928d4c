"""`recipe.lock`: which versions of steps, models and engine a folder's recipes were written and tested with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import msgspec

from breadknife.disk.reading import read_regular
from breadknife.paths import write_for_user

LOCK = "recipe.lock"
LARGEST = 1 << 20
"""Bytes."""
_REMEDY = "write it again with `breadknife recipes lock`"


@dataclass(frozen=True)
class LockedModel:
    name: str
    sha256: str


@dataclass(frozen=True)
class LockedRecipe:
    version: str
    steps: Mapping[str, int]
    """Type of step -> its version."""
    models: Mapping[str, LockedModel] = field(default_factory=dict[str, LockedModel])
    """Role -> the model that had it."""


@dataclass(frozen=True)
class Lock:
    engine: str = ""
    """The engine's build."""
    recipes: Mapping[str, LockedRecipe] = field(default_factory=dict[str, LockedRecipe])
    """By the name of the file, without `.toml`."""

    def steps_of(self, name: str) -> Mapping[str, int]:
        return self.recipes[name].steps if name in self.recipes else {}


def read_lock(path: Path, root: Path | None = None) -> tuple[Lock | None, str]:
    """Return the lock, None if there is no such file; and what is wrong with it."""
    try:
        return msgspec.json.decode(read_regular(path, LARGEST, root), type=Lock), ""
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError) as error:
        return None, f"this lock can't be read: {error}; {_REMEDY}"


def write_lock(path: Path, lock: Lock) -> None:
    """Raises OSError, FileRefused."""
    write_for_user(path, (json.dumps(asdict(lock), indent=2, sort_keys=True) + "\n").encode())


def differences(locked: LockedRecipe, now: LockedRecipe) -> list[str]:
    """Return what has changed since a recipe was locked, a sentence each."""
    changes: list[str] = []
    for role, model in locked.models.items():
        current = now.models.get(role)
        if current is None:
            changes.append(f"it asks no model for `{role}` any more; {_REMEDY}")
        elif current != model:
            changes.append(
                f"`{role}` was {_model_label(model)} and is {_model_label(current)}; test the recipe, and {_REMEDY}"
            )
    changes += [f"`{role}` is not in the lock; {_REMEDY}" for role in now.models.keys() - locked.models.keys()]
    changes += [f"the step `{name}` is not in the lock; {_REMEDY}" for name in now.steps.keys() - locked.steps.keys()]
    return changes


def _model_label(model: LockedModel) -> str:
    return f"{model.name} ({model.sha256[:12]})"
