"""“Fix this text” in an editor: the model's part of the work follows the edits, and ends with them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lsprotocol import types as lsp

WRONG = "This is an useful option. The new feature is easy for use.\n"
RIGHT = "The new feature is easy to use."
START = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
FOR_EVER = 3600.0


def bars_of(session: Any) -> list[list[Any]]:
    return [bar for bar in session.client.progress_reports.values() if bar and bar[0].message == "Fix this text"]


async def fixed(connect: Any, script: Any, reads: float) -> tuple[Any, str, str]:
    """A session whose user has taken what rules know of a text, its URI, and the text after that."""
    lines = [
        {"when": "You correct the grammar", "say": RIGHT, "delay": reads},
        {"when": "From the documentation", "say": RIGHT},
    ]
    session = await connect(engine_script=script(lines), options={"prose": {"languagetool": {"enabled": False}}})
    uri = session.open("a.md", WRONG, "markdown")
    [action] = [each for each in await session.actions(uri, START, []) if each.title.startswith("Fix this text")]
    [change] = (await session.client.code_action_resolve_async(action)).edit.document_changes
    [edit] = change.edits
    at = edit.range.start.character
    after = WRONG[:at] + edit.new_text + WRONG[edit.range.end.character :]
    assert after == WRONG.replace("an useful", "a useful")
    session.replace(uri, after, 2)
    return session, uri, after


async def ended(session: Any) -> str | None:
    """What the bar says at its end."""
    async with asyncio.timeout(120):
        while not (bars := bars_of(session)) or bars[0][-1].kind != "end":
            await asyncio.sleep(0.02)
    return bars[0][-1].message


async def test_what_the_model_finds_comes_by_itself(connect, script, home) -> None:
    session, uri, _ = await fixed(connect, script, 0.0)
    assert await ended(session) == "1 edit more: see the menu at the hints"
    async with asyncio.timeout(120):
        while not (hints := [each for each in await session.pull(uri) if each.code == "recipes/found"]):
            await asyncio.sleep(0.05)
    [hint] = hints
    assert (hint.message, hint.severity) == ("“for” → “to”", lsp.DiagnosticSeverity.Hint)
    assert "“for” → “to”" in [each.title for each in await session.actions(uri, hint.range, [])]


@pytest.mark.parametrize("by", ["a change", "closing"])
async def test_it_ends_with_the_document(connect, script, home, by: str) -> None:
    session, uri, after = await fixed(connect, script, FOR_EVER)
    async with asyncio.timeout(120):
        while not bars_of(session):
            await asyncio.sleep(0.02)
    if by == "closing":
        session.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
    else:
        session.replace(uri, after + "\nMore.\n", 3)
    assert await ended(session) is None
