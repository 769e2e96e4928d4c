"""Whether an engine is of use, and when one that gave up is tried again."""

from __future__ import annotations

import time
from collections.abc import Callable

AGAIN_S = 60.0
"""Who installs what was missing, or starts a server again, doesn't wait long; and a JVM that can't start takes no more
than a small part of the time for its attempts."""


class Health:
    """Of one engine, or of several that need the same thing: one that answers speaks for all of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._again = 0.0
        self.failure: str | None = None
        """Why it gave up first; until it answers again it isn't counted on, though it may be tried."""

    @property
    def may_try(self) -> bool:
        return self.failure is None or self._clock() >= self._again

    def gave_up(self, why: str) -> None:
        self._again = self._clock() + AGAIN_S
        self.failure = self.failure or why

    def answered(self) -> None:
        self.failure = None
