"""Whatever order the engines answer in, what is shown stays as it is: later ones only add."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import ScoreRequest, Scores
from breadknife.plugins.prose import plugin as plugins
from breadknife.plugins.prose.engines import vale
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.refreshes import RefreshQueue
from breadknife.plugins.prose.model import reviewer
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Finding, Findings
from breadknife.text.document import Document, Span
from prose.disliking import DislikingEngine
from prose.second import Second
from support import PluginContext, document

TEXT = (
    "This is an useful one, and we recieve it. We invest into tests. Such a file have no name. "
    "The inventory keep one line. We utilize utilize it. It is better then before.\n"
)
TOOL = {"an": "a", "recieve": "receive", "invest into": "invest in", "have": "has", "keep": "keeps", "then": "than"}
MODEL = {
    "invest into": -9, "invest in": -1, "file have": -20, "file has": -1, "have": -20, "inventory keep": -9,
    "bettered": -20,
}  # fmt: skip


def lints(engine: str, wanted: Mapping[str, str], text: str) -> list[Lint]:
    found = ((text.find(f" {old} "), old, new) for old, new in wanted.items())
    return [
        Lint(engine, "MORFOLOGIK_RULE_EN_US" if old == "recieve" else f"{engine.upper()}_{old.upper()}",
             Span(at + 1, at + 1 + len(old)), f"so says {engine}", (new,), "TYPOS")
        for at, old, new in found if at >= 0
    ]  # fmt: skip


@dataclass
class Gated(DislikingEngine):
    """A model that answers when its gate is open."""

    words: Mapping[str, float]
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(self.words)

    def score(self, request: ScoreRequest, cancel: CancelToken) -> Scores:
        assert self.gate.wait(60)
        return super().score(request, cancel)


@dataclass
class Vale:
    gate: threading.Event = field(default_factory=threading.Event)
    name: str = "vale"

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        assert self.gate.wait(60)
        return tuple(lints("vale", {"utilize": "use", "keep": "hold"}, text))

    def close(self) -> None:
        self.gate.set()


@dataclass
class Editor(PluginContext):
    again: threading.Event = field(default_factory=threading.Event)

    def refresh(self) -> None:
        self.again.set()


@dataclass
class World:
    plugin: ProsePlugin
    editor: Editor
    gates: Mapping[str, threading.Event]

    def shown(self, doc: Document, *, whole: bool = False) -> tuple[Finding, ...]:
        answer = self.plugin.answer(CheckRequest(doc, whole), self.editor)
        assert isinstance(answer, Findings)
        return answer.items

    def settled(self, doc: Document) -> tuple[Finding, ...]:
        """What is shown once there is no more news."""
        found = self.shown(doc)
        while self.editor.again.wait(0.5):
            self.editor.again.clear()
            found = self.shown(doc)
        return found


@pytest.fixture
def world(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    tool, model, style = Second(lints=lambda text: lints("languagetool", TOOL, text)), Gated(MODEL), Vale()
    tool.put_in_place(monkeypatch)
    monkeypatch.setattr(vale, "program", lambda root: home / "vale")
    monkeypatch.setattr(vale, "ValeEngine", lambda program, ini: style)
    monkeypatch.setattr(reviewer, "_REST_S", 0.01)
    monkeypatch.setattr(plugins, "RefreshQueue", lambda: RefreshQueue(0.001))
    (tmp_path / ".vale.ini").touch()
    editor = Editor(values=ProseSettings(), engine=model, root=tmp_path, trusted=True)
    plugin = ProsePlugin()
    yield World(plugin, editor, {"languagetool": tool.gate, "model": model.gate, "vale": style.gate})
    plugin.close()


def identity(finding: Finding) -> tuple[Span, str, str, str, str]:
    return finding.span, finding.source, finding.code, finding.message, finding.severity


@pytest.mark.parametrize(
    "order", list(itertools.permutations(("languagetool", "model", "vale"))), ids=lambda each: "-".join(each)
)
def test_what_is_shown_stays(world: World, order: tuple[str, ...]) -> None:
    doc = document(TEXT, "markdown")
    shown = [identity(each) for each in world.shown(doc)]
    assert [doc.slice(span) for span, *_ in sorted(shown)] == ["an", "recieve", "utilize utilize", "then"]
    for name in order:
        world.gates[name].set()
        now = [identity(each) for each in world.settled(doc)]
        assert set(shown) <= set(now), name
        shown = now
    words = [doc.slice(span) for span, *_ in sorted(shown)]
    assert words == ["an", "recieve", "invest into", "have", "keep", "utilize utilize", "then"]
    assert {identity(each) for each in world.shown(doc, whole=True)} == set(shown) or order[0] != "languagetool"


def test_lint_shows_what_an_editor_does_that_all_engines_answer_quickly(world: World) -> None:
    doc = document(TEXT, "markdown")
    for gate in world.gates.values():
        gate.set()
    whole = world.shown(doc, whole=True)
    assert world.settled(doc) == whole
    assert [f"{each.source}/{each.code}" for each in sorted(whole, key=lambda each: each.span)] == [
        "harper/AnA", "harper/SpellCheck", "harper/InvestIn", "languagetool/LANGUAGETOOL_HAVE",
        "languagetool/LANGUAGETOOL_KEEP", "harper/RepeatedWords", "harper/ThenThan",
    ]  # fmt: skip
