"""Who is told when a document has rested: one thread for all documents, which is there while one of them is waited for.

A timer for each key would be a thread for each key.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


class Resting:
    """Safe to use from several threads."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._awaited: dict[str, tuple[float, Callable[[], None]]] = {}
        """By document, when it will have rested; in this order."""
        self._changed = threading.Condition()
        self._watched = self._closed = False

    def changed(self, uri: str, then: Callable[[], None]) -> None:
        """Call `then` from another thread, unless the document changes again before long."""
        with self._changed:
            self._awaited.pop(uri, None)
            self._awaited[uri] = time.monotonic() + self._seconds, then
            if not self._watched and not self._closed:
                self._watched = True
                threading.Thread(target=self._watch, name="prose-resting", daemon=True).start()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._awaited.clear()
            self._changed.notify_all()

    def _watch(self) -> None:
        while (then := self._next()) is not None:
            try:
                then()
            except Exception:
                log.exception("who waits for a document to rest has a fault")

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while self._awaited:
                uri = next(iter(self._awaited))
                due, then = self._awaited[uri]
                left = due - time.monotonic()
                if left <= 0:
                    del self._awaited[uri]
                    return then
                self._changed.wait(left)
            self._watched = False
            return None
