"""Fits the weights of the evidence: `python bench/shelf/fit.py FOLDER`. It needs scikit-learn.

FOLDER is what `mine.py` has made. Weights are fitted to the parts `train` and `tune`. The calibration and the threshold
come from likelihoods that each question gets from weights of other shelves than its own. With `--test`, nothing is
fitted: it says what the weights that are there do on the part `test`.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from mined import Asked, asked
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from breadknife.plugins.shelf.evidence import model
from breadknife.plugins.shelf.evidence.choosing import apart, nearest
from breadknife.plugins.shelf.evidence.model import FeatureWeights, FittedWeights

FEATURES = (
    "words in passage", "words", "fit of heading", "first below heading", "pairs in passage", "begins with it",
    "defines it", "share of bm25", "lead of bm25",
)  # fmt: skip
STRENGTH = 1.0
"""The inverse of the penalty on large weights, for features of variance 1."""
FOLDS = 6
MOST_WRONG = 0.03
"""The share of questions without an answer on which it may speak."""
LEAST_RIGHT = 0.83
"""The share of answers that must have the right passage first. The goal is 0.85, at which it would hardly speak."""


@dataclass(frozen=True)
class Outcome:
    """What weights make of a question."""

    asked: Asked
    log_odds: float
    """Of the likeliest passage."""
    is_first: bool
    """True if that passage is right."""
    is_among: bool
    """True if one of those that would be shown is."""


def gathered(folder: Path, parts: Sequence[str]) -> list[Asked]:
    """Return what the shelves find by words, from a file that is made once."""
    found = list[Asked]()
    for part in parts:
        kept = folder / f"asked-{part}.pickle"
        if not kept.exists():
            kept.write_bytes(pickle.dumps(list(asked(folder, part, with_vectors=False))))
        found += pickle.loads(kept.read_bytes())
    return found


def weighed(cases: list[Asked], features: Sequence[str]) -> FeatureWeights:
    """A question's right passages count as much as its wrong ones, however many there are."""
    rows, labels, counts = list[list[float]](), list[float](), list[float]()
    for case in cases:
        kept = [(each, right) for each, right in zip(case.candidates, case.is_right, strict=True) if not each.missing]
        rights = sum(right for _, right in kept)
        rows += ([each.features[name] for name in features] for each, _ in kept)
        labels += (float(right) for _, right in kept)
        counts += (10 / (rights if right else len(kept) - rights) for _, right in kept)
    table = np.array(rows)
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    regression: Any = LogisticRegression(C=STRENGTH, max_iter=2000)
    regression.fit((table - mean) / spread, labels, sample_weight=counts)
    weights = regression.coef_[0] / spread
    bias = float(regression.intercept_[0] - (weights * mean).sum())
    return FeatureWeights(bias, {name: float(each) for name, each in zip(features, weights, strict=True)})


def outcome(case: Asked, weights: FeatureWeights) -> Outcome:
    right_of = {id(each): right for each, right in zip(case.candidates, case.is_right, strict=True)}
    ranked = sorted(
        ((weights.log_odds(each.features), each) for each in case.candidates if not each.missing),
        key=lambda pair: -pair[0],
    )
    if not ranked:
        return Outcome(case, -30.0, False, False)
    among = any(right_of[id(each)] for _, each in apart(ranked))
    return Outcome(case, ranked[0][0], right_of[id(ranked[0][1])], among)


def by_others(cases: list[Asked], features: Sequence[str]) -> list[Outcome]:
    """Return the outcome of each question by weights that its shelf had no part in."""
    folds: Any = GroupKFold(FOLDS, shuffle=True, random_state=44)
    outcomes = list[Outcome]()
    for known, new in folds.split(cases, groups=[case.shelf for case in cases]):
        weights = weighed([cases[at] for at in known], features)
        outcomes += (outcome(cases[at], weights) for at in new)
    return outcomes


def calibrated(weights: FeatureWeights, outcomes: list[Outcome]) -> tuple[FeatureWeights, float, float]:
    """Return weights whose likelihood is how often the first passage is right (Platt's scaling), with the two numbers
    that make them so."""
    regression: Any = LogisticRegression(C=1e6)
    regression.fit([[each.log_odds] for each in outcomes], [each.is_first for each in outcomes])
    scale, shift = float(regression.coef_[0][0]), float(regression.intercept_[0])
    scaled = {name: round(scale * weight, 3) for name, weight in weights.weights.items()}
    return FeatureWeights(round(scale * weights.bias + shift, 3), scaled), scale, shift


def threshold_of(outcomes: list[Outcome]) -> float:
    """Return the lowest log odds at which it is right and silent often enough."""
    others = sum(not each.asked.is_answerable for each in outcomes)
    ranked, best, right, wrong = sorted(outcomes, key=lambda each: -each.log_odds), 30.0, 0, 0
    for count, each in enumerate(ranked, 1):
        right += each.is_first
        wrong += not each.asked.is_answerable
        if right >= LEAST_RIGHT * count and wrong <= MOST_WRONG * others:
            best = each.log_odds
    return best


def tell(name: str, outcomes: list[Outcome], threshold: float) -> None:
    spoke = [each for each in outcomes if each.log_odds >= threshold]
    answerable = [each for each in outcomes if each.asked.is_answerable]
    others = len(outcomes) - len(answerable)
    false = sum(not each.asked.is_answerable for each in spoke)
    first, among = sum(each.is_first for each in answerable), sum(each.is_among for each in answerable)
    print(f"{name}: {len(answerable)} questions and {others} without an answer; the likeliest passage is right for")
    print(f"  {first}, one of three for {among}; it speaks {len(spoke)} times, right {right_of(spoke)}, false {false}")
    for kind in sorted({each.asked.kind for each in outcomes}):
        of_kind = [each for each in outcomes if each.asked.kind == kind]
        speaking = [each for each in of_kind if each.log_odds >= threshold]
        print(
            f"  {kind}: {len(of_kind)}; right {right_of(of_kind)}; speaks {len(speaking)}, right {right_of(speaking)}"
        )


def right_of(outcomes: list[Outcome]) -> int:
    return sum(each.is_first for each in outcomes)


def tell_near(cases: list[Asked], weights: FeatureWeights) -> None:
    """The right chunk is shown if one of the three nearest passages, a page each, is of it."""
    answerable, shown = [case for case in cases if case.is_answerable], 0
    for case in answerable:
        ranked = sorted(((weights.log_odds(each.features), each) for each in case.candidates), key=lambda it: -it[0])
        near = {each.candidate.id for _, each in nearest(ranked, [])[:3]}
        rights = {each.candidate.id for each, right in zip(case.candidates, case.is_right, strict=True) if right}
        shown += bool(near & rights)
    print(f"  the right chunk among the three nearest: {shown} of {len(answerable)}")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("--test", action="store_true")
    given = reader.parse_args()
    if given.test:
        fitted = model.fitted()
        cases = gathered(given.folder, ("test",))
        outcomes = [outcome(case, fitted.weights) for case in cases]
        tell("test", outcomes, float(np.log(fitted.threshold / (1 - fitted.threshold))))
        tell_near(cases, fitted.weights)
        return
    cases = gathered(given.folder, ("train", "tune"))
    outcomes = by_others(cases, FEATURES)
    threshold = threshold_of(outcomes)
    tell("train and tune, each shelf by the others", outcomes, threshold)
    weights, scale, shift = calibrated(weighed(cases, FEATURES), outcomes)
    likelihood = 1 / (1 + float(np.exp(-scale * threshold - shift)))
    about = "questions and passages of public repositories' documentation, mined by bench/shelf/mine.py"
    path = Path(model.__file__).with_name("weights.json")
    encoded = msgspec.json.encode(FittedWeights(about, weights, round(likelihood, 3)))
    path.write_bytes(msgspec.json.format(encoded, indent=2) + b"\n")


if __name__ == "__main__":
    main()
