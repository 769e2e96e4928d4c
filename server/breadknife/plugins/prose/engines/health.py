"""Whether an engine works, and when one that gave up is tried again."""

from __future__ import annotations

import time
from collections.abc import Callable

from breadknife import arrivals

AGAIN_S, LONGEST_S = 60.0, 960.0
"""Seconds until the first attempt and the longest pause between two; each pause is twice as long as the one before. A
user who installs what was missing doesn't wait long, and a JVM that can't start takes little of the time."""


class Health:
    """Of one engine, or of several that need the same thing: one that answers speaks for all of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pause = AGAIN_S
        self._again = 0.0
        self._arrival: object = None
        self.failure: str | None = None
        """Why it gave up first; None once it has answered again."""
        self.is_absent = False
        """Whether there is no engine to ask, so that nobody can wait for its answer."""

    @property
    def wait_s(self) -> float:
        """Seconds until it may be tried; 0 if it may be now, as when a part of breadknife has arrived meanwhile."""
        if self.failure is None or arrivals.newest() != self._arrival:
            return 0.0
        return max(0.0, self._again - self._clock())

    def gave_up(self, why: str, *, is_absent: bool = False) -> None:
        self._again, self._arrival = self._clock() + self._pause, arrivals.newest()
        self._pause = min(2 * self._pause, LONGEST_S)
        self.failure, self.is_absent = self.failure or why, is_absent

    def answered(self) -> None:
        self.failure, self._pause = None, AGAIN_S
