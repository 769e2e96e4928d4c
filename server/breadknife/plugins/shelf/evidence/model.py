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

    def likelihood(self, features: Mapping[str, float]) -> float:
        """Return how likely a passage with these features answers the question, from 0 to 1. Features without a weight
        don't count."""
        log_odds = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + exp(-max(-30.0, min(30.0, log_odds))))  # `exp` of a large number overflows


class FittedWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `weights.json` has."""

    about: str
    """What the weights were fitted to."""
    with_vector: FeatureWeights
    words_alone: FeatureWeights
    """For a passage without a vector, or any passage if the question has none."""
    threshold: float
    """A passage that is less likely than this isn't said to answer the question."""

    def likelihood(self, features: Mapping[str, float]) -> float:
        """Return how likely a passage answers the question, by its words alone if it has no vector to compare."""
        weights = self.with_vector if features["cosine of chunk"] else self.words_alone
        return weights.likelihood(features)


@cache
def fitted() -> FittedWeights:
    """Return the weights; `about` says what they are fitted to."""
    return msgspec.json.decode(Path(__file__).with_name("weights.json").read_bytes(), type=FittedWeights)
