"""Fits the weights of the evidence: `python bench/shelf/fit.py FOLDER`. It needs scikit-learn.

FOLDER is what `documents.py` has made. The questions of the fitting part alone are used. The thresholds are chosen from
likelihoods that each question gets from the documents of the others.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from corpus import Asked, questions, shelf
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from breadknife.plugins.shelf.evidence import model
from breadknife.plugins.shelf.evidence.choosing import CANDIDATES, apart
from breadknife.plugins.shelf.evidence.features import AnswerCandidate, answer_candidates
from breadknife.plugins.shelf.evidence.model import FeatureWeights, FittedWeights
from breadknife.plugins.shelf.evidence.query import read_query

WORDS = ("words in sentence", "words in passage", "words in chunk", "pairs in passage", "terms")
FEATURES = (*WORDS, "cosine of chunk")
STRENGTH = 0.1
"""The inverse of the penalty on large weights, for features of variance 1."""
FOLDS = 6
ROUNDS = 10
"""Ways to put the documents into folds. A threshold that one of them suggests hangs on a single question."""
GROUPS_WITHOUT = 9
"""Of questions without an answer, which no document holds together."""
MOST_WRONG = 0.03
"""The share of questions without an answer on which it may speak."""
LEAST_RIGHT = 0.9
"""The share of answers that must have the right passage."""


@dataclass(frozen=True)
class Measured:
    asked: Asked
    passages: tuple[AnswerCandidate, ...]

    @property
    def group(self) -> str:
        """Questions about one document are fitted, or tested, together."""
        return self.asked.document or f"none {sum(self.asked.question.encode()) % GROUPS_WITHOUT}"

    def is_right(self, passage: AnswerCandidate) -> bool:
        return self.asked.is_right(passage.candidate.file, passage.text)


def measured(folder: Path, *, with_vectors: bool) -> list[Measured]:
    found: list[Measured] = []
    with shelf(folder, "fitting") as (shelves, embedding):
        for asked in questions("fitting"):
            question = read_query(asked.question, shelves.frequency, shelves.chunk_count)
            vector = embedding.embed((asked.question,))[0] if with_vectors else ()
            candidates = shelves.search(question.text, vector, CANDIDATES)
            found.append(Measured(asked, answer_candidates(question, candidates, shelves)))
    return found


def weighed(cases: list[Measured], features: tuple[str, ...]) -> FeatureWeights:
    """A question's right passages count as much as its wrong ones, however many there are."""
    rows, labels, counts = list[list[float]](), list[float](), list[float]()
    for case in cases:
        right = [case.is_right(each) for each in case.passages]
        rows += ([each.features[name] for name in features] for each in case.passages)
        labels += map(float, right)
        counts += (1 / right.count(is_right) for is_right in right)
    table = np.array(rows)
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    regression: Any = LogisticRegression(C=STRENGTH, max_iter=2000)
    regression.fit((table - mean) / spread, labels, sample_weight=20 * np.array(counts))
    weights = regression.coef_[0] / spread
    bias = float(regression.intercept_[0] - (weights * mean).sum())
    return FeatureWeights(
        round(bias, 3), {name: round(float(each), 3) for name, each in zip(features, weights, strict=True)}
    )


def outcome(case: Measured, weights: FeatureWeights) -> tuple[float, bool]:
    """The likelihood of the best passage, and whether a right one is among those shown."""
    ranked = sorted(
        ((weights.likelihood(each.features), each) for each in case.passages if not each.missing),
        key=lambda pair: -pair[0],
    )
    return (ranked[0][0] if ranked else 0.0), any(case.is_right(each) for _, each in apart(ranked))


def fit(cases: list[Measured], features: tuple[str, ...]) -> tuple[FeatureWeights, float]:
    """Return the weights, and the threshold that they need."""
    outcomes: list[tuple[Measured, float, bool]] = []
    groups = [case.group for case in cases]
    for number in range(ROUNDS):
        folds: Any = GroupKFold(FOLDS, shuffle=True, random_state=number)
        for known, new in folds.split(cases, groups=groups):
            weights = weighed([cases[at] for at in known], features)
            outcomes += ((cases[at], *outcome(cases[at], weights)) for at in new)
    best: tuple[int, float, str] = (0, 1.0, "nothing fits")
    others = sum(not case.asked.is_answerable for case, _, _ in outcomes)
    for threshold in sorted({likelihood for _, likelihood, _ in outcomes}):
        spoke = [(case, is_right) for case, likelihood, is_right in outcomes if likelihood >= threshold]
        right = [is_right for case, is_right in spoke if case.asked.is_answerable]
        wrong = len(spoke) - len(right)
        if right and wrong <= MOST_WRONG * others and sum(right) >= LEAST_RIGHT * len(right):
            said = f"spoke on {len(right)} of {len(outcomes) - others}, right {sum(right)}; of {others} others {wrong}"
            best = max(best, (len(right), threshold, said))
    print(f"{len(features)} features, each question {ROUNDS} times by the others' documents: {best[2]}")
    return weighed(cases, features), round(best[1], 3)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    folder = reader.parse_args().folder
    with_vector, threshold = fit(measured(folder, with_vectors=True), FEATURES)
    words_alone, threshold_of_words = fit(measured(folder, with_vectors=False), WORDS)
    about = "114 questions of the fitting part in bench/shelf/questions.tsv, by bench/shelf/fit.py"
    fitted = FittedWeights(about, with_vector, words_alone, max(threshold, threshold_of_words))
    path = Path(model.__file__).with_name("weights.json")
    path.write_bytes(msgspec.json.format(msgspec.json.encode(fitted), indent=2) + b"\n")


if __name__ == "__main__":
    main()
