"""Fills one decode with what the jobs wait for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from breadknife.engine.api import Calibration
from breadknife.engine.model import Evaluation, Rows

UNCALIBRATED_WIDTH = 16
"""Single tokens in one decode while a model's cost isn't known: 16 paid on 2 cores."""


@dataclass(eq=False)
class PendingEvaluation:
    """An evaluation that a job waits for, and what of it is done."""

    branch: int
    """Which of the job's sequences."""
    tokens: Sequence[int]
    """The tokens that are not evaluated yet."""
    outputs: int
    """How many of the last tokens still get a row."""
    adapter: str = ""
    embeddings: bool = False
    rows: list[Rows] = field(default_factory=list[Rows])
    silent: bool = False
    """True if it only fills the cache again, so that nobody waits for rows."""

    def head(self, sequence: int, length: int) -> Evaluation:
        """Return the first `length` of the tokens that are left."""
        outputs = max(self.outputs - (len(self.tokens) - length), 0)
        return Evaluation(sequence, self.tokens[:length], outputs, self.adapter, self.embeddings)

    def add(self, outputs: int, rows: Rows) -> None:
        """Add the rows of a piece that was evaluated."""
        self.outputs -= outputs
        if outputs:
            self.rows.append(rows)

    def result(self) -> Rows:
        """Return the rows of all outputs."""
        if len(self.rows) == 1:
            return self.rows[0]
        return np.concatenate(self.rows) if self.rows else np.empty((0, 0), np.float32)


def jobs_in_batch(sizes: Sequence[int], room: int, calibration: Calibration | None) -> int:
    """Return how many jobs share the next decode. `sizes` are the tokens that each of them wants, the most urgent
    first; `room` is the most that one decode takes.

    They are as many as give the most tokens a second. What is more than one decode holds is evaluated in slices, and
    all have a share in those.
    """
    if sum(sizes) > room:
        return len(sizes)
    best, most, total = 1, 0.0, 0
    for count, tokens in enumerate(sizes, 1):
        total += tokens
        if calibration is None:
            best = count if total <= UNCALIBRATED_WIDTH or tokens > 1 else best
        elif (rate := total / max(calibration.seconds(total), 1e-9)) > most:
            best, most = count, rate
    return best


def split_batch(sizes: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Yield (index, tokens) of each that gets some of `room`: the small ones whole, the others equal parts of the rest.

    Where there are more of them than tokens, the first get one each.
    """
    order = sorted(range(min(len(sizes), room)), key=sizes.__getitem__)
    for position, index in enumerate(order):
        share = min(sizes[index], room // (len(order) - position))
        if share:
            room -= share
            yield index, share
