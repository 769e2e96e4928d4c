"""How likely a passage answers a question: a logistic regression, fitted by `bench/shelf/fit.py`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import exp
from pathlib import Path

import msgspec


class FeatureWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of the regression."""

    bias: float
    weights: Mapping[str, float]
    """By the feature's name, see `features.answer_candidates`."""
    threshold: float
    """Nothing is shown if the best passage is less likely than this."""

    def likelihood(self, features: Mapping[str, float]) -> float:
        """Return how likely a passage with these features answers the question, from 0 to 1. Features without a weight
        don't count."""
        log_odds = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + exp(-max(-30.0, min(30.0, log_odds))))  # `exp` of a large number overflows


class FittedWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `weights.json` has."""

    about: str
    """The questions that the weights were fitted to."""
    with_vectors: FeatureWeights
    words_alone: FeatureWeights
    """For a question without a vector, or a shelf on which vectors are missing."""


def fitted(*, with_vectors: bool) -> FeatureWeights:
    """Return the fitted weights, for a question and a shelf that have vectors or not."""
    return _read().with_vectors if with_vectors else _read().words_alone


@cache
def _read() -> FittedWeights:
    return msgspec.json.decode(Path(__file__).with_name("weights.json").read_bytes(), type=FittedWeights)
