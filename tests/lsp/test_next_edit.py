from __future__ import annotations

from lsprotocol import types as lsp

TEXT = "def load(path):\n    return path\n\na = load(1)\n"
SETTINGS = {"completion": {"next_edit": True}}


async def ask(session, uri: str, line: int, character: int):
    position = {"line": line, "character": character}
    params = lsp.ExecuteCommandParams("breadknife.nextEdit", [uri, position])
    return await session.client.workspace_execute_command_async(params)


async def test_the_place_after_a_rename(connect, script):
    session = await connect(engine_script=script([{"when": "def read", "say": "read(1)"}]), options=SETTINGS)
    uri = session.open("a.py", TEXT)
    assert await ask(session, uri, 0, 0) is None
    session.replace(uri, TEXT.replace("def load", "def read"), 2)
    answer = await ask(session, uri, 0, 8)
    assert answer == {
        "range": {"start": {"line": 3, "character": 4}, "end": {"line": 3, "character": 8}},
        "newText": "read",
        "version": 2,
    }


async def test_it_is_off_by_default_and_says_so(connect):
    session = await connect()
    uri = session.open("a.py", TEXT)
    assert await ask(session, uri, 0, 0) is None
    assert (await session.why(uri))[0]["reason"] == "next-edit-off"


async def test_bad_arguments_are_no_error(connect):
    session = await connect()
    for arguments in ([], ["file:///nowhere.py", {"line": 0, "character": 0}], [session.open("a.py", TEXT), 3]):
        params = lsp.ExecuteCommandParams("breadknife.nextEdit", arguments)
        assert await session.client.workspace_execute_command_async(params) is None
