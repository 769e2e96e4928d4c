"""How likely a null is to get to its use: a logistic model over where the null comes from and what others believe.

`confidence.json` has its weights, one for each feature, nearly all the same for each language, and for each language
the chances from which a finding is shown. `bench/nullcheck/fit_belief.py` fits them to guards that were deleted, where
the use is a hole for certain, and to uses in code as it stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from breadknife.plugins.nullcheck.core.belief import Evidence
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.task.values import Confidence


@lru_cache(1 << 12)
def features(kind: OriginKind, evidence: Evidence, language: str) -> Mapping[str, float]:
    """Return what the model knows of a finding: feature -> its value. `language` is as `knowledge_of` names it."""
    found = {kind.value: 1.0, language: 1.0}
    tested = evidence.tested + evidence.tested_around
    untested = evidence.untested + evidence.untested_around
    found |= _odds("", evidence.tested, evidence.untested)
    found |= _odds(" around", evidence.tested_around, evidence.untested_around)
    found |= _odds(" of the name", evidence.name_tested, evidence.name_untested)
    found["number of tests"] = math.log1p(tested)
    found["number of others"] = math.log1p(untested)
    found["nobody tests"] = float(not evidence.tests)
    found["given null"] = float(evidence.is_given)
    found["tested here"] = float(evidence.is_tested_here)
    found["said"] = float(evidence.is_said)
    found[f"parameter {language}"] = float(evidence.is_parameter)  # in Java many are tested, in Python few
    found["typed"] = float(evidence.is_typed)
    return {name: value for name, value in found.items() if value}


def _odds(where: str, tested: int, untested: int) -> Mapping[str, float]:
    """Return how many times as many functions test a value as don't, as a logarithm, and that some do at all."""
    if not tested:
        return {}
    return {f"tests{where}": 1.0, f"odds{where}": math.log((tested + 0.3) / (untested + 0.7))}


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The least chances, from 0 to 1, of findings in one language."""

    high: float
    medium: float
    """Below it, a finding isn't shown by default."""


class FittedWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `confidence.json` has."""

    bias: float
    weights: Mapping[str, float]
    """Feature -> its weight; one that isn't named weighs nothing."""
    thresholds: Mapping[str, Thresholds]
    """Language, as `knowledge_of` names it -> its thresholds: authors test more in one language than in another."""


@dataclass(frozen=True)
class ConfidenceModel:
    """A chance is the logistic function of `bias` and the features, times their weights, added up."""

    fitted: FittedWeights
    language: str

    @property
    def thresholds(self) -> Thresholds:
        return self.fitted.thresholds[self.language]

    def chance(self, kind: OriginKind, evidence: Evidence) -> float:
        """Return how likely the null is to get to its use, from 0 to 1."""
        found = features(kind, evidence, self.language)
        weighed = sum(self.fitted.weights.get(name, 0.0) * value for name, value in found.items())
        return 1 / (1 + math.exp(-self.fitted.bias - weighed))

    def confidence(self, kind: OriginKind, evidence: Evidence) -> Confidence:
        chance = self.chance(kind, evidence)
        if chance >= self.thresholds.high:
            return Confidence.HIGH
        return Confidence.MEDIUM if chance >= self.thresholds.medium else Confidence.LOW


@cache
def fitted(language: str) -> ConfidenceModel:
    """Return the model that comes with breadknife, for a language as `knowledge_of` names it."""
    data = files("breadknife.plugins.nullcheck.core").joinpath("confidence.json").read_bytes()
    return ConfidenceModel(msgspec.json.decode(data, type=FittedWeights), language)
