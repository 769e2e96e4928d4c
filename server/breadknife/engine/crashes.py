"""Keeps on disk what the engine died of. It decides how long the next start waits, and which models are set aside.

A crash leaves its traceback in a file, and the system counts the processes that it kills for want of memory. If an
engine ended without either, somebody killed it, and its model isn't to blame.
"""

from __future__ import annotations

import contextlib
import faulthandler
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import msgspec

from breadknife.engine.api import Failure
from breadknife.engine.machine import memory_kills
from breadknife.errors import ModelSetAside
from breadknife.paths import lock_file, open_private, write_atomically

DELAYS = (0.0, 1.0, 4.0, 15.0, 60.0)
"""Seconds from a death to the next start, by the number of deaths in the last `STREAK_SECONDS`."""
STREAK_SECONDS = 600.0
SPARED_KILLS = 5
"""So many kills in `STREAK_SECONDS` don't count: a user who kills the engine twice wants it to start again."""
TOO_OFTEN = 3
"""After so many deaths in `MEMORY_SECONDS` a model is set aside."""
MEMORY_SECONDS = 86400.0
"""Older deaths are forgotten."""
LOCK_SECONDS = 0.25
"""How long another process may hold the file. The daemon answers nobody meanwhile."""
KEPT_FAILURES = 20
REPEAT_SECONDS = 60.0
"""The same failure again within this time isn't written down again."""


@dataclass(frozen=True)
class EngineDeath:
    at: float
    """Unix time."""
    model: str
    """The model that the engine computed with; empty if it didn't even start."""
    killed: bool = False
    """True if somebody killed the engine, which says nothing about the model."""


@dataclass(frozen=True)
class ComputeMark:
    """A file says that the engine is computing. If the file is there and the process isn't, the engine has died."""

    model: str
    memory_kills: int = 0
    """How many processes the system had killed for want of memory when the mark was written."""


@dataclass(frozen=True)
class CrashRecord:
    deaths: tuple[EngineDeath, ...] = ()
    set_aside: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    """Newest first."""


class CrashLedger:
    """The deaths and failures of the user's daemons, kept in `folder`; `run` is the folder of one daemon.

    No method raises OSError: if the disk is full or read-only, the ledger forgets. Times are Unix times, as they
    outlive a boot; those that lie in the future don't count.
    """

    def __init__(self, folder: Path, run: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._file = folder / "crashes.json"
        self._mark = (run or folder) / "computing.json"
        self._words = (run or folder) / "fatal.log"
        self._clock = clock
        self._unwritten: CrashRecord | None = None
        self._last_words: BinaryIO | None = None

    def listen(self) -> None:
        """Have this process write a traceback if it crashes. That of an earlier process is deleted."""
        with contextlib.suppress(OSError):
            # It stays open as long as the process.
            self._last_words = open(self._words, "wb", buffering=0, opener=open_private)  # noqa: SIM115
            faulthandler.enable(self._last_words)

    def last_words(self, text: str) -> None:
        """Record the end of a process that ends itself because something is broken."""
        with contextlib.suppress(OSError), open(self._words, "w", encoding="utf-8", opener=open_private) as file:
            file.write(text)

    def computing(self, model: str | None) -> None:
        """Mark on disk that `model` is being loaded or computed with; with None, that no model is."""
        with contextlib.suppress(OSError):
            if model is None:
                self._mark.unlink(missing_ok=True)
            else:
                with open(self._mark, "wb", opener=open_private) as file:
                    file.write(msgspec.json.encode(ComputeMark(model, memory_kills())))

    def settle(self, booted: float = 0.0) -> str | None:
        """If a dead daemon has left its mark, count the death and return its model. The caller holds the daemon's lock.

        A mark older than `booted`, the Unix time of the machine's start, means a power cut, and no crash.
        """
        mark = self._take_mark(booted)
        if mark is None:
            return None
        doing = f"while it computed with {mark.model or 'a model'}"
        if self._has_crashed():
            self.died(mark.model, f"the engine died {doing}")
        elif memory_kills() > mark.memory_kills:
            self.died(mark.model, f"the system killed the engine for want of memory {doing}")
        else:
            self.died(mark.model, f"somebody killed the engine {doing}", killed=True)
        return mark.model

    def replaced(self, pid: int, *, stopped: bool) -> None:
        """Count that a daemon was killed because it didn't answer. With `stopped`, somebody had stopped its process, as
        by a signal. The caller holds its lock."""
        mark = self._take_mark()
        doing = f" while it computed with {mark.model}" if mark and mark.model else ""
        what = "was stopped" if stopped else "hung"
        self.died(mark.model if mark else "", f"the engine (process {pid}) {what}{doing}: replaced", killed=stopped)

    def _take_mark(self, booted: float = 0.0) -> ComputeMark | None:
        """Delete the mark and return it; None if there is none since `booted`."""
        try:
            marked = self._mark.stat().st_mtime
            content = self._mark.read_bytes()
            self._mark.unlink()
        except OSError:  # none; or one that can't be taken away, which must not count again and again
            return None
        if marked < booted:
            return None
        try:
            return msgspec.json.decode(content, type=ComputeMark)
        except msgspec.DecodeError:  # it died while it wrote the mark
            return ComputeMark("")

    def _has_crashed(self) -> bool:
        try:
            return self._words.stat().st_size > 0
        except OSError:
            return False

    def died(self, model: str, message: str, *, killed: bool = False) -> None:
        """Count a death, and set the model aside if there are too many. With `killed`, somebody killed the engine."""
        now = self._clock()

        def add(record: CrashRecord) -> CrashRecord:
            recent = (death for death in record.deaths if abs(now - death.at) < MEMORY_SECONDS)
            deaths = (*recent, EngineDeath(now, model, killed))
            too_often = model and sum(death.model == model and not death.killed for death in deaths) >= TOO_OFTEN
            set_aside = dict.fromkeys((*record.set_aside, model)) if too_often else record.set_aside
            return replace(record, deaths=deaths, set_aside=tuple(set_aside))

        self._change(add)
        self.failed("EngineDied", message)

    def failed(self, what: str, message: str) -> None:
        """Add a failure to `failures`, unless the same one was added within `REPEAT_SECONDS`."""
        now = self._clock()
        for old in self._read().failures:
            if (old.what, old.message) == (what, message) and 0 <= now - old.at < REPEAT_SECONDS:
                return
        failure = Failure(now, what, message)
        self._change(lambda record: replace(record, failures=(failure, *record.failures)[:KEPT_FAILURES]))

    def delay(self) -> float:
        """Return seconds until the engine may be started again; 0 is at once."""
        now = self._clock()
        recent = [death for death in self._read().deaths if 0 <= now - death.at < STREAK_SECONDS]
        kills = sum(death.killed for death in recent)
        count = len(recent) - min(kills, SPARED_KILLS)
        if not count:
            return 0.0
        return max(0.0, max(death.at for death in recent) + DELAYS[min(count, len(DELAYS)) - 1] - now)

    def check(self, model: str) -> None:
        """Raises ModelSetAside for a model over which the engine died too often."""
        if model in self.set_aside():
            raise ModelSetAside(
                f"{model} is set aside: the engine died over it {TOO_OFTEN} times. To have it tried again, run "
                f"`breadknife models allow {model}`; if it dies again, choose another model in your settings"
            )

    def allow(self, model: str) -> None:
        """Forget a model's deaths, so that it is no longer set aside."""

        def forgive(record: CrashRecord) -> CrashRecord:
            return replace(
                record,
                deaths=tuple(death for death in record.deaths if death.model != model),
                set_aside=tuple(name for name in record.set_aside if name != model),
            )

        self._change(forgive)

    def has_crashed_over(self, model: str) -> bool:
        """Tell whether the engine died over a model lately, without anybody's having killed it."""
        return any(death.model == model and not death.killed for death in self._read().deaths)

    def set_aside(self) -> tuple[str, ...]:
        return self._read().set_aside

    def failures(self) -> tuple[Failure, ...]:
        """Return the last ones, newest first."""
        return self._read().failures

    def _read(self) -> CrashRecord:
        if self._unwritten is not None:
            return self._unwritten
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=CrashRecord)
        except (OSError, msgspec.DecodeError):
            return CrashRecord()

    def _change(self, change: Callable[[CrashRecord], CrashRecord]) -> None:
        changed: CrashRecord | None = None
        try:
            with lock_file(self._file.with_suffix(".lock"), LOCK_SECONDS):
                changed = change(self._read())
                write_atomically(self._file, msgspec.json.encode(changed), durable=False)
                self._unwritten = None
        except OSError:
            self._unwritten = changed or change(self._read())
