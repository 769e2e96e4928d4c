"""Plain completion on the wire, for clients that know no other."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp

FIRST, LAST = " ", "\uffff"
BLOCK = [{"when": "def f", "say": "\n    y = x\n    return y\n\n"}]


def at(line: int, start: int, end: int) -> lsp.Range:
    return lsp.Range(lsp.Position(line, start), lsp.Position(line, end))


PREVIEW = "def f(x):\n    y = x\n    return y"


@pytest.mark.parametrize(
    ("editor", "kind", "preview"),
    [
        ("neovim", lsp.MarkupKind.Markdown, f"```python\n{PREVIEW}\n```"),
        ("emacs", lsp.MarkupKind.PlainText, PREVIEW),
    ],
)
async def test_an_entry(connect, script, editor, kind, preview):
    session = await connect(editor, engine_script=script(BLOCK))
    assert session.result.capabilities.inline_completion_provider is None
    uri = session.open("a.py", "def f(x):\n")
    found = await session.menu(uri, 0, 9, ":")
    [item] = found.items
    assert found.is_incomplete, "the next key changes it"
    assert item.label == "y = x …"
    assert item.sort_text.startswith(LAST)
    assert item.text_edit == lsp.TextEdit(at(0, 9, 9), "\n    y = x\n    return y")
    assert item.documentation == lsp.MarkupContent(kind, preview)


async def test_an_entry_in_a_word_replaces_it(connect, script):
    session = await connect("neovim", engine_script=script([{"when": "def f", "say": "    return y"}]))
    uri = session.open("a.py", "def f(y):\n    retu\n")
    [item] = (await session.menu(uri, 1, 8)).items
    assert (item.text_edit, item.filter_text) == (lsp.TextEdit(at(1, 4, 8), "return y"), "return y")
    assert item.sort_text.startswith(LAST), "a client says so at each letter: nobody is known to have asked"


@pytest.mark.parametrize(
    ("typed", "order", "texts"),
    [("=", LAST, [" alpha"]), ("", FIRST, [" alpha", " gamma"])],
)
async def test_who_asks_by_hand_sees_alternatives_first(connect, script, typed, order, texts):
    lines = [{"when": "x = gamma", "say": ""}, {"when": "x", "say": " alpha", "instead": {" alpha": " gamma"}}]
    session = await connect("neovim", engine_script=script(lines))
    uri = session.open("a.py", "x =\n")
    items = (await session.menu(uri, 0, 3, typed)).items
    assert [each.text_edit.new_text for each in items] == texts
    assert [each.sort_text for each in items] == [f"{order}{number}" for number in range(len(texts))]


async def test_what_is_chosen_is_told(connect, script):
    session = await connect("neovim", engine_script=script(BLOCK))
    uri = session.open("a.py", "def f(x):\n")
    [item] = (await session.menu(uri, 0, 9, ":")).items
    taken = lsp.ExecuteCommandParams(item.command.command, list(item.command.arguments))
    await session.client.workspace_execute_command_async(taken)
    assert session.client.messages == []


async def test_in_an_unknown_document_there_is_none(connect, script):
    session = await connect("neovim", engine_script=script(BLOCK))
    assert (await session.menu(session.uri("b.py"), 0, 0)).items == ()
