"""When a document's owner is told that there is news: soon after an edit, and ever more rarely after that.

Each time it is told, the whole document is looked at again, so a README that several engines read for minutes is told
of their findings a dozen times, not at each of its paragraphs.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from breadknife.lru import LruCache

log = logging.getLogger(__name__)

_LONGEST_GAP_S = 20.0
_OWNERS = 256
"""The newest that are remembered."""


@dataclass
class _Owner:
    gap: float
    """Seconds from one time that it is told to the next."""
    told: float = -math.inf
    """When it was told last, by the monotonic clock."""
    refresh: Callable[[], None] | None = None
    """Set while there is news that it hasn't been told."""
    ended: bool = False
    """Nothing else is to come, so that it is told soon."""

    def due(self, first_gap_s: float) -> float:
        return self.told + (min(self.gap, first_gap_s) if self.ended else self.gap)


class Arrivals:
    """Safe to use from several threads. Its own thread is there only while somebody is to be told."""

    def __init__(self, first_gap_s: float = 0.5, slower: float = 2.0) -> None:
        """`first_gap_s`: seconds between two times that an owner is told, right after an edit. Each further gap is
        `slower` times as long, up to 20 s. The host leaves out refreshes that come more than three times a second."""
        self._slower = slower
        self._first_gap_s = first_gap_s
        self._longest_gap_s = max(first_gap_s, _LONGEST_GAP_S)
        self._owners = LruCache[str, _Owner](_OWNERS)
        self._changed = threading.Condition()
        self._watched = self._closed = False

    def edited(self, owner: str) -> None:
        """The owner's text is another one: what comes next is told soon."""
        with self._changed:
            self._owners.get_or_add(owner, lambda: _Owner(self._first_gap_s)).gap = self._first_gap_s
            self._changed.notify_all()

    def tell(self, owner: str, refresh: Callable[[], None], ended: Callable[[], bool] = lambda: False) -> None:
        """Call `refresh` from another thread, as soon as the owner may be told: soon, where `ended` says that nothing
        else is to come."""
        is_over = ended()
        with self._changed:
            if self._closed:
                return
            known = self._owners.get_or_add(owner, lambda: _Owner(self._first_gap_s))
            known.refresh, known.ended = refresh, is_over
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, name="prose-arrivals", daemon=True).start()
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._owners.clear()
            self._changed.notify_all()

    def _watch(self) -> None:
        while (refresh := self._next()) is not None:
            try:
                refresh()
            except Exception:
                log.exception("a document could not be told that there is news")

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while waiting := [each for each in self._owners.values() if each.refresh is not None]:
                due = {each.due(self._first_gap_s): each for each in reversed(waiting)}
                now, at = time.monotonic(), min(due)
                first = due[at]
                if at <= now:
                    refresh, first.refresh = first.refresh, None
                    if first.told > -math.inf:
                        first.gap = min(first.gap * self._slower, self._longest_gap_s)
                    first.told = now
                    return refresh
                self._changed.wait(at - now)
            self._watched = False
            return None
