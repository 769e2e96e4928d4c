"""How likely a null is to get to its use: a logistic model over the clues in the text around a finding.

`confidence.json` has the model. `bench/nullcheck/fit_confidence.py` makes it out of `bench/nullcheck/judged.tsv`, which
are findings that were read in their code, and tells how well it does on packages that it wasn't fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec

from breadknife.task.values import Confidence


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A chance is the logistic function of `bias` and the weights of the clues that are there, added up."""

    bias: float
    weights: Mapping[str, float]
    """Of each clue; one that is not named has none."""
    high: float
    """The least chance of a finding of high confidence, from 0 to 1."""
    medium: float
    """The same of medium confidence; that of the others is low."""

    def chance(self, clues: Iterable[str]) -> float:
        """How likely the null is to get to its use, from 0 to 1."""
        return 1 / (1 + math.exp(-self.bias - sum(self.weights.get(clue, 0.0) for clue in clues)))

    def confidence(self, clues: Iterable[str]) -> Confidence:
        chance = self.chance(clues)
        if chance >= self.high:
            return Confidence.HIGH
        return Confidence.MEDIUM if chance >= self.medium else Confidence.LOW


@cache
def fitted() -> Model:
    """The model that comes with breadknife."""
    data = files("breadknife.plugins.nullcheck.shown").joinpath("confidence.json").read_bytes()
    return msgspec.json.decode(data, type=Model)
