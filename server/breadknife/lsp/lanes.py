"""The server's worker threads, in lanes: what a user waits for at each key never waits for a check or a menu."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from breadknife.task.values import Request

_T = TypeVar("_T")
_MOST_THREADS = 64
"""Threads of one lane, made when needed. They are more than the calls at a time: a call whose task was cancelled lets
the next one begin at once, but its thread may run for another second, until the plugin has noticed."""


class Lane:
    """Runs a few calls at a time in threads; of those that wait, the newest first. From the event loop's thread."""

    def __init__(self, name: str, most_calls: int) -> None:
        self._free = most_calls
        """How many calls more may begin now."""
        self._waiting: list[asyncio.Future[None]] = []
        """The newest last."""
        self._pool = ThreadPoolExecutor(_MOST_THREADS, name)

    async def run(self, work: Callable[[], _T]) -> _T:
        """Return what `work` returns, from a worker thread. Raises what it raises."""
        await self._enter()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._leave()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _enter(self) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # its turn had come
                self._leave()
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise

    def _leave(self) -> None:
        while self._waiting:
            turn = self._waiting.pop()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class Lanes:
    """The lanes, one for each kind of work."""

    def __init__(self) -> None:
        self.typing = Lane("typing", 3)
        self.checks = Lane("checks", 4)
        self.menus = Lane("menus", 3)
        self.background = Lane("background", 3)

    def of(self, request: Request) -> Lane:
        """Return the lane for a request."""
        from breadknife.task.values import (
            CheckRequest,
            CompletionRequest,
            InlayRequest,
            LensRequest,
            NextEditRequest,
        )

        match request:
            case CompletionRequest() | NextEditRequest():
                return self.typing
            case CheckRequest() | LensRequest() | InlayRequest():
                return self.checks
            case _:
                return self.menus

    def close(self) -> None:
        for lane in (self.typing, self.checks, self.menus, self.background):
            lane.close()
