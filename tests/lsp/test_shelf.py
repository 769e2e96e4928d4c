"""Links to pages of the shelf: what they quote, and the file that they open."""

from __future__ import annotations

import asyncio
import re
import shutil
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
    """VS Code also shows the page itself, with the quote marked."""
    session = await connect(engine_script=script([]))
    await session.registration(lsp.TEXT_DOCUMENT_HOVER)
    uri = session.open("note.md", NOTE, "markdown")
    shown = await hover(session, uri, *ON_LINK)
    assert shown.contents.value.startswith("Bread at home, p. 4\n\n")
    assert "Heat the oven to 250 degrees Celsius, with a stone" in shown.contents.value
    assert re.search(r"\n\n!\[\]\(data:image/png;base64,[\w+/]{1000,80000}=*\)$", shown.contents.value)
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


ADD_FOLDER = "breadknife.shelf.addFolder"


async def test_a_folder_is_added_by_a_command(connect, script, tmp_path: Path) -> None:
    """As an editor's folder dialog asks for it; what was read can be asked about at once."""
    session = await connect(engine_script=script([]))
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "rye.md").write_text("A rye loaf is done when it is 98 degrees Celsius inside.\n")
    told = await session.client.workspace_execute_command_async(lsp.ExecuteCommandParams(ADD_FOLDER, [str(papers)]))
    assert told["done"]
    result = told["result"]
    assert (result["folder"], result["files"], result["words_only"]) == (str(papers), 1, "")
    assert session.client.messages[-1].message == "breadknife: papers is on your shelf: 1 file, 1 page."
    gone = lsp.ExecuteCommandParams(ADD_FOLDER, [(tmp_path / "gone").as_uri()])
    assert not (await session.client.workspace_execute_command_async(gone))["done"]
    assert session.client.messages[-1].message.endswith("gone is no folder; name one.")


async def test_without_the_model_the_answer_says_that_words_alone_are_searched(connect, tmp_path: Path) -> None:
    session = await connect(arguments=("--offline",))
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "rye.md").write_text("A rye loaf is done when it is 98 degrees Celsius inside.\n")
    told = await session.client.workspace_execute_command_async(lsp.ExecuteCommandParams(ADD_FOLDER, [str(papers)]))
    assert told["result"]["model"] == "all-minilm-l6-v2"
    assert "`breadknife models pull all-minilm-l6-v2`" in told["result"]["words_only"]


@pytest.mark.parametrize("shows_reasons", [True, False])
async def test_where_no_folder_is_on_the_shelf_the_client_can_add_one(
    connect, script, home: Path, shows_reasons: bool
) -> None:
    """A client that has buttons for reasons is told the reason; any other shows the command."""
    shutil.rmtree(home / "data" / "shelf")
    reasons: list[Any] = []

    def configure(session: Any) -> None:
        @session.client.feature("breadknife/showReason")
        def hear(reason: Any) -> None:
            reasons.append(reason)

    experimental = {"breadknife": {"showsReasons": shows_reasons}}
    session = await connect(engine_script=script([]), experimental=experimental, configuration=configure)
    uri = session.open("note.md", "?? How hot is the oven?\n", "markdown")
    place = lsp.Range(lsp.Position(0, 5), lsp.Position(0, 5))
    [action] = [each for each in await session.actions(uri, place, []) if each.title == "Answer from my shelf"]
    await session.client.code_action_resolve_async(action)
    if shows_reasons:
        async with asyncio.timeout(20):
            while not reasons:
                await asyncio.sleep(0.02)
        assert (reasons[0].reason, reasons[0].sentence) == ("no-shelf", "No folder is on your shelf.")
    else:
        said = "breadknife: “Answer from my shelf”: No folder is on your shelf."
        assert session.client.messages[-1].message == f"{said} → `breadknife shelf add FOLDER` adds one"
