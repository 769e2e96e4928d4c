"""Which models a GPU computes, and what becomes of one that is slow, wrong, or whose driver crashes or hangs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.engine.api import EngineRequest, GenerateRequest, Lane, Part, ScoreRequest
from breadknife.engine.client import DaemonEngine
from breadknife.engine.daemon.scheduler import Scheduler
from breadknife.engine.fit.speed import Speed
from breadknife.engine.gpu.choices import GOOD_SECONDS, ON_GPU, TRIAL_SECONDS, GpuChoices, GpuTrial, GpuTrials
from breadknife.engine.gpu.trial import agree
from breadknife.engine.installed import llama_build
from breadknife.engine.model import AnyModel
from breadknife.errors import EngineDied, EngineError, ModelMissing
from breadknife.paths import state_dir
from engine.daemons import status_of
from engine.fake_model import FakeModel, FakeModels
from engine.scheduler.asking import Asker

FAST, SLOW = Speed(prompt=0.001, output=0.01), Speed(prompt=0.01, output=0.05)
FASTER = GpuTrial(0.0, "A GPU", SLOW, FAST)
TYPED = GenerateRequest("small", (Part("x"),), 8, lane=Lane.TYPING)
PRINT = "import sys; sys.stdout.write({!r}); sys.stdout.flush(); {}"


@dataclass
class Bench:
    """Choices, with a clock, and trials that are processes which do as `script` says."""

    file: Path
    script: str = ""
    now: float = 1e9
    crashed: set[str] = field(default_factory=set[str])
    started: list[Path] = field(default_factory=list[Path])

    def choices(self, *, library: bool = True) -> GpuChoices:
        return GpuChoices(
            self.file,
            lambda name: Path(f"{name}.gguf"),
            lambda name: f"sum of {name}",
            self.crashed.__contains__,
            libraries=lambda: [Path("libggml-vulkan.so")] * library,
            start=self.start,
            clock=lambda: self.now,
        )

    def start(self, path: Path, threads: int) -> subprocess.Popen[bytes]:
        self.started.append(path)
        return children.start([sys.executable, "-c", self.script], stdout=children.PIPE)

    def prints(self, trial: GpuTrial, then: str = "pass") -> None:
        self.script = PRINT.format((msgspec.json.encode(trial) + b"\n").decode(), then)


def tried(bench: Bench, choices: GpuChoices) -> GpuChoices:
    """Have the model tried, and wait until that has ended."""
    choices.place(TYPED)
    end = time.monotonic() + 30
    while choices.look(lambda name: 2):
        assert time.monotonic() < end
        time.sleep(0.02)
    return choices


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "gpu.json")


@pytest.mark.parametrize(
    ("trial", "faster", "why_not"),
    [
        (FASTER, True, ""),
        (GpuTrial(0.0), False, ""),
        (GpuTrial(0.0, "A GPU", FAST, SLOW), False, "A GPU isn't faster: 390 ms to a first suggestion, the CPU 54"),
        (GpuTrial(0.0, "A GPU", FAST, FAST), False, "A GPU isn't faster: 54 ms to a first suggestion, the CPU 54"),
        (GpuTrial(0.0, "A GPU", SLOW, FAST, "it is odd"), False, "A GPU isn't used, it is odd"),
    ],
)
def test_a_gpu_is_used_if_it_is_clearly_faster(trial: GpuTrial, faster: bool, why_not: str) -> None:
    assert (trial.is_faster, trial.why_not) == (faster, why_not)


def test_a_model_is_tried_once_and_the_choice_is_kept(bench: Bench) -> None:
    bench.prints(FASTER)
    choices = bench.choices()
    assert choices.place(TYPED) == "small"  # until it is known
    assert tried(bench, choices).place(TYPED) == "small" + ON_GPU
    assert choices.why("small") == "the GPU computes what is typed"
    assert bench.choices().place(TYPED) == "small" + ON_GPU  # the engine's next start
    assert bench.started == [Path("small.gguf")]


@pytest.mark.parametrize(
    "request_",
    [
        GenerateRequest("small", (Part("x"),), 8, lane=Lane.ACTION),
        GenerateRequest("small", (Part("x"),), 8, lane=Lane.BACKGROUND),
        GenerateRequest("small", (Part("x"),), 8, lane=Lane.TYPING, adapter="ours"),
        ScoreRequest("small", (Part("x"),), ("a", "b"), fresh=True),
        ScoreRequest("small", (Part("x"),), ("a", "b"), lane=Lane.TYPING),
    ],
)
def test_what_must_be_the_same_everywhere_stays_on_the_cpu(bench: Bench, request_: EngineRequest) -> None:
    bench.prints(FASTER)
    assert tried(bench, bench.choices()).place(request_) == "small"


def test_without_a_library_for_gpus_nothing_is_tried(bench: Bench) -> None:
    assert tried(bench, bench.choices(library=False)).place(TYPED) == "small"
    assert not bench.started
    assert not bench.file.exists()


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("import os; os.abort()", "the GPU isn't used, its driver crashed"),
        ("", "the GPU isn't used, its driver crashed"),
        ("print('not JSON')", "the GPU isn't used, its driver crashed"),
        (
            PRINT.format(msgspec.json.encode(GpuTrial(0.0, "A GPU", problem="its driver crashed")).decode() + "\n",
                         "import os; os.abort()"),
            "A GPU isn't used, its driver crashed",
        ),
        (
            PRINT.format(msgspec.json.encode(GpuTrial(0.0, "A GPU", problem="no memory")).decode() + "\n", "pass"),
            "A GPU isn't used, no memory",
        ),
    ],
)  # fmt: skip
def test_a_driver_that_crashes_or_lacks_memory_leaves_the_work_to_the_cpu(bench: Bench, script: str, why: str) -> None:
    bench.script = script
    choices = tried(bench, bench.choices())
    assert (choices.place(TYPED), choices.why("small")) == ("small", why)
    assert bench.choices().place(TYPED) == "small"


def test_a_driver_that_hangs_is_ended(bench: Bench) -> None:
    bench.prints(GpuTrial(0.0, "A GPU", problem="its driver crashed"), "import time; time.sleep(600)")
    choices = bench.choices()
    choices.place(TYPED)
    assert choices.look(lambda name: 2)
    assert choices.look(lambda name: 2)  # nobody waits for it
    time.sleep(1)  # it has said what its device is
    bench.now += TRIAL_SECONDS + 1
    assert not choices.look(lambda name: 2)
    assert choices.why("small").endswith(f"isn't used, its driver hasn't answered in {TRIAL_SECONDS:.0f} s")


def test_what_the_engine_died_over_is_not_used_again(bench: Bench) -> None:
    bench.prints(FASTER)
    tried(bench, bench.choices())
    bench.crashed.add("small" + ON_GPU)
    again = bench.choices()
    assert again.place(TYPED) == "small"
    assert again.why("small") == "A GPU isn't used, the engine died while it computed"
    bench.crashed.clear()  # the ledger forgets after a day
    assert bench.choices().place(TYPED) == "small"
    bench.now += GOOD_SECONDS
    assert tried(bench, bench.choices()).place(TYPED) == "small" + ON_GPU  # by then there is a better driver


def test_a_device_that_is_gone_is_given_up(bench: Bench) -> None:
    bench.prints(FASTER)
    choices = tried(bench, bench.choices())
    choices.failed("small", "another model's fault")  # the CPU's
    assert choices.place(TYPED) == "small" + ON_GPU
    choices.failed("small" + ON_GPU, "the GPU is gone")
    assert (choices.place(TYPED), choices.why("small")) == ("small", "A GPU isn't used, the GPU is gone")


def test_a_trial_that_cannot_begin_is_no_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(path: Path, threads: int) -> subprocess.Popen[bytes]:
        raise ModelMissing("no file")

    choices = bench.choices()
    monkeypatch.setattr(choices, "_start", start)
    assert tried(bench, choices).place(TYPED) == "small"


def test_a_gpu_that_does_not_load_a_model_leaves_it_to_the_cpu() -> None:
    cpu, failures = FakeModel(), list[str]()

    class Placing(FakeModels):
        def place(self, request: EngineRequest) -> str:
            return request.model if failures else request.model + ON_GPU

        def get(self, name: str, adapter: str = "") -> AnyModel:
            if name.endswith(ON_GPU):
                failures.append(name)
                raise EngineError("no memory")
            return super().get(name, adapter)

    scheduler = Scheduler(Placing(lambda name: cpu))
    asker = Asker("w")
    scheduler.submit(asker.job)
    assert asker.all() == "xyz"
    scheduler.close()
    assert failures == ["fake" + ON_GPU]


def test_a_gpu_that_vanishes_costs_one_answer(engine: DaemonEngine) -> None:
    state_dir().mkdir(parents=True, exist_ok=True)
    trials = GpuTrials(llama_build(), {"fake": replace(FASTER, at=time.time())})
    (state_dir() / "gpu.json").write_bytes(msgspec.json.encode(trials))
    request = replace(TYPED, model="fake", prompt=(Part("w"),))
    with pytest.raises(EngineDied):
        list(engine.generate(request, CancelToken()))
    assert "".join(chunk.text for chunk in engine.generate(request, CancelToken())) == "xyz"
    [model] = status_of(engine).models
    assert (model.name, model.device) == ("fake", "CPU; A GPU isn't used, the engine died while it computed")


@pytest.mark.parametrize("content", [b"", b"{}", b'{"build": "other", "models": {}}', b"\xff"])
def test_a_damaged_file_is_as_none(bench: Bench, content: bytes) -> None:
    bench.file.write_bytes(content)
    bench.prints(FASTER)
    assert tried(bench, bench.choices()).place(TYPED) == "small" + ON_GPU


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([1.0, 5.0, 2.0], [1.0, 5.1, 2.0], True),
        ([1.0, 5.0, 4.8], [1.0, 4.9, 5.0], True),  # a tie
        ([1.0, 5.0, 2.0], [5.0, 1.0, 2.0], False),
        ([1.0, 5.0, 2.0], [1.0, float("nan"), 2.0], False),
    ],
)
def test_a_gpu_must_compute_the_same_up_to_ties(one: Sequence[float], other: Sequence[float], same: bool) -> None:
    assert agree([np.array(one, np.float32)], [np.array(other, np.float32)]) is same
