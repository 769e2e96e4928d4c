"""Waits until somebody stops typing: a check that compares whole files costs too much for each key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from breadknife.lru import LruCache

REST_S = 0.7
_DOCUMENTS = 64


class Rest:
    """Tells whether a document's text has rested, and calls back once it has. Safe to use from several threads."""

    def __init__(self, seconds: float = REST_S) -> None:
        self._seconds = seconds
        self._since = LruCache[str, tuple[str, float]](_DOCUMENTS)
        """URI -> the newest text and when it came."""
        self._timers = LruCache[str, threading.Timer](_DOCUMENTS, on_drop=lambda timer: timer.cancel())
        self._lock = threading.Lock()

    def has(self, uri: str, text: str, refresh: Callable[[], None]) -> bool:
        """Tell whether this text came long enough ago; otherwise `refresh` is called once it has rested."""
        with self._lock:
            now = time.monotonic()
            known = self._since.get(uri)
            if known is None or known[0] != text:
                self._since[uri] = known = (text, now)
            if now - known[1] >= self._seconds:
                return True
            if (timer := self._timers.pop(uri)) is not None:
                timer.cancel()
            timer = threading.Timer(known[1] + self._seconds - now + 0.01, refresh)
            timer.daemon = True
            self._timers[uri] = timer
            timer.start()
            return False

    def close(self) -> None:
        with self._lock:
            for timer in self._timers.values():
                timer.cancel()
            self._timers.clear()
