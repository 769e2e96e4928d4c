"""Limits how often plugins are heard: their progress, and any other events."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

ProgressListener = Callable[[str, float | None], None]
"""Called with a line, and how much is done, from 0 to 1, where that is known. From any thread."""

SECONDS = 1.0
"""No progress is told before that, from the beginning of a request."""
EVERY = 0.1
"""The shortest time between two messages, in seconds."""
MAX_CHARACTERS = 100
"""The longest message."""


class ProgressRelay:
    """Tells a listener of one request's progress until its end: only if it takes long, and not more often than people
    can read. Safe to use from several threads."""

    def __init__(self, listener: ProgressListener) -> None:
        self._listener = listener
        self._due = time.monotonic() + SECONDS
        self._latest: tuple[str, float | None] | None = None
        """The message that isn't told yet."""
        self._timer: threading.Timer | None = None
        self._ended = False
        self._lock = threading.Lock()

    def say(self, message: str, fraction: float | None = None) -> None:
        """Tell the first line of a message, now or as soon as one may be told; a newer one then takes its place."""
        line = next(iter(message.strip().splitlines()), "")[:MAX_CHARACTERS]
        with self._lock:
            self._latest = line, None if fraction is None else min(1.0, max(0.0, fraction))
            wait = self._due - time.monotonic()
            if wait <= 0:
                self._tell_latest()
            elif self._timer is None and not self._ended:
                self._timer = threading.Timer(wait, self._tell_when_due)
                self._timer.daemon = True
                self._timer.start()

    def end(self) -> None:
        """Tell nothing from now on."""
        with self._lock:
            self._ended = True
            if self._timer is not None:
                self._timer.cancel()

    def _tell_when_due(self) -> None:
        with self._lock:
            self._timer = None
            self._tell_latest()

    def _tell_latest(self) -> None:
        if self._latest is not None and not self._ended:
            self._listener(*self._latest)
            self._latest = None
            self._due = time.monotonic() + EVERY


class Throttle:
    """Lets through `most` events in `seconds`. Safe to use from several threads."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Tell whether one more event may pass now; if so it counts."""
        now = time.monotonic()
        with self._lock:
            while self._times and self._times[0] < now - self._seconds:
                self._times.popleft()
            if len(self._times) >= self._most:
                return False
            self._times.append(now)
            return True
