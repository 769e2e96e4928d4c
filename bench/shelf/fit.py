"""Fits the weights of the evidence: `python bench/shelf/fit.py ENTRIES MINED`. It needs scikit-learn.

ENTRIES and MINED are what `entries.py` and `mine.py` have made. Weights are fitted to the part `train`, the second
regression's to what weights say of a shelf that had no part in them; the threshold comes from the part `tune`. With
`--test`, nothing is fitted: it says what the weights that are there do on the part `test`.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Iterator, Mapping, Sequence
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
from breadknife.plugins.shelf.evidence.ranking import rank

PASSAGE = (
    "words in passage", "words", "fit of heading", "run in passage", "first below heading", "pairs in passage",
    "begins with it", "entry", "gives it", "share of bm25", "lead of bm25",
)  # fmt: skip
ANSWER = (
    "log odds", "lead", "lead of section", "terms", "rarity", "words in sentence", "words in passage", "words",
    "fit of heading", "is heading", "run in passage", "first below heading", "begins with it", "entry", "lead of bm25",
)  # fmt: skip
STRENGTH = 1.0
"""The inverse of the penalty on large weights, for features of variance 1."""
FOLDS = 6
MOST_WRONG = 0.03
"""The share of questions without an answer on which it may speak."""
LEAST_RIGHT = 0.85
"""The share of answers that must have the right passage first."""
NOTHING = FeatureWeights(0.0, {})


@dataclass(frozen=True)
class Outcome:
    """What weights make of a question."""

    asked: Asked
    features: Mapping[str, float]
    """Of the likeliest passage; empty if there is none."""
    likelihood: float
    is_first: bool
    """True if that passage is right."""
    is_among: bool
    """True if one of the first three is."""


def gathered(folders: Sequence[Path], parts: Sequence[str]) -> Iterator[list[Asked]]:
    """Yield what the shelves of each folder find by words, from a file that is made once."""
    for folder in folders:
        found = list[Asked]()
        for part in parts:
            kept = folder / f"asked-{part}.pickle"
            if not kept.exists():
                kept.write_bytes(pickle.dumps(list(asked(folder, part, with_vectors=False))))
            found += pickle.loads(kept.read_bytes())
        yield found


def regression(
    rows: Sequence[Mapping[str, float]], labels: Sequence[bool], features: Sequence[str], counts: Any = None
) -> FeatureWeights:
    table = np.array([[row[name] for name in features] for row in rows])
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    fitted: Any = LogisticRegression(C=STRENGTH, max_iter=2000)
    fitted.fit((table - mean) / spread, labels, sample_weight=counts)
    weights = fitted.coef_[0] / spread
    bias = float(fitted.intercept_[0] - (weights * mean).sum())
    return FeatureWeights(
        round(bias, 4), {name: round(float(each), 4) for name, each in zip(features, weights, strict=True)}
    )


def of_passages(cases: Sequence[Asked]) -> FeatureWeights:
    """A question's right passages count as much as its wrong ones, however many there are."""
    rows, labels, counts = list[Mapping[str, float]](), list[bool](), list[float]()
    for case in cases:
        kept = [(each, right) for each, right in zip(case.candidates, case.is_right, strict=True) if not each.missing]
        rights = sum(right for _, right in kept)
        rows += (each.features for each, _ in kept)
        labels += (right for _, right in kept)
        counts += (10 / (rights if right else len(kept) - rights) for _, right in kept)
    return regression(rows, labels, PASSAGE, counts)


def of_answers(outcomes: Sequence[Outcome]) -> FeatureWeights:
    known = [each for each in outcomes if each.features]
    return regression([each.features for each in known], [each.is_first for each in known], ANSWER)


def outcome(case: Asked, weights: FittedWeights) -> Outcome:
    right_of = {id(each): right for each, right in zip(case.candidates, case.is_right, strict=True)}
    ranked = [each for each in rank(case.query, case.candidates, weights) if not each.answer.missing]
    if not ranked:
        return Outcome(case, {}, 0.0, False, False)
    among = any(right_of[id(each.answer)] for each in apart(ranked))
    return Outcome(case, ranked[0].features, ranked[0].likelihood, right_of[id(ranked[0].answer)], among)


def folds(cases: Sequence[Asked]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield positions of known and of new cases: no repository has some in both."""
    groups = [case.shelf.removeprefix("bare-") for case in cases]
    yield from GroupKFold(FOLDS, shuffle=True, random_state=44).split(cases, groups=groups)


def by_others(cases: Sequence[Asked]) -> list[Outcome]:
    """Return the outcome of each question by weights for passages that its repository had no part in."""
    found = dict[int, Outcome]()
    for known, new in folds(cases):
        weights = FittedWeights("", of_passages([cases[at] for at in known]), NOTHING, 0.5)
        found |= {at: outcome(cases[at], weights) for at in new}
    return [found[at] for at in range(len(cases))]


def threshold_of(outcomes: Sequence[Outcome]) -> float:
    """Return the lowest likelihood at which it is right and silent often enough."""
    others = sum(not each.asked.is_answerable for each in outcomes)
    ranked, best, right, wrong = sorted(outcomes, key=lambda each: -each.likelihood), 1.0, 0, 0
    for count, each in enumerate(ranked, 1):
        right += each.is_first
        wrong += not each.asked.is_answerable
        if right >= LEAST_RIGHT * count and wrong <= MOST_WRONG * others:
            best = each.likelihood
    return best


def tell(name: str, outcomes: Sequence[Outcome], threshold: float) -> None:
    spoke = [each for each in outcomes if each.likelihood >= threshold]
    answerable = [each for each in outcomes if each.asked.is_answerable]
    others = len(outcomes) - len(answerable)
    false = sum(not each.asked.is_answerable for each in spoke)
    among = sum(each.is_among for each in answerable)
    print(f"{name}: {len(answerable)} questions and {others} without an answer; the likeliest passage is right for")
    print(f"  {right_of(answerable)}, one of three for {among}; it speaks {len(spoke)} times, right {right_of(spoke)},")
    print(f"  without an answer {false}")
    for kind in sorted({each.asked.kind for each in outcomes}):
        of_kind = [each for each in outcomes if each.asked.kind == kind]
        speaking = [each for each in of_kind if each.likelihood >= threshold]
        print(
            f"  {kind}: {len(of_kind)}; right {right_of(of_kind)}; speaks {len(speaking)}, right {right_of(speaking)}"
        )
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):  # calibration
        band = [each for each in outcomes if low <= each.likelihood < low + 0.2 + (low == 0.8)]
        mean = sum(each.likelihood for each in band) / max(len(band), 1)
        print(f"  likelihood {low:.1f} and above: {len(band)}, {mean:.2f} on average, right {right_of(band)}")


def right_of(outcomes: Sequence[Outcome]) -> int:
    return sum(each.is_first for each in outcomes)


def tell_near(cases: Sequence[Asked], weights: FittedWeights) -> None:
    """The right chunk is shown if one of the three nearest passages, a page each, is of it."""
    answerable, shown = [case for case in cases if case.is_answerable], 0
    for case in answerable:
        near = {each.answer.candidate.id for each in nearest(rank(case.query, case.candidates, weights), [])[:3]}
        rights = {each.candidate.id for each, right in zip(case.candidates, case.is_right, strict=True) if right}
        shown += bool(near & rights)
    print(f"  the right chunk among the three nearest: {shown} of {len(answerable)}")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folders", type=Path, nargs="+")
    reader.add_argument("--test", action="store_true")
    given = reader.parse_args()
    if given.test:
        fitted = model.fitted()
        for folder, cases in zip(given.folders, gathered(given.folders, ("test",)), strict=True):
            tell(f"test, {folder.name}", [outcome(case, fitted) for case in cases], fitted.threshold)
            tell_near(cases, fitted)
        return
    cases = [case for ground in gathered(given.folders, ("train",)) for case in ground]
    about = "questions and passages that bench/shelf/entries.py and bench/shelf/mine.py have found"
    weights = FittedWeights(about, of_passages(cases), of_answers(by_others(cases)), 0.5)
    grounds = [[outcome(case, weights) for case in ground] for ground in gathered(given.folders, ("tune",))]
    threshold = round(threshold_of([each for ground in grounds for each in ground]), 3)
    for folder, ground in zip(given.folders, grounds, strict=True):
        tell(f"tune, {folder.name}", ground, threshold)
    encoded = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(weights, threshold=threshold)), indent=2)
    Path(model.__file__).with_name("weights.json").write_bytes(encoded + b"\n")


if __name__ == "__main__":
    main()
