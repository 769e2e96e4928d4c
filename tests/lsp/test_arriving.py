"""What arrives while a real server runs is used without a restart. (The engine: `tests/test_dist.py`.)"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from breadknife import arrivals
from breadknife.paths import data_dir
from lsp.conftest import Connect, Session

pytestmark = pytest.mark.timeout(600)
CODE = "def add(a: int, b: int) -> int:\n    return a + "
SECONDS = 240


def arrive(tests_home: Path, name: str) -> None:
    """Put a folder in its place, as `breadknife setup` would."""
    data_dir().mkdir(parents=True, exist_ok=True)
    (data_dir() / name).symlink_to(tests_home / "data" / name, target_is_directory=True)


async def pushed(session: Session, uri: str, wanted: Callable[[lsp.Diagnostic], bool]) -> None:
    """Return once a finding is pushed for which that is so."""
    async with asyncio.timeout(SECONDS):
        while not any(wanted(each) for each in session.client.diagnostics.get(uri, ())):
            await session.client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)


@pytest.mark.model
async def test_a_model(connect: Connect, tests_home: Path, home: Path) -> None:
    session = await connect()
    uri = session.open("a.py", CODE)
    assert await session.inline(uri, 1, 15, by_hand=True) == []
    [missing, *_] = await session.why(uri)
    assert missing["reason"] == "model-missing"
    arrive(tests_home, "models")
    assert await asyncio.wait_for(session.inline(uri, 1, 15, by_hand=True), SECONDS) != []


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        pytest.param("models", "When it return, go on with what it has found.\n", "model", marks=pytest.mark.model),
        pytest.param("languagetool", "The linter will skips a list.\n", "languagetool", marks=pytest.mark.java),
    ],
)
async def test_what_is_announced_reads_what_is_open(
    connect: Connect, tests_home: Path, home: Path, name: str, text: str, source: str
) -> None:
    """Nothing is typed meanwhile."""
    session = await connect("emacs")
    uri = session.open("a.md", f"This is an useful start. {text}", "markdown")
    await pushed(session, uri, lambda each: str(each.code).startswith("harper/"))
    if name == "models":  # what waits for the model has given up, and nobody asks again
        while not any("without a model" in each.message for each in session.client.messages):
            await session.client.wait_for_notification(lsp.WINDOW_SHOW_MESSAGE)
    arrive(tests_home, name)
    arrivals.announce()
    await pushed(session, uri, lambda each: source in str(each.code))
