"""What is taken for what else: words that are put for each other, left out or put in; the rows of `confusions.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import msgspec


@dataclass(frozen=True)
class ConfusionSet:
    """One row of the file, which says what the fields mean."""

    rule: str
    words: tuple[str, ...]
    wrong: str
    right: str


class _Table(msgspec.Struct):
    sets: tuple[ConfusionSet, ...]


CONFUSIONS = msgspec.toml.decode(files(__package__ or "").joinpath("confusions.toml").read_bytes(), type=_Table).sets
