"""llama.cpp's AMX kernels are used where they were seen to work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import llama_cpp
import pytest

from breadknife.engine.llama import amx
from breadknife.engine.llama.amx import CRASHES, OTHER_RESULTS, UNUSED
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore


@pytest.mark.parametrize(
    ("trial", "works", "tries"),
    [
        (0, True, 1),
        (-11, False, 1),  # SIGSEGV
        (0xC0000005, False, 1),  # Windows' word for it
        (OTHER_RESULTS, False, 1),
        (UNUSED, True, 3),  # this model's weights have a form that they don't take
        (1, False, 3),  # the model can't be loaded, say
        (-15, False, 3),  # the user logs out
        (TimeoutError("python has not ended within 60 s"), False, 3),
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

    monkeypatch.setattr(amx.children, "run", run)
    assert [amx.works(Path("model.gguf")) for _ in range(3)] == [works] * 3
    assert count == tries


@pytest.mark.parametrize(
    ("amx_here", "works", "used"), [(True, True, True), (True, False, False), (False, False, True)]
)
def test_only_a_processor_with_amx_needs_a_trial(
    amx_here: bool, works: bool, used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amx, "has_amx", lambda: amx_here)
    monkeypatch.setattr(amx, "works", lambda _: works)
    assert amx.may_be_used(Path("model.gguf")) is used


@pytest.mark.model
def test_a_trial_compares_what_a_model_makes_with_and_without_them() -> None:
    path = ModelStore().verified(builtin_catalog().model("smollm2-135m"))
    status = subprocess.run([sys.executable, "-m", "breadknife.engine.llama.amx", path]).returncode
    has_amx = b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info()
    assert status in ((0, OTHER_RESULTS, *CRASHES) if has_amx else (UNUSED,))


@pytest.mark.model
def test_a_model_that_cant_be_loaded_tells_nothing_of_them(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF")
    assert not amx.works(broken)
    assert not (home / "state" / "amx.json").exists()
