"""Work that the operating system may never come back from, such as a read from a network share that is gone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import cache
from queue import Empty, SimpleQueue
from typing import TypeVar, cast

from breadknife.errors import FileRefused

_Result = TypeVar("_Result")
_MOST_STUCK = 16
"""Threads that may be stuck at a time; the system can't be made to let go of one."""


def in_time(work: Callable[[], _Result], seconds: float) -> _Result:
    """Return what `work` returns or raises. Raises FileRefused when that takes longer than `seconds`."""
    return _workers().do(work, seconds)


class _Worker:
    """A thread that does one piece of work after the other; `came_back` is called when it ends."""

    def __init__(self, came_back: Callable[[], None]) -> None:
        self._work = SimpleQueue[Callable[[], object] | None]()
        self._done = SimpleQueue[object]()
        self._came_back = came_back
        threading.Thread(target=self._run, name="breadknife-read", daemon=True).start()

    def do(self, work: Callable[[], _Result], seconds: float) -> _Result | BaseException:
        """Return what the work returns or raises.

        Raises Empty if that takes longer than `seconds`; the thread then ends as soon as the work does.
        """
        self._work.put(work)
        try:
            return cast("_Result | BaseException", self._done.get(timeout=seconds))
        except Empty:
            self._work.put(None)
            raise

    def _run(self) -> None:
        while work := self._work.get():
            try:
                self._done.put(work())
            except BaseException as error:  # raised where the work was asked for
                self._done.put(error)
        self._came_back()


class _Workers:
    """Hands work to threads. Idle ones are kept, because starting one for each file takes longer than reading it."""

    def __init__(self) -> None:
        self._idle = deque[_Worker]()
        self._stuck = 0
        self._lock = threading.Lock()

    def do(self, work: Callable[[], _Result], seconds: float) -> _Result:
        if self._stuck >= _MOST_STUCK:
            raise FileRefused("not read, because many files here don't answer; check the disk or the network share")
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker(lambda: self._count(-1))
        try:
            done = worker.do(work, seconds)
        except Empty:
            self._count(+1)
            raise FileRefused(f"not read within {seconds:g} s; check the disk or the network share") from None
        self._idle.append(worker)
        if isinstance(done, BaseException):
            raise done
        return done

    def _count(self, change: int) -> None:
        with self._lock:
            self._stuck += change


@cache
def _workers() -> _Workers:
    return _Workers()
