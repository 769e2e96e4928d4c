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
