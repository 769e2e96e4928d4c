"""The models in memory: loaded when first needed, dropped when unused or when memory runs short."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.engine import machine
from breadknife.engine.api import Calibration, EngineRequest
from breadknife.engine.daemon.calibration import Measured, calibrate, read_calibrations, write_calibrations
from breadknife.engine.daemon.snapshots import SHORTEST, Snapshots, snapshot_key
from breadknife.engine.gpu.choices import ON_GPU, GpuChoices, without_device
from breadknife.engine.installed import llama_build
from breadknife.engine.machine import Memory
from breadknife.engine.model import AnyModel, Encoder
from breadknife.engine.models.catalog import ModelInfo, read_models
from breadknife.engine.models.digests import DigestCache
from breadknife.engine.models.info import WORK_SPACE
from breadknife.engine.models.store import ModelStore
from breadknife.engine.settings import EngineSettings
from breadknife.errors import BreadknifeError, EngineError, ModelError, UnknownModel
from breadknife.paths import state_dir

LEFT_FOR_OTHERS = 512 << 20
"""Bytes of memory that aren't ours to take."""
SPARED_SECONDS = 30.0
"""A model that was used so recently isn't dropped only because others need memory: it would be loaded again at once."""
SETTLED_SECONDS = 3.0
"""After so long without a request nobody types any more: time to measure and to write snapshots."""
MOST_THREADS = 8
"""The most threads before a model is calibrated. More seldom help: decoding waits for memory."""
KEPT_PENDING = 8
"""So many snapshots at most wait to be written."""
log = logging.getLogger("breadknife.engine")


def from_catalog(name: str) -> ModelInfo:
    """Return the catalog's entry of a model. Raises UnknownModel."""
    return read_models().model(name)


def from_store(name: str) -> Path:
    """Return a file of the catalog, checked by SHA-256 within the last day and unchanged since. Raises ModelError."""
    return ModelStore().verified(from_catalog(name), DigestCache(state_dir() / "sums.json").sha256_of)


@dataclass(eq=False)
class _Loaded:
    """A model in memory."""

    model: AnyModel
    key: str
    """What identifies its file."""
    used_at: float
    """When it was used last, by the pool's clock."""
    threads: int = 0
    """Threads that it computes with; 0 if it has to be told."""
    adapters: dict[str, str] = field(default_factory=dict[str, str])
    """Name -> what identifies its file."""
    measured: Measured = field(default_factory=dict[tuple[int, int, int], float])
    calibrates: bool = True
    """True if it can be calibrated; False once that has failed."""


@dataclass(frozen=True)
class _Pending:
    """A snapshot to be taken."""

    name: str
    adapter: str
    sequence: int
    tokens: list[int]


class Pool:
    """Implements `breadknife.engine.model.Models`.

    `load` brings a model into memory; `info` says what its file is, before it is loaded; `adapter_file` finds the
    verified file of an adapter, or of a model that is tried on a GPU; `has_crashed` tells whether the engine died over
    a name. `memory` and `others` (cores busy with others' work since the last look) are measured.
    """

    def __init__(
        self,
        settings: EngineSettings,
        load: Callable[[str], AnyModel],
        *,
        info: Callable[[str], ModelInfo] = from_catalog,
        adapter_file: Callable[[str], Path] = from_store,
        has_crashed: Callable[[str], bool] = lambda name: False,
        memory: Callable[[], Memory] = machine.memory,
        others: Iterator[float] | None = None,
        cores: tuple[int, int] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._load = load
        self._info = info
        self._adapter_file = adapter_file
        self._memory = memory
        self._others = others or machine.others_work()
        self._physical, self._logical = cores or machine.cores()
        self._clock = clock
        self._models: dict[str, _Loaded] = {}
        self._busy: frozenset[str] = frozenset()
        self._requested: set[str] = set()
        """Names that were asked for since `_busy` was told."""
        self._work = next(self._others)
        """Cores that others' work keeps busy, smoothed."""
        self._pending: dict[str, _Pending] = {}
        self._build = llama_build()
        self._snapshots = Snapshots(state_dir() / "snapshots", settings.snapshots_mb << 20)
        self._calibration_file = state_dir() / "calibration.json"
        fixed = f", {settings.threads} threads" if settings.threads else ""
        self._gpu = GpuChoices(state_dir() / "gpu.json", adapter_file, self._sha256_of, has_crashed)
        self._calibrations = read_calibrations(self._calibration_file, machine.machine() + fixed)

    def get(self, name: str, adapter: str = "") -> AnyModel:
        if name in self._models and name not in self._busy | self._requested and self._was_replaced(name):
            self._drop(name, "another file has its name now")
        self._requested.add(name)
        if name not in self._models:
            self._load_model(name)
        loaded = self._models[name]
        loaded.used_at = self._clock()
        if adapter and adapter not in loaded.adapters:
            if isinstance(loaded.model, Encoder):
                raise ModelError(f"{adapter} can't be attached to {name}, which writes no text; leave it out")
            key = self._sha256_of(adapter) or adapter
            loaded.model.attach(adapter, self._adapter_file(adapter))
            loaded.adapters[adapter] = key
        # Sequences don't tell with which adapter they were evaluated: this use may change one that is to be saved.
        self._forget_pending(lambda pending: pending.name == name and pending.adapter != adapter)
        return loaded.model

    def place(self, request: EngineRequest) -> str:
        return self._gpu.place(request)

    def why(self, name: str) -> str:
        return self._gpu.why(name)

    def failed(self, name: str, error: EngineError) -> None:
        self._gpu.failed(name, str(error))

    def loaded(self) -> Mapping[str, AnyModel]:
        return {name: loaded.model for name, loaded in self._models.copy().items()}

    def calibration(self, name: str) -> Calibration | None:
        loaded = self._models.get(name)
        return self._calibrations.models.get(loaded.key) if loaded else None

    def restore(self, name: str, sequence: int, tokens: Sequence[int], adapter: str = "") -> bool:
        loaded = self._models.get(name)
        if loaded is None or isinstance(loaded.model, Encoder) or len(tokens) < SHORTEST:
            return False
        return self._snapshots.restore(self._snapshot(loaded, adapter, tokens), loaded.model, sequence, tokens)

    def keep(self, name: str, sequence: int, length: int, adapter: str = "") -> None:
        loaded = self._models.get(name)
        if loaded is None or isinstance(loaded.model, Encoder) or length < SHORTEST:
            return
        tokens = loaded.model.tokens[sequence][:length]
        key = self._snapshot(loaded, adapter, tokens)
        if self._snapshots.wants(key):
            self._pending[key] = _Pending(name, adapter, sequence, tokens)
            while len(self._pending) > KEPT_PENDING:
                del self._pending[next(iter(self._pending))]

    def maintain(self, busy: frozenset[str], *, idle: bool, mark: Callable[[str], None] = lambda name: None) -> None:
        now = self._clock()
        self._busy = busy
        self._requested.clear()
        for name in busy & self._models.keys():
            self._models[name].used_at = now
        self._drop_unused(now)
        self._update_work()
        self._adapt_threads()
        if idle and all(now - loaded.used_at >= SETTLED_SECONDS for loaded in self._models.values()):
            if self._pending:
                pending = self._pending.pop(next(iter(self._pending)))
                mark(pending.name)
                self._save(pending)
            elif not self._gpu.look(lambda name: self._best_threads(self._sha256_of(name))):
                self._calibrate(mark)

    def close(self) -> None:
        self._gpu.close()
        for name in list(self._models):
            self._drop(name, "the engine ends")

    # Memory

    def _load_model(self, name: str) -> None:
        """Bring a model into memory, after other models have made room for it."""
        key = self._sha256_of(name)
        self._make_room(name, self._memory_of(name))
        try:
            model = self._load(name)
        except (EngineError, ModelError) as error:
            self._gpu.failed(name, str(error))
            raise
        self._models[name] = _Loaded(model, key or f"{name}, {model.bytes} bytes", self._clock())
        self._adapt_threads(self._models[name])

    def _memory_of(self, name: str) -> int:
        """Return about how many bytes a model takes; if the catalog doesn't know it, what each takes at least."""
        try:
            return self._info(without_device(name)[0]).memory
        except UnknownModel:
            return WORK_SPACE

    def _sha256_of(self, name: str) -> str:
        """Return what identifies a model: the SHA-256 of its file by the catalog, and whether a GPU computes it; empty
        if the catalog doesn't know the model."""
        file, on_gpu = without_device(name)
        try:
            return self._info(file).sha256 + (ON_GPU if on_gpu else "")
        except UnknownModel:
            return ""

    def _was_replaced(self, name: str) -> bool:
        """Tell whether the name of a model, or of an adapter of its, is that of another file now."""
        loaded = self._models[name]
        return any(
            self._sha256_of(file_name) not in ("", key)
            for file_name, key in ((name, loaded.key), *loaded.adapters.items())
        )

    def _make_room(self, name: str, needed: int) -> None:
        """Drop unused models until `needed` bytes are free for the model `name`. Raises EngineError if they can't
        be."""
        while (free := self._free()) < needed:
            victims = self._models.keys() - self._busy - self._requested
            if free + sum(map(self._memory_of, victims)) < needed or not victims:
                remedy = "close other programs or choose a smaller model"
                if self._settings.memory_mb:
                    remedy += f", or raise `memory_mb` (now {self._settings.memory_mb}) in [engine] of config.toml"
                raise EngineError(
                    f"not enough memory for {name}: it takes about {needed / 1e6:.0f} MB, "
                    f"{max(free, 0) / 1e6:.0f} MB are free; {remedy}"
                )
            self._drop(min(victims, key=lambda name: self._models[name].used_at), f"{name} needs its memory")

    def _free(self) -> int:
        """Return the bytes that we may still take."""
        now = self._memory()
        free = now.available - LEFT_FOR_OTHERS
        if self._settings.memory_mb:
            free = min(free, (self._settings.memory_mb << 20) - now.own)
        return free

    def _drop_unused(self, now: float) -> None:
        unused = {name: now - loaded.used_at for name, loaded in self._models.items() if name not in self._busy}
        for name in sorted(unused, key=unused.__getitem__, reverse=True):
            if unused[name] >= self._settings.unload_minutes * 60:
                self._drop(name, "nobody uses it")
            elif unused[name] >= SPARED_SECONDS and self._free() < 0:
                self._drop(name, "memory is short")

    def _drop(self, name: str, why: str) -> None:
        log.info("dropped %s: %s", name, why)
        self._forget_pending(lambda pending: pending.name == name)
        self._models.pop(name).model.close()

    # Threads

    def _update_work(self) -> None:
        # It rises at once and falls within seconds: a compiler that pauses doesn't make the machine idle.
        self._work = max(next(self._others), self._work / 2)

    def _adapt_threads(self, *new: _Loaded) -> None:
        """Have the models compute with fewer threads while others compute, as each thread waits for the slowest.

        0.5B on two cores, tokens a second with 2 threads and with 1: idle 30 and 17; beside one busy process 14 and
        17, beside two 12 and 11. A prompt then takes as long with 1 thread as with 2.
        """
        for loaded in new or self._models.values():
            best = self._best_threads(loaded.key)
            threads = self._settings.threads or adapted(loaded.threads or best, best, self._logical - self._work)
            if threads != loaded.threads:
                loaded.model.set_threads(threads)
                loaded.threads = threads

    def _best_threads(self, key: str) -> int:
        known = self._calibrations.models.get(key)
        return known.threads if known else min(self._physical, MOST_THREADS)

    # What waits for a quiet moment

    def _calibrate(self, mark: Callable[[str], None]) -> None:
        """Measure the models whose cost isn't known yet, unless others keep the machine busy."""
        for name, loaded in self._models.items():
            if isinstance(loaded.model, Encoder):
                continue  # what one text costs changes nothing
            if loaded.key in self._calibrations.models or not loaded.calibrates or not self._is_quiet:
                continue
            mark(name)
            try:
                calibration = calibrate(loaded.model, self._candidates(), loaded.measured)
            except BreadknifeError as error:
                loaded.calibrates, calibration = False, None
                log.warning("%s can't be calibrated: %s", name, error)
            self._update_work()
            if not self._is_quiet:
                loaded.measured.clear()
            elif calibration:
                self._calibrations.models[loaded.key] = calibration
                write_calibrations(self._calibration_file, self._calibrations)
                log.info("calibrated %s: %s", name, calibration)
            loaded.threads = 0  # the measuring has changed it
            self._adapt_threads(loaded)

    @property
    def _is_quiet(self) -> bool:
        """Tell whether what is measured is our own work, not others'."""
        return self._work <= self._logical / 4

    def _candidates(self) -> tuple[int, ...]:
        """Return the numbers of threads to measure with, rising."""
        if self._settings.threads:
            return (self._settings.threads,)
        doubled = (1 << n for n in range(self._physical.bit_length()))
        return tuple(sorted({*doubled, self._physical, self._logical}))

    def _snapshot(self, loaded: _Loaded, adapter: str, tokens: Sequence[int]) -> str:
        return snapshot_key(loaded.key, loaded.adapters[adapter] if adapter else "", self._build, tokens)

    def _save(self, pending: _Pending) -> None:
        """Save a snapshot, unless the sequence was used for something else since."""
        model, length = self._models[pending.name].model, len(pending.tokens)
        if isinstance(model, Encoder):
            return
        cached = model.tokens[pending.sequence]
        if cached[:length] != pending.tokens:
            return
        key = self._snapshot(self._models[pending.name], pending.adapter, pending.tokens)
        if len(cached) == length:
            self._snapshots.save(key, model, pending.sequence)
            return
        if not model.rolls_back:  # it seldom has that very state, and the copy would cost another sequence its content
            return
        others = (s for s in range(len(model.tokens)) if s != pending.sequence)
        scratch = min(others, key=lambda s: len(model.tokens[s]), default=None)
        if scratch is not None:
            model.copy(pending.sequence, scratch, length)
            try:
                self._snapshots.save(key, model, scratch)
            finally:
                model.truncate(scratch, 0)

    def _forget_pending(self, which: Callable[[_Pending], bool]) -> None:
        self._pending = {key: pending for key, pending in self._pending.items() if not which(pending)}


def adapted(now: int, best: int, free: float) -> int:
    """Return how many threads a model should compute with: 1 to `best`.

    `free` is the number of cores that aren't busy with others' work, `now` the model's present number of threads. That
    changes only for most of a core, so that a load between two numbers doesn't make it go to and fro.
    """
    target = now if abs(free - now) <= 0.7 else round(free)
    return max(1, min(best, target))
