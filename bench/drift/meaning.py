"""Tries whether a small model tells which documentation a change made false, where no rule reads a claim.

    python bench/drift/meaning.py GROUND SPLIT MODEL [--each 150] [--seed 45]

For each documented definition whose code a commit of the ground (see `mine.py`) changed: how much likelier the model
finds each token of the documentation after the old code than after the new code. It was false if the maintainers
changed or removed lines of it with the code, or within 60 days. Prints the area under the ROC curve, and for each share
that would be shown how many of those are right; with `--each` definitions of both kinds, half right is chance. Those
with a finding by rule are left out.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import llama_cpp
import numpy as np
from score import Row, facts_of, rows_of

from breadknife.plugins.drift.claims.alignment import align, pair
from breadknife.plugins.drift.claims.compare import find_drift
from breadknife.plugins.drift.values import Symbol

_FEWEST_WORDS = 5
_CODE, _TEXT = 1200, 400
"""The most characters of code and of documentation that are read."""


def code_of(symbol: Symbol, lines: tuple[str, ...]) -> str:
    documented = {row for block in symbol.blocks for row in range(block.first, block.last + 1)}
    return "\n".join(lines[row] for row in range(symbol.first, symbol.last + 1) if row not in documented)[:_CODE]


def examples(row: Row) -> Iterator[tuple[str, str, str, bool]]:
    """Yield documentation, the code before and after, and whether the maintainers changed the documentation."""
    for path in row["after"]:
        before, after = facts_of(path, row["before"][path]), facts_of(path, row["after"][path])
        if before is None or after is None:
            continue
        told = {after[0].line_at(drift.span.start) for drift in find_drift(before[1], after[1], after[0])}
        claims = row["claims"] if path == row["path"] else []
        for old, new in pair(before[1].symbols, after[1].symbols):
            if not new.name or not align(old, new).changed:
                continue
            texts = {block.text for block in old.blocks}
            for block in new.blocks:
                rows = range(block.first, block.last + 1)
                if not block.documents or block.text not in texts or told.intersection(rows):
                    continue
                if len(block.text.split()) < _FEWEST_WORDS:
                    continue
                is_false = any(c["start"] < rows.stop and c["end"] > rows.start and c["old"] for c in claims)
                codes = code_of(old, before[1].lines), code_of(new, after[1].lines)
                yield block.text[:_TEXT], *codes, is_false


class Scorer:
    def __init__(self, path: Path) -> None:
        self._model = llama_cpp.Llama(str(path), n_ctx=2048, n_batch=2048, logits_all=True, verbose=False, n_threads=1)

    def log_likelihood(self, code: str, text: str) -> float:
        """Return the mean natural logarithm of the probability of the text's tokens after the code."""
        head = self._model.tokenize(f"{code}\n\nWhat this code does: ".encode())
        body = self._model.tokenize(text.encode(), add_bos=False)
        self._model.reset()
        self._model.eval([*head, *body])
        logits = np.asarray(self._model.scores[len(head) - 1 : len(head) + len(body) - 1], dtype=np.float64)
        top = logits.max(axis=1, keepdims=True)
        chances = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
        return float(chances[np.arange(len(body)), body].mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("ground", type=Path)
    parser.add_argument("split")
    parser.add_argument("model", type=Path)
    parser.add_argument("--each", type=int, default=150)
    parser.add_argument("--seed", type=int, default=45)
    options = parser.parse_args()
    rows = list(rows_of(options.ground, options.split, "together", "later", "quiet"))
    random.Random(options.seed).shuffle(rows)
    found: dict[bool, list[tuple[str, str, str]]] = {True: [], False: []}
    for row in rows:
        for text, old, new, is_false in examples(row):
            if len(found[is_false]) < options.each:
                found[is_false].append((text, old, new))
        if all(len(each) == options.each for each in found.values()):
            break
    scorer = Scorer(options.model)
    scores = {
        is_false: np.array([scorer.log_likelihood(o, t) - scorer.log_likelihood(n, t) for t, o, n in each])
        for is_false, each in found.items()
    }
    wins = (scores[True][:, None] > scores[False]).mean() + (scores[True][:, None] == scores[False]).mean() / 2
    print(f"{len(scores[True])} false, {len(scores[False])} true; area under the curve {wins:.3f}")
    values = np.concatenate([scores[True], scores[False]])
    labels = np.repeat([1, 0], [len(scores[True]), len(scores[False])])
    order = np.argsort(-values)
    for share in (0.02, 0.05, 0.1, 0.2, 0.5):
        count = max(1, int(len(order) * share))
        print(f"  the first {share:.0%}: {labels[order[:count]].mean():.0%} of {count} right")


if __name__ == "__main__":
    main()
