"""How likely a passage answers a question: a logistic regression, fitted by `bench/shelf/fit.py`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import exp
from pathlib import Path

import msgspec


class FeatureWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bias: float
    weights: Mapping[str, float]
    """For each feature."""
    threshold: float
    """The least likelihood of the best passage for anything to be shown."""

    def likelihood(self, features: Mapping[str, float]) -> float:
        """Return the likelihood, from 0 to 1. Features without a weight don't count."""
        total = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


class FittedWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`weights.json`."""

    about: str
    """From what they were fitted."""
    with_vectors: FeatureWeights
    words_alone: FeatureWeights
    """For a shelf or a question without vectors."""


def fitted(*, with_vectors: bool) -> FeatureWeights:
    return _read().with_vectors if with_vectors else _read().words_alone


@cache
def _read() -> FittedWeights:
    return msgspec.json.decode(Path(__file__).with_name("weights.json").read_bytes(), type=FittedWeights)
