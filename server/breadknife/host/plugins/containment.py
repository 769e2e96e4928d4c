"""Runs plugins at the same time, each in threads of its own, so that none can delay the others or the client.

A plugin has threads for each lane, so its slow checks don't delay its completions or menus.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from breadknife.cancel import CancelToken

T = TypeVar("T")

GRACE_SECONDS = 1.0
"""The time that a plugin has to notice that its request is cancelled or its time is up."""
THREADS = 8
"""The most threads of one plugin's lane. An editor may cancel and ask again faster than a plugin gives up."""


class Unfinished(Enum):
    """Why a plugin's work has no result."""

    HUNG = "hung"
    """This work, or an earlier one that still runs, didn't end when its time was up."""
    BUSY = "busy"
    """All of the plugin's threads were taken."""
    CANCELLED = "cancelled"
    """Nobody waits for it any longer; it may still run."""
    LOADING = "loading"
    """Others had said enough before it had loaded. It goes on, so that it is ready the next time."""


@dataclass(frozen=True)
class Patience(Generic[T]):
    """How long a work that loads something first may keep what others have said from whoever asks."""

    seconds: float
    is_enough: Callable[[T], bool]
    """Tells whether this result is enough, so that the rest have only so many seconds left."""
    has_enough: bool = False
    """True if others have said enough before these works begin."""


class Containment:
    """Threads for each plugin and lane. Safe to use from several threads."""

    def __init__(self) -> None:
        self._pools: dict[tuple[str, str], _Pool] = {}
        self._lock = threading.Lock()

    def run(
        self,
        works: Mapping[str, Callable[[], T]],
        limits: Mapping[str, float],
        cancel: CancelToken,
        lane: str = "",
        patience: Patience[T] | None = None,
    ) -> dict[str, T | Unfinished]:
        """Run all works at the same time. Returns, by plugin's name, what its work returned, or why it has no result.

        `limits` has the seconds for each plugin. It waits for a work until GRACE_SECONDS after its limit, or after
        `cancel` is set or expires, and no longer than `patience` allows. Where there is enough already, a plugin that
        works isn't asked a second time. A work must not raise.
        """
        inbox: queue.SimpleQueue[_Call[T] | None] = queue.SimpleQueue()
        results: dict[str, T | Unfinished] = {}
        pending: dict[str, _Call[T]] = {}
        now = time.monotonic()
        for name, work in works.items():
            call = _Call(name, work, limits[name] + GRACE_SECONDS, inbox.put)
            if patience and patience.has_enough and self._pool(name, lane).is_running:
                results[name] = Unfinished.LOADING
            elif self._pool(name, lane).submit(call):
                pending[name] = call
            else:
                results[name] = Unfinished.HUNG
        left = cancel.remaining()
        end = math.inf if left is None else now + left + GRACE_SECONDS
        due = {name: now + limits[name] + GRACE_SECONDS for name in pending}
        soon = now + patience.seconds if patience and patience.has_enough else math.inf
        forget = cancel.on_cancel(lambda: inbox.put(None))
        try:
            while pending:
                first = min(pending, key=lambda name: due[name])
                try:
                    call = inbox.get(timeout=max(0.0, min(end, due[first], soon) - time.monotonic()))
                except queue.Empty:
                    if soon < min(end, due[first]):
                        return results | dict.fromkeys(pending, Unfinished.LOADING)
                    late = [first] if due[first] <= end else list(pending)
                    results |= {name: pending.pop(name).give_up(overdue=due[name] <= end) for name in late}
                    continue
                if call is None:
                    end = min(end, time.monotonic() + GRACE_SECONDS)
                elif pending.pop(call.name, None) and call.result:
                    results[call.name] = call.result[0]
                    if patience and patience.is_enough(call.result[0]):
                        soon = min(soon, time.monotonic() + patience.seconds)
        finally:
            forget()
        return results

    def close(self) -> None:
        """End the threads that wait for work. A thread that hangs ends with the process."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()

    def _pool(self, name: str, lane: str) -> _Pool:
        with self._lock:
            return self._pools.setdefault((name, lane), _Pool(f"{name} {lane}".strip()))


class _Call(Generic[T]):
    """One work of one plugin. It hangs if it still runs `seconds` after it began."""

    def __init__(self, name: str, work: Callable[[], T], seconds: float, done: Callable[[_Call[T]], None]) -> None:
        self.name = name
        self.result: tuple[T] | None = None
        self._work = work
        self._seconds = seconds
        self._done = done
        self._began: float | None = None
        self._given_up = False
        self._hangs = False

    def carry_out(self) -> None:
        if not self._given_up:
            self._began = time.monotonic()
            self.result = (self._work(),)
            self._done(self)

    @property
    def hangs(self) -> bool:
        return self._hangs or (self._began is not None and time.monotonic() >= self._began + self._seconds)

    def give_up(self, *, overdue: bool) -> Unfinished:
        """Wait no longer; a work that hasn't begun never will. Returns why it has no result.

        `overdue`: its time is up.
        """
        self._given_up = True
        self._hangs = overdue and self._began is not None
        if self._hangs:
            return Unfinished.HUNG
        return Unfinished.BUSY if overdue else Unfinished.CANCELLED


class _Pool:
    """The threads of one plugin's lane: made when needed, kept for the next request. The newest request is first."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._changed = threading.Condition()
        self._waiting: list[_Call[object]] = []
        self._running: set[_Call[object]] = set()
        self._threads = 0
        self._closed = False

    @property
    def is_running(self) -> bool:
        """Tell whether a thread carries out a call."""
        with self._changed:
            return bool(self._running)

    def submit(self, call: _Call[T]) -> bool:
        """Give the call to a thread. Returns False if the plugin already hangs."""
        with self._changed:
            if any(call.hangs for call in self._running):
                return False
            self._waiting.append(call)  # pyright: ignore[reportArgumentType] (nobody here looks at the result)
            idle = self._threads - len(self._running)
            if len(self._waiting) > idle and self._threads < THREADS:
                self._threads += 1
                # Daemon threads, unlike a ThreadPoolExecutor's: one that hangs doesn't keep the process.
                threading.Thread(target=self._work, name=f"plugin {self._name}", daemon=True).start()
            else:
                self._changed.notify()
        return True

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closed:
                        return
                    self._changed.wait()
                call = self._waiting.pop()
                self._running.add(call)
            call.carry_out()
            with self._changed:
                self._running.discard(call)
