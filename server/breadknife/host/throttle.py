"""Limits how many events happen in a time."""

from __future__ import annotations

import threading
import time
from collections import deque


class Throttle:
    """Lets through `most` events in `seconds`. Safe to use from several threads."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def allows(self) -> bool:
        now = time.monotonic()
        with self._lock:
            while self._times and self._times[0] < now - self._seconds:
                self._times.popleft()
            if len(self._times) >= self._most:
                return False
            self._times.append(now)
            return True
