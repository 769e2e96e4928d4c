"""Hovers, lenses, inlays, and what commands show: of a plugin that is installed beside the server's own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

PLUGIN = '''
"""Says what a place is, and opens what it is asked to."""

import time
from dataclasses import dataclass

from breadknife.api import *


@dataclass(frozen=True)
class Settings:
    pass


class Shown:
    api = 2
    name = "shown"
    settings = Settings
    serves = {HoverRequest: frozenset({"python"}), LensRequest: frozenset({"python"}), InlayRequest: frozenset({"*"})}

    def answer(self, request, context):
        match request:
            case HoverRequest(document=document, offset=offset):
                if "slow" in document.text:
                    while True:
                        context.cancel.raise_if_cancelled()
                        time.sleep(0.01)
                if "model" in document.text:
                    said = "".join(each.text for each in context.model("completion").generate((), max_tokens=9))
                    return Hover(said, markdown=True)
                return Hover("*rule*", Span(offset, offset + 1), Origin("r"), markdown=True)
            case LensRequest(document=document):
                at = document.text.index("def")
                span = Span(at, len(document.text))
                return Lenses((Lens(span, "Open it", Command("open", "Open", ("x",))),))
            case InlayRequest(document=document):
                return Inlays(tuple(Inlay(at, "!", "why") for at, each in enumerate(document.text) if each == "😀"))
            case CommandRequest(command=command, document=document):
                context.progress("half of it", 0.5)
                if command.arguments == ("slow",):
                    time.sleep(1.5)
                    context.progress("more of it", 0.75)
                    time.sleep(0.3)
                context.refresh()
                if command.arguments == ("long",):
                    return Done("A line.\\n" * 30)
                shows = (OpenDocument(document.uri, Span(4, 5)), OpenDocument("file:///etc/passwd"))
                return Done("did it", {"n": 1}, (NewDocument("# New\\n", "markdown", "A: title/2"),), shows)

    def close(self):
        pass
'''
TEXT = "# 😀\ndef f():\n    pass\n"
RANGE = lsp.Range(lsp.Position(0, 0), lsp.Position(3, 0))


@pytest.fixture(autouse=True)
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    (site / "shown-1.dist-info").mkdir(parents=True)
    (site / "shown.py").write_text(PLUGIN, "utf-8")
    (site / "shown-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: shown\nVersion: 1\n")
    (site / "shown-1.dist-info" / "entry_points.txt").write_text("[breadknife.plugins]\nshown = shown:Shown\n")
    monkeypatch.setenv("PYTHONPATH", str(site))


async def hover(session: Any, uri: str, line: int = 1, character: int = 4) -> lsp.Hover | None:
    where = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
    return await session.client.text_document_hover_async(where)


async def run(session: Any, uri: str, argument: str = "x") -> Any:
    """What the lens's command returns."""
    command = lsp.ExecuteCommandParams("breadknife.command", ["shown", uri, "open", "Open", argument])
    return await session.client.workspace_execute_command_async(command)


async def test_a_client_asks_for_what_a_plugin_serves(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    options = await session.registration(lsp.TEXT_DOCUMENT_HOVER)
    assert {"language": "python"} in options["documentSelector"]
    every = await session.registration(lsp.TEXT_DOCUMENT_INLAY_HINT)
    assert every["documentSelector"] is None
    assert session.result.capabilities.hover_provider is None


async def test_nothing_is_registered_that_nobody_serves(connect, script, home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH")
    session = await connect(engine_script=script([]))
    await session.providers()
    uri = session.open("a.py", TEXT)
    await session.pull(uri)
    assert lsp.TEXT_DOCUMENT_CODE_LENS not in {each.method for each in session.registered}


async def test_a_client_that_lets_nothing_be_registered_is_told_at_once(connect, script, home) -> None:
    session = await connect("emacs", engine_script=script([]))
    assert session.result.capabilities.hover_provider is not None
    python, text = session.open("a.py", TEXT), session.open("b.yaml", "a: 1\n", "yaml")
    assert await hover(session, python) is not None
    assert await hover(session, text) is None
    assert [each["request"] for each in await session.why(text) if each["request"] == "hover"] == []


async def test_a_rule_may_write_markdown(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    await session.registration(lsp.TEXT_DOCUMENT_HOVER)
    found = await hover(session, session.open("a.py", TEXT))
    assert found is not None
    assert found.contents == lsp.MarkupContent(lsp.MarkupKind.Markdown, "*rule*")
    assert found.range == lsp.Range(lsp.Position(1, 4), lsp.Position(1, 5))


async def test_a_model_may_not(connect, script, home) -> None:
    said = "![x](https://evil.example/a.png)"
    session = await connect(engine_script=script([{"when": "", "say": said}]))
    await session.registration(lsp.TEXT_DOCUMENT_HOVER)
    found = await hover(session, session.open("a.py", f"{TEXT}# model\n"))
    assert found is not None
    assert found.contents == lsp.MarkupContent(lsp.MarkupKind.PlainText, said)


async def test_a_hover_can_be_cancelled_and_ends_with_its_text(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    await session.registration(lsp.TEXT_DOCUMENT_HOVER)
    uri = session.open("a.py", f"{TEXT}# slow\n")
    asked = asyncio.ensure_future(hover(session, uri))
    await asyncio.sleep(0.3)
    session.replace(uri, TEXT, 2)
    with pytest.raises(Exception, match="the document has changed"):
        await asked


async def test_lenses_and_inlays_are_at_their_places(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    await session.registration(lsp.TEXT_DOCUMENT_CODE_LENS)
    uri = session.open("a.py", TEXT)
    document = lsp.TextDocumentIdentifier(uri)
    [lens] = await session.client.text_document_code_lens_async(lsp.CodeLensParams(document))
    assert lens.range == lsp.Range(lsp.Position(1, 0), lsp.Position(1, 8))
    assert lens.command == lsp.Command("Open it", "breadknife.command", arguments=("shown", uri, "open", "Open", "x"))
    [inlay] = await session.client.text_document_inlay_hint_async(lsp.InlayHintParams(document, RANGE))
    assert (inlay.position, inlay.label, inlay.tooltip) == (lsp.Position(0, 2), "!", "why")


@pytest.mark.parametrize("opens_untitled", [True, False])
async def test_a_command_opens_documents(connect, script, home, opens_untitled: bool) -> None:
    experimental = {"breadknife": {"opensUntitled": opens_untitled}}
    session = await connect(engine_script=script([]), experimental=experimental)
    await session.registration(lsp.TEXT_DOCUMENT_CODE_LENS)
    uri = session.open("a.py", TEXT)
    assert await run(session, uri) == {"done": True, "result": {"n": 1}, "documents": []}
    new, place = session.client.shown_documents
    assert (place.uri, place.selection) == (uri, lsp.Range(lsp.Position(1, 0), lsp.Position(1, 1)))
    if opens_untitled:
        assert new.uri == "untitled:A title 2.md"
        [change] = session.applied
        [edit] = change.edit.changes[new.uri]
        assert edit.new_text == "# New\n"
    else:
        path = home / "state" / "documents" / "A title 2.md"
        assert (new.uri, path.read_text("utf-8")) == (path.as_uri(), "# New\n")


async def test_a_client_that_shows_no_documents_gets_their_text(connect, script, home) -> None:
    session = await connect("emacs", engine_script=script([]))
    uri = session.open("a.py", TEXT)
    result = await run(session, uri)
    if not session.client.capabilities.window.show_document:
        assert result["documents"] == [{"text": "# New\n", "language": "markdown", "title": "A: title/2"}]


LONG = "A line.\n" * 30


async def test_a_long_message_is_a_page(connect, script, home) -> None:
    session = await connect(engine_script=script([]), experimental={"breadknife": {"showsText": True}})
    told: list[tuple[str, str]] = []
    session.client.feature("breadknife/showText")(lambda params: told.append((params.title, params.text)))
    await run(session, session.open("a.py", TEXT), "long")
    assert told == [("Open", LONG)]
    assert session.client.messages == []


async def test_a_long_message_is_a_file_for_other_editors(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    await run(session, session.open("a.py", TEXT), "long")
    path = home / "state" / "documents" / "Open.txt"
    assert [each.uri for each in session.client.shown_documents] == [path.as_uri()]
    assert path.read_text("utf-8") == LONG
    assert session.client.messages == []


async def test_a_client_that_shows_no_documents_is_told_all_of_it(connect, script, home) -> None:
    session = await connect("emacs", engine_script=script([]))
    await run(session, session.open("a.py", TEXT), "long")
    assert [each.message for each in session.client.messages] == [f"breadknife: {LONG}"]


def bars_of(session: Any) -> list[list[Any]]:
    """The progress of commands: on a slow machine, loading the model has a bar of its own."""
    bars = [*session.client.progress_reports.values()]
    return [bar for bar in bars if not (bar[0].message or "").startswith("loading")]


async def test_a_commands_progress_is_a_bar(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    await session.registration(lsp.TEXT_DOCUMENT_CODE_LENS)
    uri = session.open("a.py", TEXT)
    await run(session, uri)
    assert bars_of(session) == []
    await run(session, uri, "slow")
    async with asyncio.timeout(10):
        while not (bars := bars_of(session)) or bars[0][-1].kind != "end":
            await asyncio.sleep(0.02)
    [(begin, *more, _)] = bars
    assert begin.message in ("Open", "half of it")
    assert "more of it" in [each.message for each in more]
