"""The server's worker threads, in lanes: what a user waits for at each key never waits for a check or a menu."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from breadknife.task.values import Request

_T = TypeVar("_T")
_THREADS = 64
"""Of one lane, made when needed. A call whose task was cancelled gives up its place at once, but its thread may run
for another second, until a plugin has noticed."""


class Lane:
    """Carries out so many calls at a time; of those that wait, the newest first. From the event loop's thread."""

    def __init__(self, name: str, places: int) -> None:
        self._free = places
        self._waiting: list[asyncio.Future[None]] = []
        """The newest last."""
        self._pool = ThreadPoolExecutor(_THREADS, name)

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
    """Each kind of work has threads of its own."""

    def __init__(self) -> None:
        self.typing = Lane("typing", 3)
        self.checks = Lane("checks", 4)
        self.menus = Lane("menus", 3)
        self.background = Lane("background", 3)

    def of(self, request: Request) -> Lane:
        from breadknife.task.values import (
            CheckRequest,
            CompletionRequest,
            InlayRequest,
            LensRequest,
        )

        match request:
            case CompletionRequest():
                return self.typing
            case CheckRequest() | LensRequest() | InlayRequest():
                return self.checks
            case _:
                return self.menus

    def close(self) -> None:
        for lane in (self.typing, self.checks, self.menus, self.background):
            lane.close()
