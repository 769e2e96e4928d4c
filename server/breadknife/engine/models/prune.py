"""Finds and deletes files that breadknife fetched or made and that nothing needs any more."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from breadknife.engine.models.catalog import Catalog
from breadknife.engine.models.store import ModelStore
from breadknife.errors import ModelError
from breadknife.paths import lock_file

SNAPSHOT_DAYS = 30
"""A snapshot that was unused for so long is a leftover."""


@dataclass(frozen=True)
class Leftover:
    path: Path
    size: int
    """Bytes."""
    why: str
    lock: Path | None = None
    """The lock that a program holds while it works on it."""


def leftovers(store: ModelStore, catalog: Catalog, keep: frozenset[str], snapshots: Path) -> list[Leftover]:
    """Return unfinished downloads, files in our folder of models that aren't of a model in `keep`, and old snapshots.

    `keep` has names of models, `snapshots` is the folder of the engine's snapshots.
    """
    unneeded = [
        Leftover(folder, _size(folder), "an unfinished download", folder.with_name(f"{folder.name}.lock"))
        for folder in _entries(store.folder / ".partial")
        if folder.is_dir()
    ]
    owners = {store.path(model): model.name for model in catalog.models}
    used = {path for path, name in owners.items() if name in keep} | {Path(model.path) for model in catalog.models}
    for path in _entries(store.folder):
        if path.suffix.lower() == ".gguf" and path.is_file() and path not in used:
            owner = owners.get(path)
            why = f"the model {owner}, which no role uses" if owner else "no model of the catalog"
            unneeded.append(Leftover(path, _size(path), why))
    oldest = time.time() - SNAPSHOT_DAYS * 86400
    for path in _entries(snapshots):
        with suppress(OSError):  # the engine deletes them too
            if path.stat().st_mtime < oldest:
                unneeded.append(Leftover(path, _size(path), f"a snapshot unused for {SNAPSHOT_DAYS} days"))
    return unneeded


def delete(leftover: Leftover) -> bool:
    """Delete a leftover; return False if another program is working on it. Raises ModelError."""
    try:
        if leftover.lock is None:
            leftover.path.unlink(missing_ok=True)
            return True
        with lock_file(leftover.lock, 0):
            shutil.rmtree(leftover.path)
            return True
    except Timeout:
        return False
    except OSError as error:
        raise ModelError(
            f"can't delete {leftover.path}: {error}; close what uses it, or see to its permissions"
        ) from error


def _entries(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.iterdir())) if folder.is_dir() else iter(())


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file())
