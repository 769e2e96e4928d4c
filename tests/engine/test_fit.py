"""Which model suits a machine: times of one model, estimates for the others, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import Calibration, Chunk, GenerateRequest
from breadknife.engine.client import DaemonEngine
from breadknife.engine.fit.recommending import Survey, fits, recommended, smaller, survey
from breadknife.engine.fit.speed import Speed, calibrated, estimated, measure_speed
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.engine.scripted import ScriptedEngine
from breadknife.errors import EngineError

CATALOG = builtin_catalog()
SMALL = CATALOG.model("qwen2.5-coder-0.5b")
GB = 1 << 30


@dataclass
class SteadyEngine(ScriptedEngine):
    """Evaluates a token of a prompt in 2 ms and writes one in 30 ms; `known` is what it has evaluated."""

    known: list[str] = field(default_factory=list[str])

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        words = "".join(part.text for part in request.prompt).split()
        cached = sum(1 for old, new in zip(self.known, words, strict=False) if old == new)
        self.known = words
        for written in range(1, request.max_tokens + 1):
            computed = 0.002 * (len(words) - cached) + 0.030 * (written - 1)
            yield Chunk("x", prompt_tokens=len(words), cached_tokens=cached, output_tokens=written, computed=computed)


def test_a_prompt_that_is_evaluated_already_does_not_count() -> None:
    speed = measure_speed(SteadyEngine(), "any", CancelToken())
    assert (round(speed.prompt, 6), round(speed.output, 6)) == (0.002, 0.030)
    assert speed.first_suggestion == pytest.approx(24 * 0.002 + 3 * 0.030)


def test_a_model_that_writes_nothing_is_an_error() -> None:
    with pytest.raises(EngineError, match="any wrote nothing"):
        measure_speed(ScriptedEngine(()), "any", CancelToken())


def test_what_the_engine_measured_itself() -> None:
    speed = calibrated(Calibration(2, 64, ((1, 0.03), (64, 0.32))))
    assert (speed.prompt, speed.output) == (pytest.approx(0.005), pytest.approx(0.03))


@pytest.mark.parametrize(
    ("name", "prompt", "output"),
    [
        ("qwen2.5-coder-0.5b", 1, 1),
        ("qwen2.5-coder-1.5b", 520 / 245, 47 / 24.8),  # as measured
        ("qwen3-coder-30b-a3b", 4.1, 3.3),  # a tenth of it is read for a token
    ],
)
def test_estimates_follow_what_is_computed_and_read(name: str, prompt: float, output: float) -> None:
    speed = estimated(Speed(1, 1), SMALL, CATALOG.model(name))
    assert speed == Speed(pytest.approx(prompt, rel=0.03), pytest.approx(output, rel=0.03))  # type: ignore[arg-type]


def test_a_model_of_the_users_own_is_not_estimated() -> None:
    assert estimated(Speed(1, 1), SMALL, replace(SMALL, name="own", parameters=0.0)) is None


@pytest.mark.parametrize(
    ("speed", "memory", "best"),
    [
        (Speed(0.005, 0.033), 24 * GB, "qwen2.5-coder-0.5b"),  # two slow cores
        (Speed(0.002, 0.020), 24 * GB, "qwen2.5-coder-1.5b"),
        (Speed(0.0015, 0.015), 24 * GB, "granite-4.0-micro"),  # 3B of an open licence
        (Speed(0.0006, 0.006), 32 * GB, "qwen2.5-coder-7b"),  # a fast laptop
        (Speed(0.0006, 0.006), 8 * GB, "granite-4.0-micro"),  # without much memory
        (Speed(0.0006, 0.006), 64 * GB, "qwen3-coder-30b-a3b"),
        (Speed(0.020, 0.2), 64 * GB, None),
    ],
)
def test_the_largest_that_is_soon_enough(speed: Speed, memory: int, best: str | None) -> None:
    fit = recommended(fits(CATALOG.models, SMALL, speed, memory))
    assert (fit.model.name if fit else None) == best


def test_the_next_smaller_one_has_an_open_licence() -> None:
    found = fits(CATALOG.models, SMALL, Speed(0.001, 0.01), 32 * GB)
    names = [smaller(found, CATALOG.model(name)) for name in ("qwen2.5-coder-7b", "qwen2.5-coder-1.5b", SMALL.name)]
    assert [fit.model.name if fit else None for fit in names] == ["granite-4.0-micro", SMALL.name, None]


@pytest.mark.parametrize(
    ("speed", "busy", "used", "said"),
    [
        (Speed(0.005, 0.033), 0, SMALL.name, f"{SMALL.name}, which completes code, suits this machine best: a first"),
        (Speed(0.0015, 0.015), 0, SMALL.name, "`breadknife models use granite-4.0-micro` changes to it."),
        (Speed(0.02, 0.2), 0, SMALL.name, "Each model is slow here: of the quickest, qwen2.5-coder-0.5b, a first"),
        (Speed(0.005, 0.033), 1e6, SMALL.name, "cores busy: ask again when they rest."),
    ],
)
def test_advice(speed: Speed, busy: float, used: str, said: str) -> None:
    assert said in Survey(fits(CATALOG.models, SMALL, speed, 24 * GB), busy).advice(used)


@pytest.mark.model
def test_a_real_model_is_measured() -> None:
    with closing(DaemonEngine()) as engine:
        found = survey(CATALOG.models, ModelStore(), SMALL.name, engine, CancelToken()).fits
    assert [fit.model.name for fit in found if fit.measured] == [SMALL.name]
    assert {"codestral-22b", "granite-4.0-micro"} < {fit.model.name for fit in found}
    assert all(fit.speed.first_suggestion > 0 for fit in found)
