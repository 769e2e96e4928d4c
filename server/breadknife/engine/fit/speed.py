"""How soon a model's suggestions come on this machine: measured of one model, and estimated from that for others."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from statistics import median

from breadknife.cancel import CancelToken
from breadknife.engine.api import Calibration, Chunk, Engine, GenerateRequest, Part
from breadknife.engine.models.catalog import ModelInfo
from breadknife.errors import EngineError

NEW_TOKENS = 24
"""Tokens of a prompt that are new when a line begins: what was indented, written or accepted since the last one."""
SHOWN_TOKENS = 4
"""Tokens of the shortest useful suggestion: a word and a bracket."""
FIXED_PARAMETERS, FIXED_BYTES = 0.49, 190e6
"""What each model computes and reads besides its weights, as billions of parameters and as bytes. Of CPU seconds with
one thread of an AMD EPYC: 135M, 0.5B and 1.5B took 149, 245 and 520 ms for 24 new tokens after 300, and 9.5, 24.8 and
47 ms for each one written."""
_KNOWN_TOKENS = 300
"""About how many tokens of the prompt are evaluated before the time is taken."""
_RUNS = 3
_SAMPLE = (
    "def total(prices: list[float], rate: float) -> float:\n    return sum(price * rate for price in prices)\n\n\n"
)
_SAMPLE_TOKENS = 30
"""About how many tokens `_SAMPLE` has."""


@dataclass(frozen=True)
class Speed:
    prompt: float
    """Seconds for each new token of a prompt."""
    output: float
    """Seconds for each token written."""

    @property
    def first_suggestion(self) -> float:
        """The seconds from a key at the beginning of a line to a suggestion. The first token comes with the prompt."""
        return NEW_TOKENS * self.prompt + (SHOWN_TOKENS - 1) * self.output


def calibrated(calibration: Calibration) -> Speed:
    """Return the speed that the engine itself has measured of a model."""
    tokens = calibration.slice
    return Speed(calibration.seconds(tokens) / tokens, calibration.seconds(1))


def estimated(speed: Speed, measured: ModelInfo, other: ModelInfo) -> Speed | None:
    """Return about how fast another model is; None if nobody knows how much it computes.

    A prompt's time grows with the parameters that compute, a written token's with the bytes that are read for it.
    """
    if not (measured.parameters and other.parameters):
        return None
    prompt = (FIXED_PARAMETERS + other.parameters) / (FIXED_PARAMETERS + measured.parameters)
    output = (FIXED_BYTES + other.size * other.active) / (FIXED_BYTES + measured.size * measured.active)
    return Speed(speed.prompt * prompt, speed.output * output)


def load_model(engine: Engine, model: str, cancel: CancelToken) -> None:
    """Have a model loaded unless it is. Raises EngineError, ModelError, Cancelled."""
    _run(engine, model, "#", 1, cancel)


def measure_speed(engine: Engine, model: str, cancel: CancelToken) -> Speed:
    """Measure a model, in a few seconds: how long new tokens take after a prompt that is evaluated already, and how
    long each one written. Raises EngineError, ModelError, Cancelled."""
    begin = f"# {secrets.token_hex(8)}\n" + _SAMPLE * (_KNOWN_TOKENS // _SAMPLE_TOKENS)
    _run(engine, model, begin, 1, cancel)
    speeds: list[Speed] = []
    for run in range(_RUNS):
        begin += f"def total_{run}(prices: list[float], rate: float) -> float:\n    return sum(price"
        first, last = _run(engine, model, begin, 2 * SHOWN_TOKENS, cancel)
        new, written = first.prompt_tokens - first.cached_tokens, last.output_tokens - first.output_tokens
        if new > 0 and written > 0:
            speeds.append(Speed(first.computed / new, (last.computed - first.computed) / written))
    if not speeds:
        raise EngineError(f"{model} wrote nothing, so its speed isn't known; `breadknife status` shows what is wrong")
    return Speed(median(speed.prompt for speed in speeds), median(speed.output for speed in speeds))


def _run(engine: Engine, model: str, text: str, most: int, cancel: CancelToken) -> tuple[Chunk, Chunk]:
    """Return the first and the last chunk of what a model writes after a text."""
    chunks = engine.generate(GenerateRequest(model, (Part(text),), most), cancel)
    first = next(chunks, Chunk(""))
    *_, last = itertools.chain((first,), chunks)
    return first, last
