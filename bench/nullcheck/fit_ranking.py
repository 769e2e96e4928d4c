"""Fits the model of `plugins/nullcheck/menu/ranking.json` to what maintainers did, and tells how well it does.

    python bench/nullcheck/fit_ranking.py [--write]

A multinomial logistic regression with an L2 penalty, on the rows of `repairs.tsv`: of what is offered at a place, which
did the maintainers choose, or a reader of `first_offers.tsv`? The figures are of models that were fitted without a
case's package (leave one package out). `--write` replaces the weights by those that are fitted to all rows.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from maintainers import DECLARED
from numpy.typing import NDArray

from breadknife.plugins.nullcheck.menu.features import RANKED, features_of
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy

REPAIRS = Path(__file__).with_name("repairs.tsv")
MODEL = Path(__file__).parents[2] / "server/breadknife/plugins/nullcheck/menu/ranking.json"
PENALTY, SHARED = 40.0, 1.0
"""Of the weight of a feature, and of one that offers of all strategies have."""
LANGUAGES = ["python"]
RARE = 5
"""A feature of fewer offers has no weight."""
STEPS, RATE = 400, 0.1
"""Of the gradient's ascent."""
SMALL = 0.03
"""A weight below it is left out."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A place that maintainers repaired, with what is offered there."""

    by: str
    """Who has chosen: the package's maintainers, or a reader."""
    package: str
    theirs: str
    """A strategy, or `DECLARED`."""
    weight: float
    ways: tuple[str, ...]
    """The strategy of each offer, in the order in which the language gives them."""
    features: tuple[frozenset[str], ...]

    @property
    def right(self) -> tuple[bool, ...]:
        return tuple(of_kind(way) == self.theirs for way in self.ways)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    with REPAIRS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    cases = read(rows)
    weights = fitted(cases, known(cases))
    kept = {name: round(weight, 2) for name, weight in sorted(weights.items()) if abs(weight) >= SMALL}
    orders = {
        "as the language gives them": [list(range(len(case.ways))) for case in cases],
        "a fixed order of strategies": left_out(cases, lambda name: name in set(Strategy)),
        "the model": left_out(cases),
        "the model, on what it was fitted to": [ordered(case, kept) for case in cases],
    }
    for by in ("maintainers", "reader"):
        at = [place for place, case in enumerate(cases) if case.by == by]
        packages = {cases[place].package for place in at}
        ways = Counter(cases[place].theirs for place in at).most_common()
        print(f"{by}: {len(at)} cases of {len(packages)} packages, {ways}")
        print(f"  offered at all: {sum(any(cases[place].right) for place in at) / len(at):.1%}")
        for name, found in orders.items():
            print(f"  {name}: {told([found[place] for place in at], [cases[place] for place in at])}")
    print(f"{len(kept)} weights")
    if chosen.write:
        MODEL.write_text(
            json.dumps({"languages": LANGUAGES, "weights": kept}, indent=2) + "\n", encoding="utf-8", newline="\n"
        )


def read(rows: Sequence[Mapping[str, str]]) -> list[Case]:
    """The cases in which something is offered. One value's repair counts once, whatever number of places it ends, and
    a package counts as the square root of its repairs: a large one isn't all that there is."""
    found = [row for row in rows if row["offers"]]
    same = Counter((row["package"], row["path"], row["value"], row["theirs"]) for row in found)
    values = Counter(package for package, *_ in same)
    cases = list[Case]()
    for row in found:
        clues = row["clues"].split(", ")
        offers = [offer.split(", ") for offer in row["offers"].split(" | ")]
        features = tuple(frozenset(features_of(Strategy(way), own, clues, at)) for at, (way, *own) in enumerate(offers))
        times = same[row["package"], row["path"], row["value"], row["theirs"]]
        weight = 1 / times / values[row["package"]] ** 0.5
        ways = tuple(way for way, *_ in offers)
        cases.append(Case(row["by"], row["package"], row["theirs"], weight, ways, features))
    mean = sum(case.weight for case in cases) / len(cases)
    return [replace(case, weight=case.weight / mean) for case in cases]


def of_kind(way: str) -> str:
    return DECLARED if way in DECLARATION else way


def known(cases: Sequence[Case]) -> list[str]:
    """The features that have a weight."""
    times = Counter(name for case in map(of_ranked, cases) for features in case.features for name in features)
    return sorted(name for name, count in times.items() if count >= RARE)


def fitted(cases: Sequence[Case], names: Sequence[str]) -> dict[str, float]:
    """The weights that make what the maintainers did likeliest, by Adam's method."""
    told = [each for case in cases if any((each := of_ranked(case)).right) and not all(each.right)]
    at = {name: place for place, name in enumerate(names)}
    of: Floats = np.zeros((sum(len(case.ways) for case in told), len(names)))
    owner, right, weight = np.zeros(len(of), int), np.zeros(len(of), bool), np.zeros(len(of))
    row = 0
    for number, case in enumerate(told):
        for features, is_right in zip(case.features, case.right, strict=True):
            of[row, [at[name] for name in features if name in at]] = 1
            owner[row], right[row], weight[row] = number, is_right, case.weight
            row += 1
    penalty = np.array([SHARED if name.startswith(("any: ", "given ")) else PENALTY for name in names])
    weights = np.zeros(len(names))
    mean, square = np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, STEPS + 1):
        likely = np.exp(np.clip(of @ weights, -30, 30))
        chance = likely / np.bincount(owner, likely)[owner]
        chosen = likely * right / np.bincount(owner, likely * right)[owner]
        slope = of.T @ (weight * (chosen - chance)) - penalty * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        rate = RATE * (1 - step / (STEPS + 1))
        weights += rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-9)
    return dict(zip(names, weights.tolist(), strict=True))


def of_ranked(case: Case) -> Case:
    """Only what the model puts in order."""
    kept = [at for at, way in enumerate(case.ways) if way in RANKED]
    return replace(case, ways=tuple(case.ways[at] for at in kept), features=tuple(case.features[at] for at in kept))


def ordered(case: Case, weights: Mapping[str, float]) -> list[int]:
    """Its offers, the likeliest first, as in `ranking.by_likelihood`: what isn't `RANKED` keeps its place."""
    scores = {
        at: sum(weights.get(name, 0.0) for name in case.features[at])
        for at, way in enumerate(case.ways)
        if way in RANKED
    }
    likeliest = iter(sorted(scores, key=lambda at: -scores[at]))
    return [next(likeliest) if at in scores else at for at in range(len(case.ways))]


def left_out(cases: Sequence[Case], is_used: Callable[[str], bool] = lambda _: True) -> list[list[int]]:
    """The order of each case's offers, by a model that hasn't seen its package."""
    weights = dict[str, dict[str, float]]()
    for package in {case.package for case in cases}:
        others = [case for case in cases if case.package != package]
        weights[package] = fitted(others, list(filter(is_used, known(others))))
    return [ordered(case, weights[case.package]) for case in cases]


def told(orders: Sequence[Sequence[int]], cases: Sequence[Case]) -> str:
    """How often the way that was chosen is the first, and one of three; a declaration counts as one way."""
    first, three, counted = 0, 0, Counter[str]()
    weight = 0.0
    for order, case in zip(orders, cases, strict=True):
        ways = list(dict.fromkeys(of_kind(case.ways[at]) for at in order))
        first += ways[0] == case.theirs
        three += case.theirs in ways[:3]
        weight += case.weight * (ways[0] == case.theirs)
        counted[ways[0]] += 1
    weighed = weight / sum(case.weight for case in cases)
    share = f"first {first / len(cases):.1%} ({weighed:.1%} weighed), in three {three / len(cases):.1%}"
    return f"{share}; firsts {counted.most_common(6)}"


if __name__ == "__main__":
    main()
