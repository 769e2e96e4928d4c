"""Which process is the daemon of a folder: written by the daemon, and compared with what the system says of it.

A daemon that hangs can't be asked who it is. Process numbers are used again, so that one alone doesn't say enough to
end a process.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from breadknife.paths import write_atomically

SAME_SECONDS = 2.0
"""By how much the start of one process may seem to differ when the system's clock is set meanwhile."""


@dataclass(frozen=True)
class Presence:
    pid: int
    started: float
    """Unix time."""
    executable: str

    def process(self) -> psutil.Process | None:
        """Return the process; None where it is gone, another one has its number, or the system doesn't tell."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < SAME_SECONDS and process.exe() == self.executable
        except (psutil.Error, OSError):
            return None
        return process if same else None


def announce(folder: Path) -> None:
    """Say that this process is the daemon of `folder`, as far as that can be written."""
    process = psutil.Process()
    with contextlib.suppress(OSError, psutil.Error):
        presence = Presence(os.getpid(), process.create_time(), process.exe())
        write_atomically(_file(folder), msgspec.json.encode(presence), durable=False)


def withdraw(folder: Path) -> None:
    with contextlib.suppress(OSError):
        _file(folder).unlink(missing_ok=True)


def read_presence(folder: Path) -> Presence | None:
    """Return who said last that it is the daemon of `folder`, be it alive or not; None where nobody did."""
    try:
        return msgspec.json.decode(_file(folder).read_bytes(), type=Presence)
    except (OSError, msgspec.DecodeError):
        return None


def _file(folder: Path) -> Path:
    return folder / "daemon.json"
