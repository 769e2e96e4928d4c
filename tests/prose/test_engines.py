"""Which engines there are, how many of them, and when one that gave up is tried again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.disk_cache import DiskCache
from breadknife.errors import EngineUnavailable
from breadknife.plugins.prose.engine_set import EnglishEngines, LanguageToolRegistry, LinterSettings
from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.background import BackgroundEngine
from breadknife.plugins.prose.engines.engine_health import AGAIN_S, LONGEST_S, EngineHealth
from breadknife.plugins.prose.engines.harper import HarperDictionary, HarperEngine, harper_thread
from breadknife.plugins.prose.engines.lint import BackgroundLinter, Lint
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
    ended = BackgroundEngine.close

    def close(self: BackgroundLinter, wait_s: float = 10.0) -> None:
        closed.append("one")
        ended(self, wait_s)

    alone = replace(SETTINGS, languagetool=False)
    monkeypatch.setattr(BackgroundEngine, "close", close)
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


def ask(background: BackgroundEngine[str, str], text: str) -> tuple[str, ...] | None:
    background.submit("doc", [text], lambda: None)
    background.wait([text], CancelToken.after(30))
    return background.result(text)


def test_an_engine_that_gave_up_is_tried_again_ever_more_rarely() -> None:
    engine, clock = Failing(), Clock()
    background = BackgroundEngine(engine.check, engine.close, health=EngineHealth(clock))
    assert ask(background, "a") is None
    assert ask(background, "a") is None
    assert engine.asked == ["a"]
    assert background.failure == "attempt 1 failed"
    background.close()


def test_what_was_asked_while_an_engine_has_given_up_is_answered_when_it_works_again() -> None:
    engine, clock, told = Failing(), Clock(), threading.Event()
    background = BackgroundEngine(engine.check, engine.close, health=EngineHealth(clock))
    assert ask(background, "a") is None  # it gave up over this one
    background.submit("other", ["b"], told.set)  # and this one is asked before it is tried again
    engine.works = True
    clock.now += AGAIN_S
    background.submit("third", ["c"], lambda: None)  # wakes the thread, whose clock stood still
    assert told.wait(30)
    assert [ask(background, each) for each in "abc"] == [("A",), ("B",), ("C",)]
    assert background.failure is None
    background.close()


def test_each_pause_is_twice_as_long_until_it_answers() -> None:
    health, waits = EngineHealth(clock := Clock()), list[float]()
    for _ in range(6):
        health.gave_up("why")
        waits.append(health.wait_s)
        clock.now += health.wait_s
    assert waits == [AGAIN_S, 2 * AGAIN_S, 4 * AGAIN_S, 8 * AGAIN_S, LONGEST_S, LONGEST_S]
    health.answered()
    assert (health.failure, health.wait_s) == (None, 0.0)


def test_one_that_answers_speaks_for_who_needs_the_same() -> None:
    health = EngineHealth(clock := Clock())
    engines, goes_on = (Failing(), Failing()), threading.Event()

    def check_first(text: str, /) -> tuple[str, ...]:
        """Fail at once, but not a second time while the other engine is looked at."""
        if engines[0].asked:
            goes_on.wait(60)
        return engines[0].check(text)

    first = BackgroundEngine(check_first, health=health)
    other = BackgroundEngine(engines[1].check, health=health)
    assert ask(first, "a") is None
    assert other.failure is not None
    engines[1].works = True
    clock.now += AGAIN_S
    answered = threading.Event()
    other.submit("doc", ["a"], answered.set)
    assert answered.wait(30)
    assert other.result("a") == ("A",)
    assert first.failure is None
    goes_on.set()
    for each in (first, other):
        each.close()


def test_a_missing_part_is_looked_for_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `breadknife setup languagetool` beside an open editor."""
    set_up, looked = [False], list[str]()

    def is_set_up(url: str) -> bool:
        looked.append(url)
        return set_up[0]

    monkeypatch.setattr(languagetool, "is_set_up", is_set_up)
    monkeypatch.setattr(languagetool, "obstacle", lambda url: "it is not installed")
    clock, context = Clock(), PluginContext()
    tools = LanguageToolRegistry(clock, DiskCache(home / "prose.sqlite"))
    wanted = LinterSettings("en-US", frozenset(), "")
    for _ in range(3):
        assert tools.find(wanted, context, whole=True) is None
    set_up[0] = True
    assert tools.find(wanted, context, whole=True) is None
    assert len(looked) == 1
    clock.now += AGAIN_S
    assert tools.find(wanted, context, whole=True) is not None
    assert set(context.notices) == {"Prose is checked by Harper alone: LanguageTool can't run: it is not installed."}
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
        shown(plugin, text, editor)
        assert editor.again.wait(30)
        assert shown(plugin, text, editor) == ["AnA"]
        assert set(editor.notices) == {"Prose is checked by Harper alone: LanguageTool did not start."}
        second.lints = speaks_of("keep", "SHE_LIVE", "keeps")
        editor.again.clear()
        clock.now += AGAIN_S
        shown(plugin, f"{text} So.", editor)  # wakes the thread, whose clock stood still
        assert editor.again.wait(30)
        assert codes(plugin, text, editor) == ["AnA", "SHE_LIVE"]
    finally:
        plugin.close()


def shown(plugin: ProsePlugin, text: str, editor: PluginContext) -> list[str]:
    answer = plugin.answer(CheckRequest(document(text, "markdown")), editor)
    assert isinstance(answer, Findings)
    return [each.code for each in answer.items]


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
    text, settings = "We invest into tests.", replace(SETTINGS, languagetool=False, model=True)
    agrees, objects = DislikingEngine({"invest into": -9, "invest in": -1}), DislikingEngine({"invest in": -9})
    assert codes(plugin, text, Named(values=settings, engine=agrees, name="one")) == ["InvestIn"]
    assert codes(plugin, text, Named(values=settings, engine=objects, name="other")) == []
    asked = len(agrees.requests)
    assert codes(plugin, text, Named(values=settings, engine=agrees, name="one")) == ["InvestIn"]
    assert len(agrees.requests) == asked


def test_the_newest_models_opinions_are_kept(home: Path) -> None:
    english = EnglishEngines("en-US", Clock(), harper_thread(), DiskCache(home / "prose.sqlite"))
    first = english.reviewer(Named(name="a"))
    assert english.reviewer(Named(name="a")) is first
    for name in "bc":
        english.reviewer(Named(name=name))
    assert english.reviewer(Named(name="a")) is not first
    english.close()
