"""All of version 2 of the plugin protocol, through a real host."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.host.host import Host
from breadknife.host.settings import Settings
from breadknife.task.values import (
    ActionRequest,
    CommandRequest,
    Hover,
    HoverRequest,
    Inlay,
    InlayRequest,
    LensRequest,
    NewDocument,
    OpenDocument,
)
from breadknife.text.document import Document, Span
from host.fakes import host
from host.plugin_v2 import RULE, PluginV2, Reword, Reworded

TEXT = "red bread\ngreen knife\nred bread crumbs\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8


class Another(PluginV2):
    """Whom the first one asks."""

    name = "another"


@pytest.fixture
def document(tmp_path: Path) -> Document:
    (tmp_path / "picture.png").write_bytes(PNG)
    return Document((tmp_path / "a.txt").as_uri(), "plaintext", TEXT, 1)


@pytest.fixture
def one() -> Host:
    engine = ScriptedEngine([Line("red bread", "crimson loaf")])
    models = {"v2-meaning": "meaning"}
    return host(PluginV2(), Another(), engine=engine, settings=Settings(models=models))


def test_what_is_shown_beside_a_text(one: Host, document: Document) -> None:
    [hover, _] = one.ask(HoverRequest(document, 3)).hovers
    assert hover == Hover("**near**: red bread crumbs", Span(3, 3), RULE, markdown=True)
    [(name, lens), _] = one.ask(LensRequest(document)).lenses
    assert (name, lens.title) == ("v2", "Write a report")
    inlays = one.ask(InlayRequest(document, Span(0, 21)), plugin="v2").inlays
    assert inlays == [Inlay(9, "…", "a long line", RULE), Inlay(21, "…", "a long line", RULE)]


def test_a_command_gives_a_result_and_documents(one: Host, document: Document, tmp_path: Path) -> None:
    [(_, action), _] = one.ask(ActionRequest(document, Span(0, 0))).actions
    assert action.command is not None
    reply = one.ask(CommandRequest(action.command, tmp_path, document), plugin="v2", root=tmp_path)
    assert [each.sentence for each in reply.receipts] == [""]
    assert reply.message == "The report is open."
    assert reply.result == {"uri": document.uri, "sizes": [16]}
    said = "crimson loaf 2 ('crimson loaf',) ((1.0,),)"
    assert reply.documents == [NewDocument(f"# image/png, 16 bytes\n{said}\n", "markdown", "Report", RULE)]
    assert reply.shows == [OpenDocument((tmp_path / "picture.png").as_uri())]
    asked, told = one.ledger.newest(limit=2)[::-1]
    assert (asked.request, asked.plugin, asked.asked_by) == ("reword", "another", "v2")
    assert (told.request, told.plugin, told.asked_by) == ("command", "v2", "")
    assert asked.model == "qwen2.5-coder-0.5b"


def test_a_kind_of_its_own_is_asked_like_any_other(one: Host, document: Document) -> None:
    (name, answer), _ = one.ask(Reword(document, "red bread")).answers
    assert name == "v2"
    assert isinstance(answer, Reworded)
    assert answer.text.startswith("crimson loaf")
    assert answer.origin.model == "qwen2.5-coder-0.5b"
    assert one.ask(Reword(replace(document, language="python"), "red bread")).answers == ()
    assert one.ledger.newest(limit=1)[0].reason == "no-plugin"
