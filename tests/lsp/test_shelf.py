"""Links to pages of the shelf: what they quote, and the file that they open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

SHELF = Path(__file__).parents[2] / "examples" / "shelf"
BOOK = SHELF / "bread-at-home.pdf"
NOTE = f"""See below.

> Heat the oven to 250 degrees
> Celsius
>
> — [Bread at home, p. 4]({BOOK.as_uri()}#page=4)

[Elsewhere]({(SHELF.parent / "notes.md").as_uri()})
"""
ON_LINK, ELSEWHERE = (5, 10), (7, 4)


@pytest.fixture(autouse=True)
def shelf(home: Path) -> None:
    command = [sys.executable, "-m", "breadknife", "--offline", "shelf", "add", str(SHELF)]
    subprocess.run(command, check=True, capture_output=True)


async def hover(session: Any, uri: str, line: int, character: int) -> lsp.Hover | None:
    where = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
    return await session.client.text_document_hover_async(where)


async def test_a_link_shows_its_page_around_the_quote(connect, script) -> None:
    session = await connect(engine_script=script([]))
    await session.registration(lsp.TEXT_DOCUMENT_HOVER)
    uri = session.open("note.md", NOTE, "markdown")
    shown = await hover(session, uri, *ON_LINK)
    assert shown.contents.value.startswith("Bread at home, p. 4\n\n")
    assert "Heat the oven to 250 degrees Celsius, with a stone" in shown.contents.value
    assert shown.range == lsp.Range(lsp.Position(5, 4), lsp.Position(5, 4 + len(NOTE.splitlines()[5]) - 4))
    assert await hover(session, uri, *ELSEWHERE) is None


async def test_it_opens_the_page(connect, script) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("note.md", NOTE, "markdown")
    place = lsp.Range(lsp.Position(*ON_LINK), lsp.Position(*ON_LINK))
    [action] = [each for each in await session.actions(uri, place, []) if each.title.startswith("Open ")]
    assert action.title == "Open “Bread at home, p. 4”"
    command = lsp.ExecuteCommandParams(action.command.command, list(action.command.arguments))
    assert (await session.client.workspace_execute_command_async(command))["done"]
    [shown] = session.client.shown_documents
    assert (shown.uri, shown.external) == (f"{BOOK.as_uri()}#page=4", True)


async def test_it_opens_nothing_that_is_not_on_the_shelf(connect, script) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("note.md", NOTE, "markdown")
    place = lsp.Range(lsp.Position(*ELSEWHERE), lsp.Position(*ELSEWHERE))
    assert not [each for each in await session.actions(uri, place, []) if each.title.startswith("Open ")]
    arguments = ["shelf", uri, "shelf.open", "Open", (SHELF.parent / "notes.md").as_uri()]
    command = lsp.ExecuteCommandParams("breadknife.command", arguments)
    await session.client.workspace_execute_command_async(command)
    assert session.client.shown_documents == []
