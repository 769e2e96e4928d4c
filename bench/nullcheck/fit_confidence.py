"""Fits the model of `plugins/nullcheck/core/confidence.json` to the judged findings, and tells how well it does.

    python bench/nullcheck/fit_confidence.py [--write]

A logistic regression with an L2 penalty, on the clues of the rows of `judged.tsv` that the null check reports itself.
Whether a finding is shown is told by a model that was fitted without its package (leave one package out). `--write`
replaces the weights by those that are fitted to all rows.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from breadknife.plugins.nullcheck.core.confidence import ConfidenceModel, known_clues
from breadknife.plugins.nullcheck.core.nullness import OriginKind

JUDGED = Path(__file__).with_name("judged.tsv")
MODEL = Path(__file__).parents[2] / "server/breadknife/plugins/nullcheck/core/confidence.json"
CLUES = (
    OriginKind.CALL,
    OriginKind.LOOKUP,
    OriginKind.OUTSIDE,
    OriginKind.COMPARISON,
    *(clue.name for clue in known_clues()),
)
"""What has a weight. The other origins are the bias."""
PENALTY = 0.5
HIGH, MEDIUM = 0.38, 0.28
"""Chances. A finding from the first on is shown as a warning, from the second on as an information."""

Row = Mapping[str, str]
Floats = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    with JUDGED.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["origin"]]
    names = [str(clue) for clue in CLUES]
    true, packages = truth(rows), np.array([row["package"] for row in rows])
    chances = left_out(features(rows, names), true, packages)
    print(f"{len(rows)} findings of {len(set(packages))} packages, {int(true.sum())} true")
    _print_clues(rows, true)
    for least in (0.2, MEDIUM, HIGH, 0.5):
        print(f"chance ≥ {least:4}: {_shown(chances >= least, true)}")
    for language in sorted({row["language"] for row in rows}):
        of = np.array([row["language"] == language for row in rows])
        print(f"{language}: {_shown((chances >= HIGH) & of, true)}")
    print(f"log loss {loss(chances, true):.4f}; with one clue less:")
    for name in names:
        fewer = features(rows, [each for each in names if each != name])
        print(f"  {name:18} {loss(left_out(fewer, true, packages), true):.4f}")
    weights = fitted(features(rows, names), true)
    weighed = {name: round(float(weight), 3) for name, weight in zip(names, weights[1:], strict=True)}
    model = ConfidenceModel(round(float(weights[0]), 3), weighed, HIGH, MEDIUM)
    print(model)
    if parser.parse_args().write:
        data = {"bias": model.bias, "weights": model.weights, "high": model.high, "medium": model.medium}
        MODEL.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8", newline="\n")


def features(rows: Sequence[Row], names: Sequence[str]) -> Floats:
    """One row a finding: 1 for the bias, then 1 for each clue that is there, else 0."""
    there = [frozenset(row["clues"].split(", ")) for row in rows]
    return np.array([[1.0, *(float(name in clues) for name in names)] for clues in there])


def truth(rows: Sequence[Row]) -> Floats:
    return np.array([float(row["verdict"] == "true") for row in rows])


def fitted(of: Floats, true: Floats) -> Floats:
    """The weights, the bias first, which has nearly no penalty: Newton's method."""
    weights = np.zeros(of.shape[1])
    penalty = np.full(of.shape[1], PENALTY)
    penalty[0] = 0.01
    for _ in range(50):
        chance = 1 / (1 + np.exp(-of @ weights))
        slope = of.T @ (true - chance) - penalty * weights
        curvature = (of.T * (chance * (1 - chance))) @ of + np.diag(penalty)
        step = np.linalg.solve(curvature, slope)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def left_out(of: Floats, true: Floats, packages: NDArray[np.str_]) -> Floats:
    """The chance of each finding, by a model that hasn't seen its package."""
    chances = np.zeros(len(true))
    for package in sorted(set(packages)):
        here = packages == package
        chances[here] = 1 / (1 + np.exp(-of[here] @ fitted(of[~here], true[~here])))
    return chances


def loss(chances: Floats, true: Floats) -> float:
    return float(-np.mean(true * np.log(chances) + (1 - true) * np.log(1 - chances)))


def _shown(shown: NDArray[np.bool_], true: Floats) -> str:
    count = int(shown.sum())
    return f"{count} shown, {int(true[shown].sum())} true" + (f" ({true[shown].mean():.0%})" if count else "")


def _print_clues(rows: Sequence[Row], true: Floats) -> None:
    there, right = Counter[str](), defaultdict[str, float](float)
    for row, is_true in zip(rows, true, strict=True):
        for clue in row["clues"].split(", "):
            there[clue] += 1
            right[clue] += is_true
    for clue, count in there.most_common():
        print(f"  {clue:14} {int(right[clue]):3} of {count}")


if __name__ == "__main__":
    main()
