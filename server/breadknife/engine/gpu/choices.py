"""Which models a GPU computes: those with which it was tried, in a process of its own (`trial`), and was faster.

Only what is written while somebody types goes to the GPU. What must be the same in an editor and in CI stays on the
CPU, because a GPU sums in another order. A model of both is in memory twice, under two names.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from breadknife import children
from breadknife.engine.api import EngineRequest, GenerateRequest, Lane
from breadknife.engine.fit.speed import Speed
from breadknife.engine.installed import gpu_libraries, llama_build
from breadknife.errors import BreadknifeError
from breadknife.paths import write_atomically

ON_GPU = " on the GPU"
"""The end of a model's name among those in memory if a GPU computes it."""
FASTER = 0.8
"""A GPU is used if a first suggestion takes no more than this part of the CPU's time: it costs a second copy."""
TRIAL_SECONDS = 90.0
"""A trial that takes longer is ended. A driver compiles its programs then, which takes seconds."""
GOOD_SECONDS = 30 * 86_400.0
"""A trial is repeated after so long: drivers get better."""
log = logging.getLogger("breadknife.engine")


@dataclass(frozen=True)
class GpuTrial:
    """How a GPU did with a model."""

    at: float
    """Unix time."""
    device: str = ""
    """The GPU's name; empty if there is none."""
    cpu: Speed | None = None
    gpu: Speed | None = None
    problem: str = ""
    """Why the GPU can't be used; empty if it can."""

    @property
    def is_faster(self) -> bool:
        """True if the GPU is to be used."""
        if self.problem or self.cpu is None or self.gpu is None:
            return False
        return self.gpu.first_suggestion <= FASTER * self.cpu.first_suggestion

    @property
    def why_not(self) -> str:
        """Says why the GPU isn't used; empty if it is, or there is none."""
        if not self.device or self.is_faster:
            return ""
        if self.problem or self.cpu is None or self.gpu is None:
            return f"{self.device} isn't used, {self.problem}"
        own, cpu = (speed.first_suggestion * 1000 for speed in (self.gpu, self.cpu))
        return f"{self.device} isn't faster: {own:,.0f} ms to a first suggestion, the CPU {cpu:,.0f}"


@dataclass(frozen=True)
class GpuTrials:
    """The trials of all models."""

    build: str
    """The build of llama.cpp that they are about."""
    models: dict[str, GpuTrial] = field(default_factory=dict[str, GpuTrial])
    """Model -> its trial. `GpuChoices` says what identifies a model."""


@dataclass
class RunningTrial:
    """A trial that has not ended."""

    name: str
    process: subprocess.Popen[bytes]
    until: float
    """When it is ended, on the clock of the choices."""


def without_device(name: str) -> tuple[str, bool]:
    """Return a model's name in the catalog, and whether the GPU computes it, for its name among those in memory."""
    return name.removesuffix(ON_GPU), name.endswith(ON_GPU)


def start_trial(path: Path, threads: int) -> subprocess.Popen[bytes]:
    """Start a trial. Raises OSError."""
    command = children.python_module("breadknife.engine.gpu.trial", str(path), str(threads))
    return children.start(command, stdout=children.PIPE, own_group=True)


class GpuChoices:
    """Chooses what computes a model. `path_of` returns a model's verified file, `key_of` what identifies it, and
    `has_crashed` whether the engine died over a model of that name in memory."""

    def __init__(
        self,
        file: Path,
        path_of: Callable[[str], Path],
        key_of: Callable[[str], str],
        has_crashed: Callable[[str], bool],
        *,
        libraries: Callable[[], Sequence[Path]] = gpu_libraries,
        start: Callable[[Path, int], subprocess.Popen[bytes]] = start_trial,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._file = file
        self._path_of = path_of
        self._key_of = key_of
        self._has_crashed = has_crashed
        self._start = start
        self._clock = clock
        self._has_library = bool(libraries())
        self._trials = self._read()
        self._known = dict[str, GpuTrial | None]()
        """The trials of the models that were written with; None before the first one."""
        self._running: RunningTrial | None = None

    def place(self, request: EngineRequest) -> str:
        """Return the name in memory of the model for a request."""
        name = request.model
        typing = isinstance(request, GenerateRequest) and request.lane is Lane.TYPING and not request.adapter
        if not (self._has_library and typing):
            return name
        if name not in self._known:
            self._known[name] = self._trial_of(name)
        trial = self._known[name]
        return name + ON_GPU if trial and trial.is_faster else name

    def why(self, name: str) -> str:
        """Say why the GPU doesn't compute a model of that name in memory."""
        trial = self._known.get(name)
        if trial and trial.is_faster:
            return "the GPU computes what is typed"
        return trial.why_not if trial else ""

    def failed(self, name: str, problem: str) -> None:
        """Note that the GPU failed, if `name` says that it computed."""
        file, on_gpu = without_device(name)
        trial = self._known.get(file)
        if on_gpu and trial:
            log.warning("%s is no longer computed by %s: %s", file, trial.device, problem)
            self._keep(file, replace(trial, at=self._clock(), problem=problem))

    def look(self, threads: Callable[[str], int]) -> bool:
        """Begin the next trial, or look whether one has ended; return whether one goes on. `threads` says with how many
        the CPU computes a model."""
        if self._running:
            if self._running.process.poll() is None and self._clock() < self._running.until:
                return True
            self._end(self._running)
        name = next((name for name, trial in self._known.copy().items() if trial is None), None)
        if name is None:
            return False
        try:
            process = self._start(self._path_of(name), threads(name))
        except (OSError, BreadknifeError) as error:
            self._keep(name, GpuTrial(self._clock(), problem=str(error)))
            return False
        self._running = RunningTrial(name, process, self._clock() + TRIAL_SECONDS)
        return True

    def close(self) -> None:
        """End the trial that goes on, and forget it."""
        if self._running:
            self._running.process.kill()
            self._running.process.communicate()
            self._running = None

    def _end(self, running: RunningTrial) -> None:
        """Note how a trial has ended; end it if it hasn't."""
        self._running = None
        hangs = running.process.poll() is None
        running.process.kill()
        output, _ = running.process.communicate()
        trial = GpuTrial(self._clock(), "the GPU", problem="its driver crashed")
        with contextlib.suppress(msgspec.MsgspecError):  # it had no time to say anything
            trial = replace(msgspec.json.decode(output.strip().rpartition(b"\n")[2], type=GpuTrial), at=self._clock())
        if hangs:
            trial = replace(trial, problem=f"its driver hasn't answered in {TRIAL_SECONDS:.0f} s")
        log.info("tried %s: %s", running.name, trial)
        self._keep(running.name, trial)

    def _trial_of(self, name: str) -> GpuTrial | None:
        """Return what is known of a model from earlier; None if it has to be tried."""
        trial = self._trials.models.get(self._key_of(name) or name)
        if trial is None or not 0 <= self._clock() - trial.at < GOOD_SECONDS:
            return None
        if trial.is_faster and self._has_crashed(name + ON_GPU):
            trial = replace(trial, at=self._clock(), problem="the engine died while it computed")
            self._keep(name, trial)
        return trial

    def _keep(self, name: str, trial: GpuTrial) -> None:
        self._known[name] = self._trials.models[self._key_of(name) or name] = trial
        try:
            write_atomically(self._file, msgspec.json.encode(self._trials))
        except OSError as error:
            log.warning("how the GPU did can't be kept: %s", error)

    def _read(self) -> GpuTrials:
        """Return what was written, or nothing if that is about another build, or isn't readable."""
        build = llama_build()
        try:
            trials = msgspec.json.decode(self._file.read_bytes(), type=GpuTrials)
        except (OSError, msgspec.MsgspecError):
            return GpuTrials(build)
        return trials if trials.build == build else GpuTrials(build)
