"""What is concluded from measured times, and a real measurement."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from breadknife.engine.api import CONTEXT_SIZE, Calibration
from breadknife.engine.daemon.calibration import (
    DRAFTS,
    PROMPTS,
    Calibrations,
    Measured,
    calibrate,
    read_calibrations,
    write_calibrations,
)
from breadknife.engine.model import Evaluation, Model, Rows
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from engine.still_model import StillModel


def times(threads: int, *, token: float = 10.0, row: float = 3.0, fixed: float = 20.0, **wrong: float) -> Measured:
    """Milliseconds of decodes that cost `fixed`, and `token` and `row` for each; `wrong` has those of single ones."""
    measured: Measured = {}
    for tokens, rows in [*((n, n) for n in DRAFTS), *((n, 1) for n in PROMPTS)]:
        measured[threads, tokens, rows] = wrong.get(f"t{tokens}r{rows}", fixed + token * tokens + row * rows) / 1000
    return measured


def conclude(*measured: Measured, width: int = 128) -> Calibration:
    merged: Measured = {}
    for each in measured:
        merged |= each
    threads = tuple(sorted({threads for threads, *_ in merged}))
    found = calibrate(StillModel(width=width), threads, merged)
    assert found
    return found


@pytest.mark.parametrize(
    ("measured", "threads"),
    [
        ((times(1),), 1),
        ((times(1), times(2, token=6)), 2),
        ((times(1), times(2, token=9.9)), 1),  # hardly better: the core is worth more to others
        ((times(1), times(2, token=6, fixed=100)), 1),  # better for prompts, but a completion is mostly output
        ((times(1), times(2, token=6), times(4, token=7), times(8, token=1)), 2),  # the first that is worse ends it
    ],
)
def test_threads(measured: tuple[Measured, ...], threads: int) -> None:
    assert conclude(*measured).threads == threads


@pytest.mark.parametrize(
    ("measured", "width", "slice"),
    [
        (times(1, fixed=0, row=0), 128, 64),  # a long slice is no better
        (times(1), 128, 64),
        (times(1, fixed=200), 128, 96),
        (times(1, fixed=2000), 128, 128),
        (times(1, fixed=2000), 64, 64),  # no more than one decode takes
    ],
)
def test_a_slice_is_the_smallest_that_is_nearly_best(measured: Measured, width: int, slice: int) -> None:
    assert conclude(measured, width=width).slice == slice


@pytest.mark.parametrize("measured", [times(1), times(1, row=30), times(1, t8r8=5, t24r24=900, t96r1=2)])
def test_more_tokens_never_cost_less(measured: Measured) -> None:
    cost = conclude(measured).cost
    assert [n for n, _ in cost] == [1, 2, 4, 8, 12, 16, 24, 32, 64, 96, 128]
    assert [seconds for _, seconds in cost] == sorted(seconds for _, seconds in cost)


def test_a_narrow_model_is_calibrated_as_far_as_it_goes() -> None:
    found = calibrate(StillModel(width=8), (1,), {})
    assert found
    assert (found.slice, [n for n, _ in found.cost]) == (8, [1, 2, 4, 8])


def test_an_interrupted_calibration_goes_on_where_it_was() -> None:
    measured: Measured = {}

    class Stops(StillModel):
        def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
            self.interrupt(len(self.evaluated) >= 6)
            return super().decode(batch)

    assert calibrate(Stops(), (1, 2), measured) is None
    assert len(measured) == 2
    assert calibrate(StillModel(), (1, 2), measured)
    assert len(measured) == 4 + len(DRAFTS) + len(PROMPTS) - 2


KNOWN = Calibration(2, 64, ((1, 0.02), (2, 0.03)))


@pytest.mark.parametrize(
    ("machine", "damage", "models"),
    [
        ("this", "", {"m": KNOWN}),
        ("that", "", {}),
        ("this", "{", {}),
        ("this", '{"machine": "this", "models": {"m": {"threads": "two"}}}', {}),
    ],
)
def test_what_was_measured_is_kept_for_this_machine(
    tmp_path: Path, machine: str, damage: str, models: dict[str, Calibration]
) -> None:
    file = tmp_path / "new folder" / "calibration.json"
    write_calibrations(file, Calibrations("this", {"m": KNOWN}))
    if damage:
        file.write_text(damage)
    assert read_calibrations(file, machine) == Calibrations(machine, models)
    assert [path.name for path in file.parent.iterdir()] == ["calibration.json"]


def test_a_folder_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    write_calibrations(tmp_path / "file" / "calibration.json", Calibrations("this"))
    assert read_calibrations(tmp_path / "file" / "calibration.json", "this") == Calibrations("this")


@pytest.fixture(scope="module")
def real_model() -> Iterator[Model]:
    from breadknife.engine.llama.model import LlamaModel
    from breadknife.engine.llama.weights import Weights

    path = ModelStore().verified(builtin_catalog().model("smollm2-135m"))
    model = LlamaModel(Weights(path), cells=CONTEXT_SIZE, sequences=2, threads=1, width=128)
    yield model
    model.close()


@pytest.mark.model
def test_a_real_model_is_calibrated_and_left_as_it_was(real_model: Model) -> None:
    found = calibrate(real_model, tuple(sorted({1, os.cpu_count() or 1})), {})
    assert found
    assert found.threads in (1, os.cpu_count())
    assert found.slice in PROMPTS
    assert 0 < found.seconds(1) <= found.seconds(20) <= found.seconds(100) < found.seconds(1000)
    assert real_model.used() == 0


@pytest.mark.model
def test_a_real_calibration_can_be_interrupted(real_model: Model) -> None:
    real_model.interrupt(True)
    assert calibrate(real_model, (1,), {}) is None
    real_model.interrupt(False)
    assert real_model.used() == 0
