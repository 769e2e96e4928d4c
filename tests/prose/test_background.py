"""A slow engine in its own thread: results arrive later, and its death harms nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineDied, EngineUnavailable
from breadknife.plugins.prose.engines.background import BackgroundEngine
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.text.document import Span


class Scripted:
    """Checks what it is told to, and waits until `gate` is open."""

    name = "scripted"

    def __init__(self, check: Callable[[str], None] = lambda text: None, *, open_: bool = True) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.closed = False
        self._check = check
        if open_:
            self.gate.set()

    def check(self, text: str, /) -> tuple[Lint, ...]:
        self.asked.append(text)
        self.entered.set()
        assert self.gate.wait(30)
        self._check(text)
        return (result(text),)

    def close(self) -> None:
        self.closed = True
        self.gate.set()


def result(text: str) -> Lint:
    return Lint("scripted", "RULE", Span(0, len(text)), text, (), "")


def ignore() -> None:
    pass


def test_results_arrive_and_stay() -> None:
    engine, arrived = Scripted(), threading.Event()
    background = BackgroundEngine(engine.check, engine.close)
    assert background.result("a") is None
    background.submit("doc", ["a", "b", "a"], arrived.set)
    background.wait(["a", "b"], CancelToken.after(30))
    assert arrived.wait(30)
    assert background.result("a") == (result("a"),)
    background.submit("doc", ["a", "b"], ignore)
    background.submit("doc", ["b", "c"], ignore)
    background.wait(["c"], CancelToken.after(30))
    assert engine.asked == ["a", "b", "c"]
    background.close()
    assert engine.closed


def test_a_newer_version_replaces_what_an_older_one_waits_for() -> None:
    engine = Scripted(open_=False)
    background = BackgroundEngine(engine.check, engine.close)
    background.submit("doc", ["first", "stale 1", "stale 2"], ignore)
    assert engine.entered.wait(30)
    background.submit("doc", ["fresh"], ignore)
    background.submit("other", ["urgent"], ignore)
    engine.gate.set()
    background.wait(["fresh", "urgent"], CancelToken.after(30))
    assert engine.asked == ["first", "urgent", "fresh"]
    background.close()


def test_what_is_new_comes_first() -> None:
    engine = Scripted(open_=False)
    background = BackgroundEngine(engine.check, engine.close)
    background.submit("doc", ["first", "second", "third"], ignore)
    assert engine.entered.wait(30)
    background.submit("doc", ["second", "new", "third"], ignore)
    engine.gate.set()
    background.wait(["second", "new", "third"], CancelToken.after(30))
    assert engine.asked == ["first", "new", "second", "third"]
    background.close()


def test_the_oldest_results_are_forgotten() -> None:
    background = BackgroundEngine(Scripted().check, capacity=2)
    for text in "abc":
        background.submit("doc", [text], ignore)
        background.wait([text], CancelToken.after(30))
    assert [background.result(text) is not None for text in "abc"] == [False, True, True]
    background.close()


def test_a_text_that_kills_the_engine_is_tried_twice_and_the_next_one_is_checked() -> None:
    def die(text: str) -> None:
        if text == "deadly":
            raise EngineDied("gone")

    engine = Scripted(die)
    background = BackgroundEngine(engine.check, engine.close)
    background.submit("doc", ["deadly", "good"], ignore)
    background.wait(["deadly", "good"], CancelToken.after(30))
    assert engine.asked == ["deadly", "deadly", "good"]
    assert (background.result("deadly"), background.result("good")) == (None, (result("good"),))
    assert background.lost(["deadly"])
    assert background.failure is None
    background.close()


def test_a_fault_of_the_engine_costs_one_text_its_findings_and_nobody_waits_for_ever() -> None:
    def fail(text: str) -> None:
        if text == "odd":
            raise ValueError(text)

    engine = Scripted(fail)
    background = BackgroundEngine(engine.check, engine.close)
    background.submit("doc", ["odd", "good"], ignore)
    background.wait(["odd", "good"], CancelToken.after(30))
    assert engine.asked == ["odd", "good"]
    assert (background.result("odd"), background.result("good")) == (None, (result("good"),))
    assert background.lost(["odd"])
    assert background.failure is None
    background.close()


@pytest.mark.parametrize("texts", [["a", "b"], ["a"]])
def test_an_engine_that_gives_up_lets_everybody_go(texts: list[str]) -> None:
    def fail(text: str) -> None:
        raise EngineUnavailable("no more")

    arrived = threading.Event()
    background = BackgroundEngine(Scripted(fail).check)
    background.submit("doc", texts, arrived.set)
    background.wait(texts, CancelToken.after(30))
    assert arrived.wait(30)
    assert background.failure == "no more"
    background.submit("doc", ["c"], ignore)
    background.wait(["c"], CancelToken.after(30))
    assert background.result("c") is None
    background.close()


def test_who_waits_can_be_cancelled() -> None:
    engine = Scripted(open_=False)
    background = BackgroundEngine(engine.check, engine.close)
    background.submit("doc", ["a"], ignore)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        background.wait(["a"], cancel)
    background.close()
