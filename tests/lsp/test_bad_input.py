"""What must never put a traceback into an editor, nor change a byte outside an edit."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

FILES = {
    "empty": ("", "python"),
    "empty Markdown": ("", "markdown"),
    "broken syntax": ("def f(:\n  return ((\n\x00\n", "python"),
    "astral characters": ("x = '😀𝔘𝔫𝔦'\nprint(x.nope\n", "python"),
    "a byte order mark": ("\ufeffimport re\r\nm = re.match('a', b)\r\nm.group()\r\n", "python"),
    "right to left": ("שלום עולם, this is an useful text.\n", "markdown"),
    "carriage returns": ("# A\r\rThis is an useful text.\r", "markdown"),
    "form feeds and U+2028": ("x = 1\x0c\u2028y = 2\n", "python"),
    "a line of 1 MB": ("x = '" + "a" * 1_000_000 + "'\n", "python"),
    "a word of 1 MB": ("a" * 1_000_000, "markdown"),
    "200,000 lines": ("x = 1\n" * 200_000, "python"),
    "200,000 lines of text": ("A short line.\n" * 200_000, "plaintext"),
    "16,000 lines of comment": ("x = 1\n" + "# A short line.\n" * 16_000, "python"),
    "deep nesting": ("(" * 5_000, "python"),
    "an unknown language": ("IDENTIFICATION DIVISION.", "cobol"),
}
NO_PROSE = {"a word of 1 MB", "200,000 lines of text"}
"""Of which one notice says so."""


LARGE = [name for name, (text, _) in FILES.items() if len(text) > 100_000]
SMALL = [name for name in FILES if name not in LARGE]


@pytest.mark.parametrize("names", [SMALL, *([name] for name in LARGE)], ids=["small", *LARGE])
async def test_every_request_is_answered(connect, script, names: list[str]) -> None:
    """One server has the small ones: to load what checks them takes longer than to check them."""
    session = await connect(
        engine_script=script([{"when": "", "say": " + 1"}]), options={"prose": {"languagetool": False}}
    )
    for name in names:
        text, language = FILES[name]
        uri = session.open(name.replace(" ", "-"), text, language)
        async with asyncio.timeout(120):
            await session.pull(uri)
            for line, character in ((0, 0), (0, 10**6), (10**6, 0)):
                await session.inline(uri, line, character)
            everything = lsp.Range(lsp.Position(0, 0), lsp.Position(1, 0))
            await session.actions(uri, everything, [])
        receipts = await session.why(uri)
        assert receipts, name
        assert [r for r in receipts if r["outcome"] == "failed"] == [], name
        told = [message.message for message in session.client.messages]
        assert len(told) == (name in NO_PROSE), name
        assert all("characters aren't checked" in message for message in told)


async def test_a_hanging_model_holds_nobody_up(connect, script) -> None:
    session = await connect(engine_script=script([{"when": "", "say": "x", "delay": 20}]))
    uri = session.open("a.py", "import re\nx = ")
    pending = asyncio.ensure_future(session.inline(uri, 1, 4))
    async with asyncio.timeout(10):
        assert await session.pull(uri) == []
        assert (await session.why(uri))[0]["request"] == "check"
    pending.cancel()


async def test_a_closed_document_is_a_normal_answer(connect, script) -> None:
    session = await connect(engine_script=script([]))
    uri = session.uri("never-opened.py")
    assert await session.pull(uri) == []
    assert await session.inline(uri, 0, 0) == []
    assert await session.actions(uri, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), []) == []


async def test_a_command_without_its_arguments_does_nothing(connect, script) -> None:
    session = await connect(engine_script=script([]))
    reply = await session.client.workspace_execute_command_async(lsp.ExecuteCommandParams("breadknife.command", []))
    assert reply == {"done": False}


async def test_no_model_is_a_reason_and_a_remedy(connect, home) -> None:
    session = await connect()
    uri = session.open("a.py", "x = ")
    assert await session.inline(uri, 0, 4) == []
    receipt = (await session.why(uri))[0]
    assert (receipt["outcome"], receipt["reason"]) == ("nothing", "model-missing")
    async with asyncio.timeout(120):
        while not session.client.messages:
            await asyncio.sleep(0.02)
    assert "breadknife models pull qwen2.5-coder-0.5b" in session.client.messages[0].message


async def test_an_editor_that_offers_the_set_up_isnt_told_what_is_missing(connect, home) -> None:
    session = await connect(experimental={"breadknife": {"offersSetup": True}})
    uri = session.open("a.py", "x = ")
    for _ in range(2):
        assert await session.inline(uri, 0, 4) == []
    assert (await session.why(uri))[0]["reason"] == "model-missing"
    assert session.client.messages == []


@pytest.mark.model
async def test_the_server_outlives_its_engine(connect) -> None:
    import psutil

    session = await connect()
    uri = session.open("a.py", "def add(a, b):\n    return \n")
    assert await session.inline(uri, 1, 11) != []
    status = await session.client.workspace_execute_command_async(lsp.ExecuteCommandParams("breadknife.status"))
    psutil.Process(status["engine"]["pid"]).kill()
    session.replace(uri, "def mul(a, b):\n    return \n", 2)
    for _ in range(2):  # the first may still meet the dying connection
        items = await session.inline(uri, 1, 11)
    assert items != []


async def test_a_server_that_cannot_start_says_so(connect, tmp_path) -> None:
    session = await connect(engine_script=tmp_path / "missing.json")
    uri = session.open("a.py", "x = ")
    async with asyncio.timeout(120):
        for request in (session.inline(uri, 0, 4), session.why(uri)):
            with pytest.raises(JsonRpcException, match=r"can't start: .*missing\.json"):
                await request
    (shown,) = session.client.messages
    assert shown.message.startswith("breadknife: can't start: ")
