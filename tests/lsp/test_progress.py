"""A progress bar that a client is asked for begins and ends, whatever comes between: Helix turns its spinner from when
it is asked, and answers only once it has nothing else to do."""

from __future__ import annotations

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any

import pytest
from pygls.exceptions import JsonRpcInternalError

from breadknife.lsp.progress import progress


class Bars:
    """The client's answer comes when it is told to."""

    def __init__(self) -> None:
        self.said = list[str]()
        self.asked, self.answered = asyncio.Event(), asyncio.Event()
        self.refuses = False

    async def create_async(self, token: str) -> None:
        self.said.append("create")
        self.asked.set()
        await self.answered.wait()
        if self.refuses:
            raise JsonRpcInternalError("no bars here")

    def begin(self, token: str, value: Any) -> None:
        self.said.append(f"begin {value.message}")

    def end(self, token: str, value: Any) -> None:
        self.said.append(f"end {value.message}")


@pytest.mark.parametrize(
    ("has_bars", "after", "answers", "refuses", "said"),
    [
        (True, 0.0, "during", False, ["create", "begin at work", "end done"]),
        (True, 0.0, "afterwards", False, ["create", "begin at work", "end done"]),
        (True, 0.0, "and fails", False, ["create", "begin at work", "end None"]),
        (True, 0.0, "during", True, ["create"]),
        (True, 3_600.0, "never asked", False, []),
        (False, 0.0, "never asked", False, []),
    ],
)
async def test_a_bar(has_bars: bool, after: float, answers: str, refuses: bool, said: list[str]) -> None:
    bars, tasks = Bars(), list[asyncio.Task[None]]()
    bars.refuses = refuses
    server: Any = SimpleNamespace(
        client=SimpleNamespace(progress=has_bars),
        work_done_progress=bars,
        spawn=lambda work: tasks.append(asyncio.create_task(work)),
    )
    with contextlib.suppress(ZeroDivisionError):
        async with progress(server, "at work", after=after) as bar:
            if answers != "never asked":
                await bars.asked.wait()
            if answers == "during":
                bars.answered.set()
                await asyncio.sleep(0)
            if answers == "and fails":
                raise ZeroDivisionError
            bar.last_message = "done"
    bars.answered.set()
    await asyncio.gather(*tasks)
    assert bars.said == said
