"""Where something is, for editors: the command `breadknife.findPlaces` and workspace symbols."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

CODE = "def parse_headers(lines):\n    return lines\n\n\ndef send(text):\n    return text\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The folder that `connect` opens."""
    return tmp_path / "work"


def find(*arguments: object) -> lsp.ExecuteCommandParams:
    return lsp.ExecuteCommandParams("breadknife.findPlaces", list(arguments))


async def test_a_command_returns_places(connect, script, workspace: Path) -> None:
    session = await connect(engine_script=script([]))
    (workspace / "client.py").write_text(CODE)
    found = await session.client.workspace_execute_command_async(find("how are headers parsed?", False, ""))
    [place] = found["places"]
    assert place == {
        "uri": (workspace / "client.py").as_uri(),
        "line": 0,
        "lastLine": 1,
        "name": "parse_headers",
        "kind": "function",
        "excerpt": "def parse_headers(lines):",
        "reason": "name",
    }
    assert found["searched"].endswith("by words")
    by_meaning = await session.client.workspace_execute_command_async(find("headers", True))
    assert by_meaning["searched"].endswith("by words and meaning")
    nothing = await session.client.workspace_execute_command_async(find("xylophone"))
    assert (nothing["places"], nothing["reason"][:24]) == ([], "Nothing has a word of it")
    empty = await session.client.workspace_execute_command_async(find())
    assert empty["reason"] == "The question has no word to look for."


async def test_what_is_saved_is_found_at_once(connect, script, workspace: Path) -> None:
    session = await connect(engine_script=script([]))
    path = workspace / "client.py"
    for name in ("zebra", "giraffe"):
        path.write_text(f"def {name}_one():\n    return 1\n")
        found = await session.client.workspace_execute_command_async(find(name))
        assert [each["name"] for each in found["places"]] == [f"{name}_one"]
    (workspace / ".breadknifeignore").write_text("client.py\n")
    assert (await session.client.workspace_execute_command_async(find("giraffe")))["places"] == []


async def test_symbols_of_several_words(connect, script, workspace: Path) -> None:
    session = await connect(engine_script=script([]))
    (workspace / "client.py").write_text(CODE)
    asked = session.client.workspace_symbol_async
    [symbol] = await asked(lsp.WorkspaceSymbolParams("parse headers")) or []
    assert (symbol.name, symbol.container_name) == ("parse_headers", "client.py (name)")
    assert not await asked(lsp.WorkspaceSymbolParams("headers"))
