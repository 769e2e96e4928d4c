"""What was found out a moment ago: the last few answers, each for as long as other files hardly change."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Safe to use from several threads."""

    def __init__(self, kept: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept
        self._seconds = seconds
        self._clock = clock
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            at, value = self._values.get(key, (0.0, None))
            if value is None or at + self._seconds <= self._clock():
                return None
            return value

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = (self._clock(), value)
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
