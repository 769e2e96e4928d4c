"""Evaluated prefixes on disk: a long context is read back after a restart instead of being evaluated again."""

from __future__ import annotations

import hashlib
import logging
import os
from array import array
from collections.abc import Sequence
from pathlib import Path

from breadknife.engine.model import Model
from breadknife.engine.transport import private_folder
from breadknife.errors import BreadknifeError

SHORTEST = 256
"""Tokens; a shorter prefix is evaluated about as quickly as it is read."""
log = logging.getLogger("breadknife.engine")


def snapshot_key(model: str, adapter: str, build: str, tokens: Sequence[int]) -> str:
    """Return the name of a snapshot: a sum of all that the evaluation depends on. `model` and `adapter` identify
    files."""
    key = hashlib.sha256(f"{model}\n{adapter}\n{build}\n".encode())
    key.update(array("i", tokens).tobytes())
    return key.hexdigest()


class Snapshots:
    """Files in `folder`, of `budget` bytes together; those that were used least recently give way.

    They hold what the user wrote, as tokens: the folder is the user's alone. Nothing that goes wrong here is an error
    for anybody: a snapshot that can't be written or read is one that isn't there.
    """

    def __init__(self, folder: Path, budget: int) -> None:
        self._folder = folder
        self._budget = budget
        self._refused: set[str] = set()
        """Keys of snapshots that could not be saved."""

    def wants(self, key: str) -> bool:
        """Tell whether it is worth trying to save this snapshot. One that is there already counts as used now."""
        if key in self._refused or not self._budget:
            return False
        return not self._touch(key)

    def save(self, key: str, model: Model, sequence: int) -> None:
        """Write all that a sequence holds to the snapshot; the oldest snapshots give way."""
        path = self._folder / key
        try:
            private_folder(self._folder)
            model.save(sequence, path)
            self._make_room()
        except (OSError, BreadknifeError) as error:
            log.warning("no snapshot of %d tokens: %s", len(model.tokens[sequence]), error)
        if not path.exists():  # larger than the budget, or no room on the disk
            self._refused.add(key)

    def restore(self, key: str, model: Model, sequence: int, tokens: Sequence[int]) -> bool:
        """Fill a sequence, for which the caller has made room. It is left as it is when there is no such snapshot."""
        path = self._folder / key
        if not self._touch(key):
            return False
        if model.load(sequence, path) and model.tokens[sequence] == list(tokens):
            return True
        log.warning("the snapshot %s is broken", path)
        model.truncate(sequence, 0)
        self._delete(path)
        return False

    def _touch(self, key: str) -> bool:
        try:
            os.utime(self._folder / key)
        except FileNotFoundError:
            return False
        except OSError:  # a read-only folder
            return (self._folder / key).is_file()
        return True

    def _make_room(self) -> None:
        files = sorted(((stat.st_mtime, stat.st_size, path) for path, stat in self._files()), reverse=True)
        kept = 0
        for _, size, path in files:
            kept += size
            if kept > self._budget:
                self._delete(path)

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        with os.scandir(self._folder) as entries:
            return [(Path(entry.path), entry.stat()) for entry in entries]

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("can't delete the snapshot %s: %s", path, error)
