"""What a server does can be asked for, in the editor and beside it."""

from __future__ import annotations

import asyncio
import json
import sys

from lsprotocol import types as lsp


async def why(*arguments: str) -> list[dict]:
    command = (sys.executable, "-m", "breadknife", "why", "--json", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return json.loads(output)


async def test_the_editor_and_the_command_line_hear_the_same(connect, script, home) -> None:
    session = await connect(engine_script=script([{"when": "return", "say": "a + b\n"}]))
    uri = session.open("a.py", "def add(a, b):\n    return \n")
    assert await session.inline(uri, 1, 11) != []
    [receipt] = [each for each in await session.why(uri) if each["request"] == "completion"]
    assert [step["name"] for step in receipt["steps"]] == ["place", "known", "model", "fit"]
    assert (receipt["verdict"], receipt["quantisation"]) == ("accepted", "Q4_K_M")
    async with asyncio.timeout(120):
        while not (heard := await why(str(session.folder / "a.py"))):
            await asyncio.sleep(0.1)
    assert receipt["id"] in [each["id"] for each in heard]
    assert await why(str(session.folder / "b.py")) == []


async def test_an_edit_keeps_to_the_range_that_was_offered(connect, script, home) -> None:
    session = await connect("neovim", engine_script=script([]), options={"nullcheck": {"oracle": "off"}})
    text = "def f(x=None):\n    return x.y\n"
    uri = session.open("a.py", text)
    at = lsp.Range(lsp.Position(1, 11), lsp.Position(1, 12))
    item = next(item for item in await session.actions(uri, at, []) if item.data)
    assert item.data["within"] == {"start": 0, "end": len(text) - 1}
    resolved = await session.client.code_action_resolve_async(item)
    assert resolved.edit is not None


async def test_a_place_is_explained_whatever_the_client_passes(connect, script, home) -> None:
    session = await connect("neovim", engine_script=script([]), options={"prose": {"languagetool": False}})

    async def why_here(*arguments: object) -> dict:
        command = lsp.ExecuteCommandParams("breadknife.whyHere", list(arguments))
        return await session.client.workspace_execute_command_async(command)

    uri = session.open("a.py", "def f(x: str):\n    return x.upper()\n")
    at = {"line": 1, "character": 12}
    found = await why_here(uri, {"start": at, "end": at})
    assert (found["expected"], found["reason"]) == ("nullcheck", "never-null")
    assert found["lines"] == [
        "Nothing shows that `x` can be null here.",
        "→ If it can, declare that where `x` comes from.",
    ]
    assert (await why_here(uri, {"start": {"line": 0, "character": 0}, "end": at}))["expected"] == "recipes"
    assert (await why_here("file:///nowhere"))["reason"] == "no-file"
    assert (await why_here(uri, "no range"))["expected"] == "completion"
    assert [each for each in session.client.messages if "null here" in each.message] == []
    await session.actions(uri, lsp.Range(lsp.Position(1, 12), lsp.Position(1, 12)), [])
    assert (await why_here())["reason"] == "never-null"
    async with asyncio.timeout(60):
        while not any("can be null here." in each.message for each in session.client.messages):
            await asyncio.sleep(0.02)


async def test_menus_that_nobody_opened_leave_no_receipts(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("a.py", "x = 1\n")
    kinds = lsp.CodeActionTriggerKind
    for kind in (kinds.Automatic, kinds.Automatic, kinds.Invoked):
        context = lsp.CodeActionContext([], trigger_kind=kind)
        start = lsp.Position(0, 0)
        await session.client.text_document_code_action_async(
            lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), lsp.Range(start, start), context)
        )
    menus = [each for each in await session.why(uri) if each["request"] == "action"]
    assert menus != []
    assert [each["times"] for each in menus] == [1] * len(menus)
