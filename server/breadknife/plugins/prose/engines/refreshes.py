"""When a document's client is asked to look at it again: soon after an edit, and ever more rarely after that.

Each time, the whole document is looked at again, so a README that several engines read for minutes is refreshed a dozen
times, not at each of its paragraphs.
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

REST_S = 0.5
"""Seconds without an edit after which a large document is looked at as a whole."""
_LONGEST_GAP_S = 20.0
_OWNERS = 256
"""The newest that are remembered."""


@dataclass
class _Owner:
    """A document, and what is to be called for it. All times are of the monotonic clock."""

    gap_s: float
    """Seconds from one refresh to the next."""
    refreshed_at: float = -math.inf
    """When the last refresh was."""
    refresh: Callable[[], None] | None = None
    """Set while there is news."""
    has_ended: bool = False
    """Nothing else is to come, so that the refresh is soon."""
    rests_at: float = math.inf
    """When it will have rested, if somebody waits for that."""
    on_rest: Callable[[], None] | None = None
    """What is called then."""


class RefreshQueue:
    """Calls each owner's refresh when it is due; an owner is a document's URI.

    Safe to use from several threads. Its own thread is there only while a refresh waits.
    """

    def __init__(self, first_gap_s: float = 0.5, slower: float = 2.0, rest_s: float = REST_S) -> None:
        """`first_gap_s`: seconds between two refreshes of an owner, right after an edit. Each further gap is `slower`
        times as long, up to 20 s. The host leaves out refreshes that come more than three times a second."""
        self._slower = slower
        self._first_gap_s = first_gap_s
        self._longest_gap_s = max(first_gap_s, _LONGEST_GAP_S)
        self._rest_s = rest_s
        self._owners = LruCache[str, _Owner](_OWNERS)
        self._changed = threading.Condition()
        self._is_watched = self._is_closed = False

    def note_edit(self, owner: str) -> None:
        """Note that the owner's text has changed: the next news is told soon."""
        with self._changed:
            self._entry(owner).gap_s = self._first_gap_s
            self._changed.notify_all()

    def add(self, owner: str, refresh: Callable[[], None], ended: Callable[[], bool] = lambda: False) -> None:
        """Have `refresh` called from another thread once the owner's gap is over: soon, where `ended` says that nothing
        else is to come."""
        has_ended = ended()
        with self._changed:
            if not self._is_closed:
                entry = self._entry(owner)
                entry.refresh, entry.has_ended = refresh, has_ended
                self._watch_now()

    def add_after_rest(self, owner: str, refresh: Callable[[], None]) -> None:
        """Have `refresh` called from another thread once nobody has called this for the owner for `rest_s` seconds."""
        with self._changed:
            if not self._is_closed:
                entry = self._entry(owner)
                entry.rests_at, entry.on_rest = time.monotonic() + self._rest_s, refresh
                self._watch_now()

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._owners.clear()
            self._changed.notify_all()

    def _watch_now(self) -> None:
        """Wake the thread that calls what is due, or start it. Called with the lock."""
        if not self._is_watched:
            self._is_watched = True
            threading.Thread(target=self._watch, name="prose-refreshes", daemon=True).start()
        self._changed.notify_all()

    def _watch(self) -> None:
        while (refresh := self._next()) is not None:
            try:
                refresh()
            except Exception:
                log.exception("a document could not be refreshed")

    def _next(self) -> Callable[[], None] | None:
        """Wait for the next refresh that is due; return None when none is left."""
        with self._changed:
            while waiting := [entry for entry in self._owners.values() if self._due(entry) < math.inf]:
                entry, now = min(waiting, key=self._due), time.monotonic()
                if self._due(entry) <= now:
                    return self._take(entry, now)
                self._changed.wait(self._due(entry) - now)
            self._is_watched = False
            return None

    def _entry(self, owner: str) -> _Owner:
        """Return what is known of an owner. Called with the lock."""
        return self._owners.get_or_add(owner, lambda: _Owner(self._first_gap_s))

    def _due(self, entry: _Owner) -> float:
        """Return when the next call for an owner is due; infinity where nothing waits."""
        if entry.refresh is None:
            return entry.rests_at
        gap_s = min(entry.gap_s, self._first_gap_s) if entry.has_ended else entry.gap_s
        return min(entry.refreshed_at + gap_s, entry.rests_at)

    def _take(self, entry: _Owner, now: float) -> Callable[[], None] | None:
        """Return what is to be called for an owner, of which something is due, and note that it is."""
        if entry.rests_at <= now:
            refresh, entry.on_rest, entry.rests_at = entry.on_rest, None, math.inf
            return refresh
        refresh, entry.refresh = entry.refresh, None
        if entry.refreshed_at > -math.inf:  # the first refresh after an edit is no reason to wait longer
            entry.gap_s = min(entry.gap_s * self._slower, self._longest_gap_s)
        entry.refreshed_at = now
        return refresh
