"""How likely a passage answers a question: two logistic regressions, fitted by `bench/shelf/fit.py`."""

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

    def log_odds(self, features: Mapping[str, float]) -> float:
        """Return the logarithm of the odds that a passage with these features answers the question. Features without a
        weight don't count."""
        return self.bias + sum(weight * features[name] for name, weight in self.weights.items())

    def likelihood(self, features: Mapping[str, float]) -> float:
        """Return how likely it does, from 0 to 1."""
        return 1 / (1 + exp(-max(-30.0, min(30.0, self.log_odds(features)))))  # `exp` of a large number overflows


class FittedWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `weights.json` has."""

    about: str
    """What the weights were fitted to."""
    passage: FeatureWeights
    """Says how likely a passage is the one that answers, so that a question's passages can be compared. A meaning
    proves nothing: vectors find passages, and an answer is the same before they are made."""
    answer: FeatureWeights
    """Says how likely a passage answers, given how it compares with the others of its question."""
    threshold: float
    """A passage that is less likely than this isn't said to answer the question."""


@cache
def fitted() -> FittedWeights:
    """Return the weights; `about` says what they are fitted to."""
    return msgspec.json.decode(Path(__file__).with_name("weights.json").read_bytes(), type=FittedWeights)
