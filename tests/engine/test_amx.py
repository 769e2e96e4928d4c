"""llama.cpp's AMX kernels are used where they were seen to work."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from breadknife.engine import amx
from breadknife.engine.amx import OTHER_RESULTS, UNTRIED
from breadknife.engine.catalog import builtin_catalog
from breadknife.engine.store import ModelStore


@pytest.mark.parametrize(
    ("trial", "works", "tries"),
    [
        (0, True, 1),
        (-11, False, 1),  # SIGSEGV
        (0xC0000005, False, 1),  # Windows' word for it
        (OTHER_RESULTS, False, 1),
        (UNTRIED, False, 3),  # it was the model's fault, say: asked again
        (subprocess.TimeoutExpired("python", 60), False, 3),
        (OSError("no memory to fork"), False, 3),
    ],
)
def test_a_build_is_tried_until_its_kernels_have_told(
    trial: int | Exception, works: bool, tries: int, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(amx, "llama_build", lambda: f"build of {trial}")
    count = 0

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        nonlocal count
        count += 1
        if isinstance(trial, Exception):
            raise trial
        return subprocess.CompletedProcess(command, trial)

    monkeypatch.setattr(subprocess, "run", run)
    assert [amx.works(Path("model.gguf")) for _ in range(3)] == [works] * 3
    assert count == tries


@pytest.mark.model
def test_a_trial_compares_what_a_model_makes_with_and_without_them(tmp_path: Path) -> None:
    model = ModelStore().verified(builtin_catalog().model("smollm2-135m"))
    assert amx.main(model) == 0
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(model.read_bytes()[:1000])
    assert amx.main(broken) == UNTRIED
