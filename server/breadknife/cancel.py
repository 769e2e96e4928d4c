"""Cancellation and deadlines, passed down from an editor's request to the engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from breadknife.errors import Cancelled


class CancelToken:
    """Set once, from any thread, when nobody wants the answer any longer.

    `deadline` is on `time.monotonic()`'s clock, in seconds; a token whose deadline has passed counts
    as cancelled.
    """

    def __init__(self, deadline: float | None = None) -> None:
        self.deadline = deadline
        self._event = threading.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @classmethod
    def after(cls, seconds: float) -> CancelToken:
        return cls(time.monotonic() + seconds)

    def within(self, seconds: float) -> CancelToken:
        """Return a token that is cancelled with this one, and has only so many seconds."""
        limit = CancelToken.after(seconds if self.deadline is None else min(seconds, self.remaining() or 0.0))
        self.on_cancel(limit.cancel)
        return limit

    @property
    def cancelled(self) -> bool:
        return self._event.is_set() or (self.deadline is not None and time.monotonic() >= self.deadline)

    def cancel(self) -> None:
        with self._lock:
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` once on `cancel()`, or at once if the token is cancelled. Returns a function that removes it.

        A passed deadline calls nothing. So wait no longer than `remaining()`.
        """
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)

                def forget() -> None:
                    with self._lock:
                        if callback in self._callbacks:
                            self._callbacks.remove(callback)

                return forget
        callback()
        return lambda: None

    def remaining(self) -> float | None:
        """Return seconds until the deadline (never negative), or None without one."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def raise_if_cancelled(self) -> None:
        if self.cancelled:
            raise Cancelled("the request was cancelled or its time is up")
