"""How many of a recipe's own tests each model passes: kept on disk, so that a model is tested once."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

import msgspec

from breadknife.disk.reading import read_regular
from breadknife.paths import state_dir, write_atomically
from breadknife.recipes.values import Recipe

LARGEST = 1 << 20
"""Bytes of the file."""
_MAX_SCORES = 500
"""So many scores are kept, the newest."""
log = logging.getLogger("breadknife.recipes")


@dataclass(frozen=True)
class Score:
    passed: int
    total: int


class Scores:
    """A file of breadknife's own. What can't be read or written counts as unknown."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or state_dir() / "recipe-scores.json"

    def of(self, recipe: Recipe, model: str) -> Score | None:
        """Return the score of a model for the recipe as it is written now; None if it wasn't tested. `model` is its
        digest, or its name if it has none."""
        return self._read().get(_key(recipe, model))

    def keep(self, recipe: Recipe, model: str, score: Score) -> None:
        """Write a score to the file; the oldest ones give way."""
        known = {**self._read(), _key(recipe, model): score}
        newest = dict(list(known.items())[-_MAX_SCORES:])
        try:
            write_atomically(self._path, msgspec.json.encode(newest), durable=False)
        except OSError:
            log.warning("the scores of recipes can't be written", exc_info=True)

    def _read(self) -> dict[str, Score]:
        try:
            return msgspec.json.decode(read_regular(self._path, LARGEST, self._path.parent), type=dict[str, Score])
        except (OSError, msgspec.DecodeError):
            return {}


def _key(recipe: Recipe, model: str) -> str:
    return hashlib.blake2b(f"{model}\0{recipe.source}".encode(), digest_size=16).hexdigest()
