"""A dictionary of limited size, which drops what was used longest ago."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class LruCache(Generic[Key, Value]):
    """Keeps the `capacity` values that were used last, each for `seconds` after it was set. None is no value.

    `on_drop` is called with each value that makes room for another one, while the cache is locked. Safe to use from
    several threads.
    """

    def __init__(
        self,
        capacity: int,
        *,
        seconds: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
        on_drop: Callable[[Value], object] = lambda value: None,
    ) -> None:
        self._capacity = capacity
        self._seconds = seconds
        self._clock = clock
        self._on_drop = on_drop
        self._entries = OrderedDict[Key, tuple[Value, float]]()
        """Least recently used first: each value, and when it expires."""
        self._lock = threading.RLock()

    def get(self, key: Key) -> Value | None:
        """Return the value, which counts as used; None if it isn't there or has expired."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            value, expires = entry
            if expires != math.inf and expires <= self._clock():
                del self._entries[key]
                return None
            self._entries.move_to_end(key)
            return value

    def get_or_add(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value; if there is none, add the one that `make` returns. The cache is locked meanwhile."""
        with self._lock:
            value = self.get(key)
            if value is None:
                value = self[key] = make()
            return value

    def __setitem__(self, key: Key, value: Value) -> None:
        with self._lock:
            self._entries[key] = value, self._clock() + self._seconds if self._seconds < math.inf else math.inf
            self._entries.move_to_end(key)
            while len(self._entries) > self._capacity:
                _, (dropped, _) = self._entries.popitem(last=False)
                self._on_drop(dropped)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def pop(self, key: Key) -> Value | None:
        """Remove the value and return it; None if it isn't there."""
        with self._lock:
            value, _ = self._entries.pop(key, (None, 0.0))
            return value

    def items(self) -> list[tuple[Key, Value]]:
        """Return the keys and values, the least recently used first."""
        with self._lock:
            return [(key, value) for key, (value, _) in self._entries.items()]

    def values(self) -> list[Value]:
        """Return the values, the least recently used first."""
        return [value for _, value in self.items()]

    def clear(self) -> None:
        """Remove all values."""
        with self._lock:
            self._entries.clear()
