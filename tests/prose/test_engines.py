"""Which engines there are, how many of them, and when one that gave up is tried again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import EngineUnavailable
from breadknife.plugins.prose import checkers
from breadknife.plugins.prose.checkers import English, LanguageTools, Wish
from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.background import Background
from breadknife.plugins.prose.engines.harper import HarperDictionary, HarperEngine, harper_thread
from breadknife.plugins.prose.engines.health import AGAIN_S, Health
from breadknife.plugins.prose.engines.kept import Store
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.rules import SPELLING
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Findings
from prose.disliking import DislikingEngine
from prose.second import Second, speaks_of
from support import PluginContext, PluginModel, document

SETTINGS = ProseSettings(model=False)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def second(home: Path, monkeypatch: pytest.MonkeyPatch) -> Second:
    engine = Second()
    engine.gate.set()
    engine.put_in_place(monkeypatch)
    return engine


@pytest.fixture
def plugin(home: Path) -> Iterator[ProsePlugin]:
    plugin = ProsePlugin()
    yield plugin
    plugin.close()


def codes(plugin: ProsePlugin, text: str, context: PluginContext) -> list[str]:
    answer = plugin.answer(CheckRequest(document(text, "markdown"), whole=True), context)
    assert isinstance(answer, Findings)
    return [each.code for each in answer.items]


@pytest.mark.parametrize(
    "word", ["house", "London", "london", "colour", "hahaha", "h", "reindents", "httpcore", "it's"]
)
def test_the_dictionary_knows_what_harper_has_no_objection_to(word: str) -> None:
    thread = harper_thread()
    whole = HarperEngine("en-US", alone=SPELLING, thread=thread)
    assert bool(HarperDictionary("en-US", thread).check(word)) == bool(whole.check(word))


def test_one_languagetool_serves_all_settings(plugin: ProsePlugin, second: Second) -> None:
    """Another rule or another English starts no other JVM, and what was said needs not be asked again."""
    second.lints = speaks_of("stdin", "UPPERCASE_SENTENCE_START", "Stdin", category="CASING")
    enabled = replace(SETTINGS, enabled_rules=("UPPERCASE_SENTENCE_START",))
    british = replace(SETTINGS, dialect="en-GB")
    said = [codes(plugin, "It reads stdin.", PluginContext(values=each)) for each in (SETTINGS, enabled, british)]
    assert said == [[], ["UPPERCASE_SENTENCE_START"], []]
    assert second.made == 1
    assert second.languages == ["en-US", "en-GB"]


def test_a_server_of_the_user_s_is_another_one(plugin: ProsePlugin, second: Second) -> None:
    for url in ("", "http://127.0.0.1:8081/v2/", ""):
        codes(plugin, "It reads it.", PluginContext(values=replace(SETTINGS, languagetool_url=url)))
    assert second.made == 2


def test_only_the_newest_settings_keep_their_harper(plugin: ProsePlugin, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    ended = Background.close

    def close(self: checkers.Later, wait_s: float = 10.0) -> None:
        closed.append("one")
        ended(self, wait_s)

    alone = replace(SETTINGS, languagetool=False)
    monkeypatch.setattr(Background, "close", close)
    for number in range(6):
        settings = replace(alone, enabled_rules=(f"Rule{number}",))
        assert codes(plugin, "You see the the end.", PluginContext(values=settings)) == ["RepeatedWords"]
    assert len(closed) == 2


# --- one that gave up -----------------------------------------------------------------------------------------------


@dataclass
class Failing:
    """Works when `works` is set."""

    works: bool = False
    asked: list[str] = field(default_factory=list[str])

    def check(self, text: str, /) -> tuple[str, ...]:
        self.asked.append(text)
        if not self.works:
            raise EngineUnavailable(f"attempt {len(self.asked)} failed")
        return (text.upper(),)

    def close(self) -> None: ...


def ask(background: Background[str, str], text: str) -> tuple[str, ...] | None:
    arrived = threading.Event()
    background.submit("doc", [text], arrived.set)
    if background.waits("doc"):
        assert arrived.wait(30)
    background.wait([text], CancelToken.after(30))
    return background.result(text)


def test_an_engine_that_gave_up_is_tried_again_after_a_while() -> None:
    engine, clock = Failing(), Clock()
    background = Background(engine, health=Health(clock))
    assert ask(background, "a") is None
    assert ask(background, "a") is None
    assert engine.asked == ["a"]
    clock.now += AGAIN_S
    assert ask(background, "b") is None
    assert engine.asked == ["a", "b"]
    assert background.failure == "attempt 1 failed"  # the reason stays, or it would be told at each attempt
    engine.works = True
    assert ask(background, "c") is None
    clock.now += AGAIN_S
    assert ask(background, "c") == ("C",)
    assert background.failure is None
    assert ask(background, "d") == ("D",)
    background.close()


def test_one_that_answers_speaks_for_who_needs_the_same() -> None:
    health = Health(clock := Clock())
    engines = Failing(), Failing()
    first, other = (Background(each, health=health) for each in engines)
    assert ask(first, "a") is None
    assert other.failure is not None
    engines[1].works = True
    assert ask(other, "a") is None
    clock.now += AGAIN_S
    assert ask(other, "a") == ("A",)
    assert first.failure is None
    for each in (first, other):
        each.close()


def test_a_missing_part_is_looked_for_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `breadknife setup languagetool` beside an open editor."""
    obstacles, looked = ["it is not installed", None], list[str]()

    def obstacle(url: str) -> str | None:
        looked.append(url)
        return obstacles[0]

    monkeypatch.setattr(languagetool, "obstacle", obstacle)
    clock, context = Clock(), PluginContext()
    tools, wish = LanguageTools(clock, Store()), Wish("en-US", frozenset())
    for _ in range(3):
        assert tools.of(wish, context, whole=True) is None
    obstacles.pop(0)
    assert tools.of(wish, context, whole=True) is None
    assert len(looked) == 1
    clock.now += AGAIN_S
    assert tools.of(wish, context, whole=True) is not None
    assert set(context.notices) == {"Prose is checked by Harper alone; LanguageTool can't help: it is not installed."}
    tools.close()


def test_findings_come_back_with_the_engine(second: Second) -> None:
    clock = Clock()
    plugin = ProsePlugin(clock)
    editor = Editor(values=SETTINGS)
    text = "This is an useful one, and the inventory keep it."

    def fail(text: str) -> list[Lint]:
        raise EngineUnavailable("LanguageTool did not start")

    second.lints = fail
    try:
        assert codes(plugin, text, editor) == ["AnA"]
        second.lints = speaks_of("keep", "SHE_LIVE", "keeps")
        assert codes(plugin, text, editor) == ["AnA"]
        clock.now += AGAIN_S
        shown(plugin, text, editor)
        assert editor.again.wait(30)
        assert codes(plugin, text, editor) == ["SHE_LIVE"]
        assert set(editor.notices) == {"Prose is checked by Harper alone: LanguageTool did not start."}
    finally:
        plugin.close()


def shown(plugin: ProsePlugin, text: str, editor: PluginContext) -> None:
    plugin.answer(CheckRequest(document(text, "markdown")), editor)


@dataclass
class Editor(PluginContext):
    again: threading.Event = field(default_factory=threading.Event)

    def refresh(self) -> None:
        self.again.set()


# --- another model --------------------------------------------------------------------------------------------------


@dataclass
class Named(PluginContext):
    name: str = "judge"

    def model(self, role: str, /) -> PluginModel:
        return PluginModel(self, self.name)


def test_another_model_is_asked_itself(plugin: ProsePlugin) -> None:
    text, settings = "It is better then before.", replace(SETTINGS, languagetool=False, model=True)
    agrees, objects = DislikingEngine({"then": -9, "than": -1}), DislikingEngine({"than": -9})
    assert codes(plugin, text, Named(values=settings, engine=agrees, name="one")) == ["ThenThan"]
    assert codes(plugin, text, Named(values=settings, engine=objects, name="other")) == []
    asked = len(agrees.requests)
    assert codes(plugin, text, Named(values=settings, engine=agrees, name="one")) == ["ThenThan"]
    assert len(agrees.requests) == asked


def test_the_newest_models_opinions_are_kept(home: Path) -> None:
    english = English("en-US", Clock())
    first = english.opinions(Named(name="a"))
    assert english.opinions(Named(name="a")) is first
    for name in "bc":
        english.opinions(Named(name=name))
    assert english.opinions(Named(name="a")) is not first
    english.close()
