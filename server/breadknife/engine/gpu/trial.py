"""Tries a model on the GPU, in a process of its own that may crash or hang: `python -m breadknife.engine.gpu.trial FILE
THREADS`. It writes what it knows as a line of JSON, each time it knows more: see `GpuTrial`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec
import numpy as np

from breadknife.engine.api import CELLS, Part
from breadknife.engine.fit.speed import Speed
from breadknife.engine.gpu.choices import GpuTrial
from breadknife.engine.llama.gpu import gpu_name, load_gpu_libraries
from breadknife.engine.llama.recurrent import open_model
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import Evaluation, Model, Row
from breadknife.errors import BreadknifeError

PROMPT = 96
"""Tokens of one decode of a prompt, as the engine slices it."""
WRITTEN = 12
"""Tokens that are written one by one."""
RUNS = 3
TIE = 0.5
"""Two tokens whose logits are nearer to each other than this may change places: sums have another order."""
SAMPLE = "def total(prices: list[float], rate: float) -> float:\n    return sum(price * rate for price in prices)\n\n\n"


@dataclass(frozen=True)
class ComputedSample:
    """What a device has made of the sample, and how fast."""

    speed: Speed
    rows: Sequence[Row]
    """The logits after the prompt and after each written token."""


def compute(model: Model, prompt: Sequence[int], written: Sequence[int] | None = None) -> ComputedSample:
    """Have a model read a prompt several times, and write after it; or read `written`, what another one wrote."""
    _row(model, prompt)  # which also compiles and copies
    read = list[float]()
    for _ in range(RUNS):
        model.truncate(0, 0)
        started = time.perf_counter()
        _row(model, prompt)
        read.append(time.perf_counter() - started)
    model.truncate(0, 0)
    row = _row(model, prompt)
    rows, steps = [row], list[float]()
    for number in range(WRITTEN):
        token = written[number] if written else int(row.argmax())
        started = time.perf_counter()
        row = _row(model, [token])
        steps.append(time.perf_counter() - started)
        rows.append(row)
    return ComputedSample(Speed(min(read) / len(prompt), median(steps[1:])), rows)


def _row(model: Model, tokens: Sequence[int]) -> Row:
    """Evaluate tokens; return the logits after the last one."""
    decoded = model.decode([Evaluation(0, list(tokens), 1)])
    assert decoded is not None, "nobody interrupts it"
    return decoded[0][-1].copy()


def agree(one: Sequence[Row], other: Sequence[Row]) -> bool:
    """Tell whether both have the same likeliest token everywhere, up to ties."""
    return all(
        bool(np.isfinite(b).all()) and float(a.max() - a[int(b.argmax())]) < TIE
        for a, b in zip(one, other, strict=True)
    )


def tried(path: Path, threads: int) -> GpuTrial:
    """Return how the GPU does against the CPU. Raises EngineError or ModelError if it can't run the model."""
    load_gpu_libraries()
    device = gpu_name()
    if not device:
        return GpuTrial(time.time())
    _tell(GpuTrial(time.time(), device, problem="its driver crashed"))
    prompt = list[int]()
    outcomes = list[ComputedSample]()
    for gpu in ("", device):
        model = open_model(Weights(path, gpu), cells=CELLS, sequences=1, threads=threads, width=PROMPT)
        try:
            tokens = model.tokenize((Part(SAMPLE),))[0]
            prompt = (tokens * (PROMPT // len(tokens) + 1))[:PROMPT]
            written = [int(row.argmax()) for row in outcomes[0].rows] if outcomes else None
            outcomes.append(compute(model, prompt, written))
        finally:
            model.close()
    cpu, own = outcomes
    problem = "" if agree(cpu.rows, own.rows) else "it computes other results than the CPU"
    return GpuTrial(time.time(), device, cpu.speed, own.speed, problem)


def _tell(trial: GpuTrial) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(trial) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    try:
        trial = tried(Path(sys.argv[1]), int(sys.argv[2]))
    except BreadknifeError as error:
        trial = GpuTrial(time.time(), gpu_name(), problem=str(error))
    _tell(trial)


if __name__ == "__main__":
    main()
