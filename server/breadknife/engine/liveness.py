"""Which process is the daemon of a folder, and whether it hangs.

The daemon writes which process it is, and that is compared with what the system says of it: a daemon that hangs can't
be asked, and process numbers are used again, so that one alone doesn't say enough to end a process.

It answers a `Ping` in a thread that has nothing else to do, however long a model computes. So if it says nothing, its
process is stopped, or stuck, or the machine has no time for it; only the last passes by itself.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from breadknife.paths import write_atomically

SAME_SECONDS = 2.0
"""The start time of one process may seem to change by so much if the system's clock is set."""
STILL_SECONDS = 1.5
"""After so long a silence a process hangs that does nothing: it is stopped, or its threads all wait for something."""
BUSY_SECONDS = 30.0
"""After so long a silence a process hangs that computes, wants to, or waits for a disk."""
MOST_COUNTED = 0.5
"""The time between two looks counts as at most so many seconds: if the machine slept, so did the daemon."""
IDLE_CPU_SECONDS = 0.05
"""A process does nothing if it computes no longer than this: its compute thread wakes up once a second."""
_STOPPED = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)


@dataclass(frozen=True)
class DaemonProcess:
    """What the daemon wrote of its process: number, start and program, which no other process has together."""

    pid: int
    started: float
    """Unix time."""
    executable: str

    def process(self) -> psutil.Process | None:
        """Return the process; None where it is gone, another one has its number, or the system doesn't tell."""
        try:
            process = psutil.Process(self.pid)
            is_same = abs(process.create_time() - self.started) < SAME_SECONDS and process.exe() == self.executable
        except (psutil.Error, OSError):
            return None
        return process if is_same else None


def announce(folder: Path) -> None:
    """Say that this process is the daemon of `folder`, as far as that can be written."""
    process = psutil.Process()
    with contextlib.suppress(OSError, psutil.Error):
        daemon = DaemonProcess(os.getpid(), process.create_time(), process.exe())
        write_atomically(_file(folder), msgspec.json.encode(daemon), durable=False)


def withdraw(folder: Path) -> None:
    """Take back what `announce` wrote."""
    with contextlib.suppress(OSError):
        _file(folder).unlink(missing_ok=True)


def read_daemon_process(folder: Path) -> DaemonProcess | None:
    """Return the process that `announce` wrote last for `folder`, be it alive or not; None if there is none."""
    try:
        return msgspec.json.decode(_file(folder).read_bytes(), type=DaemonProcess)
    except (OSError, msgspec.DecodeError):
        return None


def _file(folder: Path) -> Path:
    return folder / "daemon.json"


class HangDetector:
    """Measures a daemon's silence from now on. `find` returns its process, if it can be seen."""

    def __init__(self, find: Callable[[], psutil.Process | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._clock = clock
        self._looked_at = clock()
        self._counted = 0.0
        self._process: psutil.Process | None = None
        self._cpu_seconds: float | None = None
        """CPU seconds that the process had used at the first look."""
        self.stopped = False
        """True if the process was found stopped, as by a signal."""

    @property
    def is_long(self) -> bool:
        """Tell whether an answer is overdue."""
        return self._counted >= STILL_SECONDS / 2

    def is_hanging(self) -> bool:
        """Look at the process, and tell whether it has been silent for too long for what it does. Call this often: time
        counts up to `MOST_COUNTED` between two calls."""
        if self._cpu_seconds is None:  # not at the beginning: nearly always an answer comes before a first look
            self._process = self._find()
            self._cpu_seconds = _cpu_seconds(self._process)
        now = self._clock()
        self._counted += min(now - self._looked_at, MOST_COUNTED)
        self._looked_at = now
        if self._counted < STILL_SECONDS:
            return False
        return self._counted >= BUSY_SECONDS or self._is_still()

    def _is_still(self) -> bool:
        if self._process is None:  # nothing can be seen of it
            return False
        try:
            if self._process.status() in _STOPPED:
                self.stopped = True
                return True
            computed = _cpu_seconds(self._process) - (self._cpu_seconds or 0.0)
            return computed <= IDLE_CPU_SECONDS and not _wants_to_run(self._process.pid)
        except psutil.NoSuchProcess:
            return True
        except psutil.Error:
            return False


def _cpu_seconds(process: psutil.Process | None) -> float:
    try:
        times = process.cpu_times() if process else None
    except psutil.Error:
        return 0.0
    return times.user + times.system if times else 0.0


def _wants_to_run(pid: int) -> bool:
    """Tell whether a thread of a process runs, waits for its turn, or for a disk (False but on Linux)."""
    if sys.platform != "linux":
        return False
    try:
        threads = [(thread / "stat").read_text("utf-8", "replace") for thread in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return False
    # The state follows the name, which stands in parentheses and may have any characters.
    return any(stat.rpartition(")")[2].split(maxsplit=1)[0] in ("R", "D") for stat in threads)
