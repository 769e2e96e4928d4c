"""Kinds of errors that no rule knows, and how sure one must be of each: the rows of `kinds.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Literal

import msgspec

Source = Literal["confusions", "joined", "forms", "needless"]
"""Where its changes come from: a table of words, the same for words that stand apart or joined, a word's other forms, a
word that is taken out."""
NEVER = 99.0
MOST_MARGIN = 12.0
"""Nats: a margin beyond says no more."""


@dataclass(frozen=True)
class ErrorKind:
    """One row of the file, which says what the fields mean."""

    name: str
    source: Source
    wrong: str
    right: str
    words: tuple[str, ...] = ()
    fits: str = ""
    alone: float = NEVER
    sure: float = NEVER
    figures: str = ""

    def weigh(self, score: float, margin: float) -> float:
        """Return how sure counts and a model are together (the logarithm of odds), by a candidate's score and by the
        nats by which the model finds the text likelier."""
        constant, by_counts, by_model = _TABLE.with_model[self.source]
        return constant + by_counts * score + by_model * min(max(margin, -MOST_MARGIN), MOST_MARGIN)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.fits or ".*")


@dataclass(frozen=True)
class ErrorKinds:
    rows: tuple[ErrorKind, ...]

    @cached_property
    def on(self) -> frozenset[str]:
        """The names of the kinds that are shown, without a model or with one."""
        return frozenset(row.name for row in self.rows if min(row.alone, row.sure) < NEVER)

    @cached_property
    def by_name(self) -> Mapping[str, ErrorKind]:
        return {row.name: row for row in self.rows}

    @cached_property
    def needless(self) -> Mapping[str, ErrorKind]:
        """By a word that may be one too many, the kind."""
        return {word: row for row in self.rows if row.source == "needless" for word in row.words}

    def find(self, source: Source, old: str, new: str) -> ErrorKind:
        """Return the kind of a change of a word, both in lower case: the first row of the source that fits."""
        return next(row for row in self.rows if row.source == source and row.pattern.fullmatch(f"{old} {new}"))


class _Table(msgspec.Struct):
    weights: dict[Source, tuple[float, ...]]
    with_model: dict[Source, tuple[float, float, float]]
    kinds: tuple[ErrorKind, ...]


_TABLE = msgspec.toml.decode(files(__package__ or "").joinpath("kinds.toml").read_bytes(), type=_Table)
KINDS = ErrorKinds(_TABLE.kinds)
WEIGHTS: Mapping[Source, tuple[float, ...]] = _TABLE.weights
"""By source, the weight of each field of `candidates.ChangeFeatures`, in its order, after a constant."""
