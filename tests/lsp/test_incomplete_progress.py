"""The client's progress says that more findings are to come, as long as that is so."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from breadknife.host.incomplete import IncompleteChecks
from breadknife.lsp import incomplete_progress
from breadknife.lsp.incomplete_progress import IncompleteProgress

ONE, OTHER = "file:///one.md", "file:///other.md"


class Bars:
    def __init__(self) -> None:
        self.said = list[str]()

    async def create_async(self, token: str) -> None:
        self.said.append("create")

    def begin(self, token: str, value: Any) -> None:
        self.said.append(f"begin {value.message}")

    def report(self, token: str, value: Any) -> None:
        self.said.append(f"report {value.message}")

    def end(self, token: str, value: Any) -> None:
        self.said.append("end")


async def test_a_bar_is_shown_until_all_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incomplete_progress, "AFTER_SECONDS", 0.0)
    bars, tasks = Bars(), list[asyncio.Task[None]]()
    server: Any = SimpleNamespace(
        client=SimpleNamespace(progress=True),
        work_done_progress=bars,
        spawn=lambda work: tasks.append(asyncio.create_task(work)),
        from_any_thread=lambda loop, call, *arguments: loop.call_soon(call, *arguments),
    )

    async def until(count: int) -> None:
        async with asyncio.timeout(30):
            while len(bars.said) < count:
                await asyncio.sleep(0)

    checks, shown = IncompleteChecks(), IncompleteProgress(server)
    checks.on_change = lambda: shown.show(checks.uris())
    checks.note(ONE, "prose", is_incomplete=True)
    checks.note(OTHER, "prose", is_incomplete=True)
    await until(3)
    checks.note(ONE, "nullcheck", is_incomplete=False)
    checks.note(ONE, "prose", is_incomplete=False)
    await until(4)
    checks.close(OTHER)
    await until(5)
    await asyncio.gather(*tasks)
    assert [each for each in bars.said if not each.startswith("report reading one")] == [
        "create", "begin reading one.md…", "report reading other.md…", "end",
    ]  # fmt: skip
    checks.note(ONE, "prose", is_incomplete=False)
    await asyncio.gather(*tasks)
    assert bars.said[-1] == "end"
