"""Pauses plugins that fail repeatedly, for the session. `paused.json` tells other processes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from breadknife import paths
from breadknife.paths import write_atomically

FAILURES = 3
"""The number of failures in a row that pauses a plugin."""
log = logging.getLogger("breadknife.host")


@dataclass(frozen=True)
class Pause:
    name: str
    version: str
    """The version of the plugin's package."""
    reason: str
    """The reason code of the last failure."""
    sentence: str
    """The sentence of the last failure."""
    since: float
    """Unix time."""


def read_pauses(path: Path | None = None) -> dict[str, Pause]:
    """Plugin's name -> its pause. Empty if the file is missing or broken."""
    try:
        pauses = msgspec.json.decode((path or _path()).read_bytes(), type=list[Pause])
    except (OSError, msgspec.DecodeError):
        return {}
    return {pause.name: pause for pause in pauses}


def resume(name: str, path: Path | None = None) -> bool:
    """End a plugin's pause, also in running servers. Returns False if it isn't paused. Raises OSError."""
    path = path or _path()
    pauses = read_pauses(path)
    if pauses.pop(name, None) is None:
        return False
    _write(path, pauses)
    return True


class Pauses:
    """Counts each plugin's failures. Safe to use from several threads."""

    def __init__(self, version_of: Callable[[str], str], path: Path | None = None) -> None:
        self._version_of = version_of
        self._path = path or _path()
        self._failures: dict[str, int] = {}
        self._paused: dict[str, Pause] = {}
        self._unwritten: set[str] = set()
        """Paused plugins that could not be written to the file."""
        self._recorded: set[str] | None = None
        """Names in the file; at first those of earlier sessions, read when needed."""
        self._lock = threading.Lock()

    def paused(self, name: str) -> Pause | None:
        if name not in self._paused:
            return None
        with self._lock:
            if name not in self._unwritten and name not in read_pauses(self._path):
                self._paused.pop(name, None)  # `breadknife plugins resume`
                self._failures.pop(name, None)
            return self._paused.get(name)

    def failed(self, name: str, reason: str, sentence: str) -> Pause | None:
        """Count a failure. Returns the pause if this failure causes it."""
        with self._lock:
            self._failures[name] = self._failures.get(name, 0) + 1
            if self._failures[name] < FAILURES or name in self._paused:
                return None
            pause = self._paused[name] = Pause(name, self._version_of(name), reason, sentence, time.time())
            self._record(name, pause)
        log.error("plugin %s is paused after %d failures: %s", name, FAILURES, sentence)
        return pause

    def succeeded(self, name: str) -> None:
        self._failures.pop(name, None)
        if self._recorded is not None and name not in self._recorded:
            return
        with self._lock:
            if self._recorded is None:
                self._recorded = set(read_pauses(self._path))
            if name in self._recorded and name not in self._paused:
                self._record(name, None)

    def _record(self, name: str, pause: Pause | None) -> None:
        pauses = read_pauses(self._path)
        pauses.pop(name, None)
        if pause:
            pauses[name] = pause
        try:
            _write(self._path, pauses)
            self._unwritten.discard(name)
        except OSError as error:
            log.warning("can't write %s: %s", self._path, error)
            self._unwritten.add(name)
        self._recorded = set(pauses)


def _path() -> Path:
    return paths.state_dir() / "paused.json"


def _write(path: Path, pauses: dict[str, Pause]) -> None:
    write_atomically(path, msgspec.json.encode(list(pauses.values())))
