"""The edit that follows from the newest one: as clients of copilot-language-server ask for it, and in the menu."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

OLD = "def f():\n    connection.commit()\n\n\ndef g():\n    connection.commit()\n"
NEW = OLD.replace("commit", "save", 1)
METHOD = "textDocument/copilotInlineEdit"


async def ask(session: Any, uri: str) -> Any:
    params = {
        "textDocument": {"uri": uri, "version": 2},
        "position": {"line": 1, "character": 8},
        "context": {"triggerKind": 2},
    }
    return plain(await session.client.protocol.send_request_async(METHOD, params))


def plain(answer: Any) -> Any:
    """Return pygls' objects as JSON has them."""
    if hasattr(answer, "_asdict"):
        return {name: plain(value) for name, value in answer._asdict().items()}
    return [plain(item) for item in answer] if isinstance(answer, list) else answer


async def test_the_same_change_on_another_line(connect: Any) -> None:
    session = await connect()
    uri = session.open("a.py", OLD)
    assert await ask(session, uri) == {"edits": []}
    session.replace(uri, NEW, 2)
    start, end = {"line": 5, "character": 15}, {"line": 5, "character": 21}
    assert await ask(session, uri) == {
        "edits": [
            {
                "text": "save",
                "range": {"start": start, "end": end},
                "textDocument": {"uri": uri, "version": 2},
            }
        ]
    }
    params = lsp.CodeActionParams(
        lsp.TextDocumentIdentifier(uri), lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), lsp.CodeActionContext([])
    )
    actions = await session.client.text_document_code_action_async(params)
    assert [action.title for action in actions] == ["Also change line 6: to save"]


async def test_it_can_be_switched_off(connect: Any) -> None:
    session = await connect(options={"completion": {"next_edit": False}})
    uri = session.open("a.py", OLD)
    session.replace(uri, NEW, 2)
    assert await ask(session, uri) == {"edits": []}


async def test_bad_parameters_are_no_error(connect: Any) -> None:
    session = await connect()
    for params in ({}, {"textDocument": {"uri": "file:///none.py"}, "position": {"line": 0, "character": 0}}):
        assert plain(await session.client.protocol.send_request_async(METHOD, params)) == {"edits": []}
