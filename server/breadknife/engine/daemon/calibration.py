"""What one decode costs on this machine: measured once for each model, and kept until the machine changes."""

from __future__ import annotations

import itertools
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from breadknife.engine.api import Calibration, Part
from breadknife.engine.model import Evaluation, Model
from breadknife.paths import write_atomically

DRAFTS = (1, 2, 4, 8, 12, 16, 24, 32)
"""Tokens in one decode that has a row of logits for each, as drafts and parallel sequences need. The rows are a
quarter of the work of a 0.5B model."""
PROMPTS = (64, 96, 128)
"""Tokens in one decode of a prompt, with one row: from 64 on llama.cpp's attention works in tiles. What a model says
depends a little on where a prompt is cut; with fewer to choose from it is nearly always the same."""
GOOD_SLICE = 0.9
"""A slice may cost a tenth of the best speed: an interruption loses the whole slice, so a small one is better."""
RUNS = 3
"""Of each decode; the quickest counts, as nothing makes a decode quicker than it is."""
ENOUGH_SECONDS = 0.2
"""A decode isn't repeated when it took longer than this."""
SAMPLE = (Part("def total(prices: list[float]) -> float:\n    return sum(price for price in prices)\n"),)
log = logging.getLogger("breadknife.engine")

Measured = dict[tuple[int, int, int], float]
"""(threads, tokens, rows) -> seconds. An interrupted calibration goes on from here."""


class _Interrupted(Exception):
    pass


def calibrate(model: Model, threads: tuple[int, ...], measured: Measured) -> Calibration | None:
    """Measure what a decode costs, and return it. `threads` are the numbers of threads to try, rising; `measured` has
    what is known already, and gets the rest.

    Returns None when interrupted, or when the cache has no empty sequence or no room. Raises EngineError.

    Costs are those at the start of a sequence; attention adds to them with every token that is already there.
    """
    sizes = [n for n in PROMPTS if n <= model.width] or [model.width]
    empty = next((s for s, tokens in enumerate(model.tokens) if not tokens), None)
    if empty is None or model.cells - model.used() < sizes[-1]:
        return None
    text = list(itertools.chain.from_iterable(model.tokenize(SAMPLE)))
    tokens = list(itertools.islice(itertools.cycle(text), sizes[-1]))

    def seconds(threads: int, count: int, rows: int) -> float:
        key = threads, count, rows
        if key not in measured:
            model.set_threads(threads)
            measured[key] = _quickest(model, empty, tokens[:count], rows)
        return measured[key]

    def completion_seconds(threads: int) -> float:
        """Return the seconds of a typical completion: up to 64 new tokens of prompt, 8 of output."""
        return seconds(threads, sizes[0], 1) + 8 * seconds(threads, 1, 1)

    try:
        best = threads[0]
        for more in threads[1:]:
            if completion_seconds(more) > 0.95 * completion_seconds(best):
                break
            best = more
        prompt = {n: seconds(best, n, 1) for n in sizes}
        cost = {n: seconds(best, n, n) for n in DRAFTS if n <= model.width}
    except _Interrupted:
        return None
    fastest = max(n / prompt[n] for n in sizes)
    slice = next(n for n in sizes if n / prompt[n] >= GOOD_SLICE * fastest)
    cost |= {n: prompt[n] for n in sizes if n > DRAFTS[-1]}
    # More tokens never cost less: where the measurements say so, it is noise, or a row less.
    rising = itertools.accumulate(cost.values(), max)
    return Calibration(best, slice, tuple(zip(cost, rising, strict=True)))


def _quickest(model: Model, sequence: int, tokens: list[int], rows: int) -> float:
    """Return the seconds of the quickest of several decodes of the same tokens, with so many rows."""
    taken: list[float] = []
    while len(taken) < RUNS and sum(taken) < ENOUGH_SECONDS:
        start = time.perf_counter()
        decoded = model.decode([Evaluation(sequence, tokens, rows)])
        taken.append(time.perf_counter() - start)
        model.truncate(sequence, 0)
        if decoded is None:
            raise _Interrupted
    return min(taken)


@dataclass(frozen=True)
class Calibrations:
    """The calibrations of all models on one machine."""

    machine: str
    models: dict[str, Calibration] = field(default_factory=dict[str, Calibration])
    """By what identifies the model's file."""


def read_calibrations(path: Path, machine: str) -> Calibrations:
    """Return what `write_calibrations` wrote, or nothing when that was another machine, or isn't readable."""
    try:
        calibrations = msgspec.json.decode(path.read_bytes(), type=Calibrations)
    except (OSError, msgspec.MsgspecError):
        return Calibrations(machine)
    return calibrations if calibrations.machine == machine else Calibrations(machine)


def write_calibrations(path: Path, calibrations: Calibrations) -> None:
    """Keep them on disk. If it is full or read-only, they are measured again after the next start."""
    try:
        write_atomically(path, msgspec.json.encode(calibrations))
    except OSError as error:
        log.warning("the calibration can't be kept: %s", error)
