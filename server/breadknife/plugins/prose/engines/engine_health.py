"""Tells whether an engine works, and when one that gave up is tried again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from breadknife import arrivals

AGAIN_S, LONGEST_S = 60.0, 960.0
"""Seconds until the first attempt and the longest pause between two; each pause is twice as long as the one before. A
user who installs what was missing doesn't wait long, and a JVM that can't start takes little of the time."""
SOON_S = 5.0
"""Seconds until the first attempt for the small model, whose process is started again, or had no time for a moment."""


class EngineHealth:
    """The health of one engine, or of several that need the same thing: one that answers speaks for all of them.

    Safe to use from several threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, again_s: float = AGAIN_S) -> None:
        """`again_s`: seconds until the first attempt after it gave up; AGAIN_S at least where there is no engine."""
        self._clock = clock
        self._first_pause_s = self._pause_s = again_s
        self._retry_at = 0.0
        self._arrival: object = None
        """The newest part of breadknife that had arrived when it gave up (see `breadknife.arrivals`)."""
        self._on_recovery: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self.failure: str | None = None
        """Why it gave up first; None once it has answered again."""
        self.is_absent = False
        """True if there is no engine to ask, so that nobody can wait for its answer."""

    @property
    def wait_s(self) -> float:
        """Seconds until it may be tried; 0 if it may be now, as when a part of breadknife has arrived meanwhile."""
        if self.failure is None or arrivals.newest() != self._arrival:
            return 0.0
        return max(0.0, self._retry_at - self._clock())

    def on_recovery(self, call: Callable[[], None]) -> None:
        """Have `call` called, from any thread, when an engine that gave up has answered."""
        self._on_recovery.append(call)

    def gave_up(self, why: str, *, is_absent: bool = False) -> None:
        """Note a failed attempt. Of several that were made at the same time, only the first makes the pause longer."""
        with self._lock:
            now, arrival = self._clock(), arrivals.newest()
            if self.failure is None or now >= self._retry_at or arrival != self._arrival:
                pause_s = max(self._pause_s, AGAIN_S) if is_absent else self._pause_s
                self._retry_at, self._arrival = now + pause_s, arrival
                self._pause_s = min(2 * pause_s, LONGEST_S)
            self.failure, self.is_absent = self.failure or why, is_absent

    def answered(self) -> None:
        """Note that it works; if it had given up, call those who wait for its recovery."""
        with self._lock:
            has_recovered = self.failure is not None
            self.failure, self.is_absent, self._pause_s = None, False, self._first_pause_s
        for call in self._on_recovery if has_recovered else ():
            call()
