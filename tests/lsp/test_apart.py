"""Each plugin's findings come on their own: the quick one's don't wait for the slow one's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types as lsp

PLUGIN = '''
"""Finds each line that begins with a word of the file `words`, once the file `gate` is there."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from breadknife.api import CheckRequest, Finding, Findings, Severity, Span

HERE = Path(os.environ["SLOW_PLUGIN"])


@dataclass(frozen=True)
class Settings:
    pass


class Slow:
    name = "slow"
    settings = Settings
    serves = {CheckRequest: frozenset({"python"})}

    def answer(self, request, context):
        (HERE / "asked").touch()
        while not (HERE / "gate").exists():
            context.cancel.raise_if_cancelled()
            time.sleep(0.01)
        words, found, at = (HERE / "words").read_text().split(), [], 0
        for line in request.document.text.splitlines(keepends=True):
            if line.split() and line.split()[0] in words:
                found.append(Finding(Span(at, at + len(line.split()[0])), "slow", "w", "slow", Severity.HINT))
            at += len(line)
        if (HERE / "refresh").exists():
            context.refresh()
        return Findings(tuple(found))

    def close(self):
        pass
'''

NULL = 'import re\nm = re.match("a", "b")\nm.group()\nbad = 1\n'


class Gate:
    """Lets the slow plugin answer, and says what it finds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.finds("bad")

    def open(self) -> None:
        (self.folder / "gate").touch()

    def shut(self) -> None:
        (self.folder / "gate").unlink()

    def finds(self, *words: str) -> None:
        (self.folder / "words").write_text(" ".join(words))

    def refreshes(self) -> None:
        """From now on the plugin asks for another look with every answer."""
        (self.folder / "refresh").touch()


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    site = tmp_path / "site"
    (site / "slow-1.dist-info").mkdir(parents=True)
    (site / "slow.py").write_text(PLUGIN, "utf-8")
    (site / "slow-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: slow\nVersion: 1\n")
    (site / "slow-1.dist-info" / "entry_points.txt").write_text("[breadknife.plugins]\nslow = slow:Slow\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("SLOW_PLUGIN", str(tmp_path))
    return Gate(tmp_path)


def places(found: list[lsp.Diagnostic]) -> list[tuple[str, int]]:
    return [(str(each.code).partition("/")[0], each.range.start.line) for each in found]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_pull_waits_for_its_own_plugin_alone(connect, script, home, gate: Gate) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("a.py", NULL)
    assert await session.providers() == ["drift", "nullcheck", "prose", "recipes", "slow"]
    slow = asyncio.ensure_future(session.pull_from("slow", uri))
    assert places((await session.pull_from("nullcheck", uri)).items) == [("nullcheck", 2)]
    assert not slow.done()
    gate.open()
    assert places((await slow).items) == [("slow", 3)]


async def test_a_push_has_what_is_known_so_far(connect, script, home, gate: Gate) -> None:
    session = await connect("emacs", engine_script=script([]))
    uri = session.open("a.py", NULL)

    def shown() -> list[tuple[str, int]]:
        return places(list(session.client.diagnostics.get(uri, [])))

    await until(lambda: shown() == [("nullcheck", 2)])
    gate.open()
    await until(lambda: shown() == [("nullcheck", 2), ("slow", 3)])
    gate.shut()
    session.replace(uri, f"\n{NULL}", 2)  # what the slow one found moves along until it has answered again
    await until(lambda: shown() == [("nullcheck", 3), ("slow", 4)])
    session.replace(uri, f"\n{NULL}".replace("bad", "good"), 3)
    await until(lambda: shown() == [("nullcheck", 3)])


async def test_a_client_is_told_to_pull_again_only_if_it_would_see_something_else(
    connect, script, home, gate: Gate
) -> None:
    session = await connect(engine_script=script([]))
    gate.open()
    gate.refreshes()
    uri = session.open("a.py", NULL)
    assert places((await session.pull_from("slow", uri)).items) == [("slow", 3)]
    (gate.folder / "asked").unlink()
    await until((gate.folder / "asked").exists)  # it is looked at again, and again
    assert session.client.diagnostic_refresh_count == 0
    gate.finds("bad", "m")
    await until(lambda: session.client.diagnostic_refresh_count > 0)
    assert places((await session.pull_from("slow", uri)).items) == [("slow", 1), ("slow", 3)]


async def test_a_plugin_that_is_switched_off_finds_nothing(connect, script, home, gate: Gate) -> None:
    session = await connect(engine_script=script([]), options={"slow": {"enabled": False}})
    gate.open()
    uri = session.open("a.py", NULL)
    assert (await session.pull_from("slow", uri)).items == []
    assert places(await session.pull(uri)) == [("nullcheck", 2)]
