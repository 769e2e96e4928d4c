"""What the engine died of, kept on disk: how long the next start waits, and which models are set aside."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import filelock
import msgspec

from breadknife.engine.api import Failure
from breadknife.errors import ModelSetAside
from breadknife.paths import write_atomically

DELAYS = (0.0, 1.0, 4.0, 15.0, 60.0)
"""Seconds from a death to the next start, by the number of deaths in the last `STREAK_SECONDS`."""
STREAK_SECONDS = 600.0
TOO_OFTEN = 3
"""Deaths in `MEMORY_SECONDS` after which a model is set aside."""
MEMORY_SECONDS = 86400.0
KEPT_FAILURES = 20
REPEAT_SECONDS = 60.0
"""The same failure again within this time isn't written down again."""


@dataclass(frozen=True)
class Death:
    at: float
    """Unix time."""
    model: str
    """What was being computed with; empty for an engine that didn't even start."""


@dataclass(frozen=True)
class Mark:
    """That the engine is computing. Who finds one of a process that is gone has found a death."""

    model: str


@dataclass(frozen=True)
class Record:
    deaths: tuple[Death, ...] = ()
    set_aside: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    """Newest first."""


class CrashLedger:
    """The deaths and failures of the user's daemons, kept in `folder`; `run` is the folder of one daemon.

    Nothing here raises OSError: a disk that is full or read-only makes the ledger forget, no more. Times are the wall
    clock's, as they outlive a boot; one that lies in the future counts for nothing.
    """

    def __init__(self, folder: Path, run: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._file = folder / "crashes.json"
        self._mark = (run or folder) / "computing.json"
        self._clock = clock
        self._unwritten: Record | None = None

    def computing(self, model: str | None) -> None:
        """Mark on disk that `model` is being loaded or computed with; None: nothing is."""
        with contextlib.suppress(OSError):
            if model is None:
                self._mark.unlink(missing_ok=True)
            else:
                self._mark.write_bytes(msgspec.json.encode(Mark(model)))

    def settle(self, booted: float = 0.0) -> str | None:
        """Count the death that a left-over mark tells of, and give its model. The caller holds the daemon's lock.

        A mark older than `booted` (Unix time of the machine's start) tells of a power cut, not of a crash.
        """
        try:
            marked = self._mark.stat().st_mtime
            content = self._mark.read_bytes()
            self._mark.unlink()
        except OSError:  # none; or one that can't be taken away, which must not count again and again
            return None
        if marked < booted:
            return None
        try:
            model = msgspec.json.decode(content, type=Mark).model
        except msgspec.DecodeError:  # it died while it wrote the mark
            model = ""
        self.died(model, f"the engine died while it computed with {model or 'a model'}")
        return model

    def died(self, model: str, message: str) -> None:
        now = self._clock()

        def add(record: Record) -> Record:
            deaths = (*(death for death in record.deaths if abs(now - death.at) < MEMORY_SECONDS), Death(now, model))
            too_often = model and sum(death.model == model for death in deaths) >= TOO_OFTEN
            set_aside = dict.fromkeys((*record.set_aside, model)) if too_often else record.set_aside
            return replace(record, deaths=deaths, set_aside=tuple(set_aside))

        self._change(add)
        self.failed("EngineDied", message)

    def failed(self, what: str, message: str) -> None:
        """Remember a failure for `failures`."""
        now = self._clock()
        for old in self._read().failures:
            if (old.what, old.message) == (what, message) and 0 <= now - old.at < REPEAT_SECONDS:
                return
        failure = Failure(now, what, message)
        self._change(lambda record: replace(record, failures=(failure, *record.failures)[:KEPT_FAILURES]))

    def delay(self) -> float:
        """Seconds until the engine may be started again; 0 is at once."""
        now = self._clock()
        recent = [death.at for death in self._read().deaths if 0 <= now - death.at < STREAK_SECONDS]
        if not recent:
            return 0.0
        return max(0.0, max(recent) + DELAYS[min(len(recent), len(DELAYS)) - 1] - now)

    def check(self, model: str) -> None:
        """Raises ModelSetAside for a model over which the engine died too often."""
        if model in self.set_aside():
            raise ModelSetAside(
                f"{model} is set aside: the engine died over it {TOO_OFTEN} times. To have it tried again, run "
                f"`breadknife models allow {model}`; if it dies again, choose another model in your settings"
            )

    def allow(self, model: str) -> None:
        """Have a model that was set aside loaded again, its deaths forgotten."""

        def forgive(record: Record) -> Record:
            return replace(
                record,
                deaths=tuple(death for death in record.deaths if death.model != model),
                set_aside=tuple(name for name in record.set_aside if name != model),
            )

        self._change(forgive)

    def set_aside(self) -> tuple[str, ...]:
        return self._read().set_aside

    def failures(self) -> tuple[Failure, ...]:
        """The last ones, newest first."""
        return self._read().failures

    def _read(self) -> Record:
        if self._unwritten is not None:
            return self._unwritten
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Record)
        except (OSError, msgspec.DecodeError):
            return Record()

    def _change(self, change: Callable[[Record], Record]) -> None:
        changed: Record | None = None
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self._file.with_suffix(".lock"), timeout=1):
                changed = change(self._read())
                write_atomically(self._file, msgspec.json.encode(changed))
                self._unwritten = None
        except OSError:
            self._unwritten = changed or change(self._read())
