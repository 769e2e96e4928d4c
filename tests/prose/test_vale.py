"""What becomes of Vale's word, by a small program in its place; what the real one says is in `test_real_vale.py`."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import EngineDied, EngineUnavailable
from breadknife.plugins.prose.engines import vale
from breadknife.plugins.prose.engines.lint import BackgroundLinter, LintRequest
from breadknife.plugins.prose.engines.vale import ValeEngine, ValeRegistry
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import ActionRequest, Actions, CheckRequest, CommandRequest, Finding, Findings
from breadknife.text.document import Span
from support import PluginContext, document

STAND_IN = """\
import json, re, sys, time
text = sys.stdin.read()
assert "--output=JSON" in sys.argv and any(each.startswith("--config=") for each in sys.argv)
if "hang" in text:
    time.sleep(60)
if "break" in text:
    print(json.dumps({"Line": 1, "Path": ".vale.ini", "Text": "There is no such style."}), file=sys.stderr)
    raise SystemExit(2)
if "nonsense" in text:
    print("[1]")
    raise SystemExit(1)
alerts = [
    {"Action": {"Name": "replace", "Params": ["use"]}, "Span": [match.start() + 1, match.end()], "Check": "House.Terms",
     "Description": "", "Link": "", "Message": "Use 'use'.", "Severity": "warning", "Match": match[0], "Line": 1}
    for match in re.finditer("utilize", text)
] + [
    {"Action": {"Name": "suggest", "Params": ["spellings"]}, "Span": [match.start() + 1, match.end()],
     "Check": "Vale.Spelling", "Description": "", "Link": "", "Message": "Did you really mean 'zyxwv'?",
     "Severity": "error", "Match": match[0], "Line": 1}
    for match in re.finditer("zyxwv", text)
]
if alerts:
    print(json.dumps({"stdin.md": alerts}))
raise SystemExit(1 if alerts else 0)
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with styles, and a `vale` on the path."""
    program = tmp_path / "bin" / "vale"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{STAND_IN}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".vale.ini").write_text("StylesPath = styles\n[*]\nBasedOnStyles = House\n")
    return folder


@pytest.fixture
def engine(installed: Path) -> ValeEngine:
    program, configured = vale.program(installed), vale.configuration(installed)
    assert program is not None
    assert configured is not None
    return ValeEngine(program, configured)


class Editor(PluginContext):
    def __init__(self, root: Path | None, *, trusted: bool = True) -> None:
        super().__init__(root=root, trusted=trusted, values=ProseSettings(languagetool=False, model=False))
        self.again = threading.Event()

    def refresh(self) -> None:
        self.again.set()


def found(text: str, context: PluginContext, *, whole: bool = True) -> list[Finding]:
    plugin = ProsePlugin()
    try:
        answer = plugin.answer(CheckRequest(document(text, "markdown"), whole), context)
        assert isinstance(answer, Findings)
        return list(answer.items)
    finally:
        plugin.close()


def test_a_finding_with_its_fix(home: Path, installed: Path) -> None:
    text = "We *utilize* `utilize` here, and you see the the end.\n"
    house, harper = found(text, Editor(installed))
    assert (house.source, house.code, text[house.span.start : house.span.end]) == ("vale", "House.Terms", "utilize")
    assert house.fixes[0].edits[0].new_text == "use"
    assert harper.code == "RepeatedWords"


def test_it_is_told_where_others_speak_too(home: Path, installed: Path) -> None:
    [one] = found("We will utilize utilize it.\n", Editor(installed))
    assert (one.source, one.code) == ("harper", "RepeatedWords")
    assert [fix.title for fix in one.fixes] == [
        "“utilize utilize” → “utilize”", "“utilize” → “use”", "“utilize” → “use”"
    ]  # fmt: skip


def test_a_word_that_it_does_not_know_may_be_added(home: Path, installed: Path) -> None:
    plugin, doc, context = ProsePlugin(), document("We zyxwv it.\n", "markdown"), Editor(installed)
    try:
        assert [each.code for each in found(doc.text, context)] == ["Vale.Spelling"]
        plugin.answer(CheckRequest(doc, True), context)
        menu = plugin.answer(ActionRequest(doc, Span(5, 5)), context)
        assert isinstance(menu, Actions)
        [add] = [each.command for each in menu.items if each.title == "Add “zyxwv” to the dictionary"]
        assert add is not None
        plugin.answer(CommandRequest(add, installed), context)
    finally:
        plugin.close()
    assert found(doc.text, context) == []


def test_a_rule_is_ignored_in_its_paragraph(home: Path, installed: Path) -> None:
    plugin, doc = ProsePlugin(), document("One thing is here.\n\nWe utilize it.\n", "markdown")
    try:
        plugin.answer(CheckRequest(doc, True), Editor(installed))
        menu = plugin.answer(ActionRequest(doc, Span(25, 25)), Editor(installed))
        assert isinstance(menu, Actions)
        [ignore] = [each for each in menu.items if each.title == "Ignore “terms” in this paragraph"]
    finally:
        plugin.close()
    ignored = doc.edited(ignore.edits).text
    assert "<!-- breadknife: ignore House.Terms -->" in ignored
    assert found(ignored, Editor(installed)) == []


def test_no_program_runs_for_a_folder_that_is_not_trusted(home: Path, installed: Path) -> None:
    assert found("We utilize it here.\n", Editor(installed, trusted=False)) == []
    assert found("We utilize it here.\n", Editor(None)) == []


def test_it_is_off_without_styles_or_program(home: Path, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (installed / ".vale.ini").rename(installed / "other.ini")
    assert found("We utilize it here.\n", Editor(installed)) == []
    (installed / "other.ini").rename(installed / ".vale.ini")
    monkeypatch.setenv("PATH", "")
    context = Editor(installed)
    assert found("We utilize it here.\n", context) == []
    assert context.notices == []


def test_the_folder_s_own_program_is_not_run(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = installed / "vale"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(installed))
    assert vale.program(installed) is None


def test_styles_that_change_are_read_again(home: Path, installed: Path) -> None:
    """Of the styles' own files too, and the Vale before is asked no more."""
    rule = installed / "styles" / "House" / "Terms.yml"
    rule.parent.mkdir(parents=True)
    rule.write_text("extends: substitution\n")
    (installed / "styles" / ".git").mkdir()
    now = [0.0]
    vales, context = ValeRegistry(lambda: now[0]), Editor(installed)
    first = vales.find(context)
    assert first is not None
    os.utime(rule, ns=(later := time.time_ns() + 10**10, later))
    assert vales.find(context) is first  # it was looked at just now
    now[0] += 10
    second = vales.find(context)
    assert second is not None
    assert second is not first
    assert not asks(first)
    assert asks(second)
    now[0] += 10
    (installed / "styles" / ".git" / "index").touch()
    assert vales.find(context) is second
    now[0] += 10
    rule.unlink()
    assert vales.find(context) is not second
    vales.close()


def asks(each: BackgroundLinter) -> bool:
    """Whether it still takes questions."""
    question = LintRequest("We utilize it.")
    each.submit("doc", [question], lambda: None)
    each.wait([question], CancelToken.after(30))
    return each.result(question) is not None


def test_one_that_hangs_or_fails(
    home: Path, engine: ValeEngine, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vale, "_CHECK_S", 0.5)
    with pytest.raises(EngineDied, match="hung"):
        engine.check("hang")
    with pytest.raises(EngineUnavailable, match="output can't be read"):
        engine.check("nonsense")
    context = Editor(installed)
    plugin = ProsePlugin()
    try:
        for _ in range(2):
            answer = plugin.answer(
                CheckRequest(document("Here is a break of the the line.", "markdown"), True), context
            )
            assert isinstance(answer, Findings)
            assert [each.code for each in answer.items] == ["RepeatedWords"]
            assert answer.unanswered == ("Vale did not answer: Vale failed: There is no such style.",)
    finally:
        plugin.close()
