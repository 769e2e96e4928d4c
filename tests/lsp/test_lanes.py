"""Lanes: how many calls run, and which is next."""

from __future__ import annotations

import asyncio
import threading

import pytest

from breadknife.lsp.lanes import Lane


class Work:
    """Calls that end when they are told to."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self._ends: dict[str, threading.Event] = {}

    def call(self, name: str):
        self._ends[name] = threading.Event()

        def work() -> str:
            self.began.append(name)
            self._ends[name].wait(20)
            return name

        return work

    def end(self, name: str) -> None:
        self._ends[name].set()

    async def until_began(self, *names: str) -> None:
        async with asyncio.timeout(120):
            while sorted(self.began) != sorted(names):
                await asyncio.sleep(0.005)


async def test_of_those_that_wait_the_newest_is_next() -> None:
    lane, work = Lane("test", 1), Work()
    tasks = []
    for name in "abc":
        tasks.append(asyncio.ensure_future(lane.run(work.call(name))))
        await asyncio.sleep(0)
    await work.until_began("a")
    work.end("a")
    await work.until_began("a", "c")
    work.end("c")
    await work.until_began("a", "b", "c")
    work.end("b")
    assert await asyncio.gather(*tasks) == ["a", "b", "c"]
    assert work.began == ["a", "c", "b"]
    lane.close()


async def test_a_cancelled_call_gives_up_its_place_at_once() -> None:
    lane, work = Lane("test", 1), Work()
    first = asyncio.ensure_future(lane.run(work.call("first")))
    await work.until_began("first")
    waiting = asyncio.ensure_future(lane.run(work.call("waiting")))
    second = asyncio.ensure_future(lane.run(work.call("second")))
    await asyncio.sleep(0)
    waiting.cancel()
    first.cancel()  # its thread goes on
    await work.until_began("first", "second")
    for name in ("first", "second"):
        work.end(name)
    assert await second == "second"
    for task in (first, waiting):
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await asyncio.wait_for(lane.run(lambda: "free"), 20) == "free"
    lane.close()


async def test_what_a_call_raises_is_raised_and_frees_its_place() -> None:
    lane = Lane("test", 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await lane.run(lambda: 1 // 0)
    lane.close()
