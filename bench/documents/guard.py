"""How many planted rewrites of `guard.tsv` the guard judges as they are labelled: for each kind and half."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from breadknife.steps.builtin.guard.step import GuardInput, refusal

TABLE = Path(__file__).parent / "guard.tsv"


@dataclass(frozen=True)
class Rewrite:
    half: str
    """`fit` or `held out`: the guard's lists were changed after looking at the first half alone."""
    expected: str
    """`refuse` or `pass`."""
    kind: str
    before: str
    after: str

    @property
    def why(self) -> str:
        """Why the guard refuses it; empty if it passes."""
        return refusal(GuardInput(self.before, self.after))

    @property
    def is_right(self) -> bool:
        return bool(self.why) == (self.expected == "refuse")


def rewrites() -> list[Rewrite]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return [Rewrite(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


def main(show: str) -> None:
    right, total = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for each in rewrites():
        key = each.expected, each.kind, each.half
        total[key] += 1
        right[key] += each.is_right
        if not each.is_right and show in ("all", each.half):
            print(f"{each.half}, {each.kind}: {each.before} → {each.after}: {each.why or 'passed'}")
    for key in total:
        print("\t".join(key), f"{right[key]} of {total[key]}", sep="\t")
    for expected in ("refuse", "pass"):
        for half in ("fit", "held out"):
            keys = [key for key in total if (key[0], key[2]) == (expected, half)]
            print(expected, half, f"{sum(right[key] for key in keys)} of {sum(total[key] for key in keys)}", sep="\t")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
