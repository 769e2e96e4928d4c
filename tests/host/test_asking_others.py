"""A plugin asks others through the host: with the same care as an editor's requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import Cancelled, PluginError
from breadknife.host.host import Host
from breadknife.host.settings import Settings
from breadknife.task.plugin import Context
from breadknife.task.values import (
    Answer,
    CheckRequest,
    Finding,
    Findings,
    Hover,
    HoverRequest,
    Origin,
    OwnAnswer,
    OwnRequest,
    Request,
    Silence,
)
from breadknife.text.document import Document, Span
from host.fakes import NoSettings, host
from support import document

DOC = document("x = 1\n")


@dataclass(frozen=True)
class Ping(OwnRequest):
    count: int = 0


@dataclass(frozen=True)
class About(OwnRequest):
    document: Document


@dataclass(frozen=True)
class Pong(OwnAnswer):
    who: str


@dataclass
class Answering:
    """Answers each kind of request as it is told."""

    name: str
    by_kind: Mapping[type[Any], Callable[[Request, Context], Answer | None]]
    languages: frozenset[str] = frozenset({"python"})
    settings: type[Any] = NoSettings
    heard: list[str] = field(default_factory=list[str])

    @property
    def serves(self) -> Mapping[type[Any], frozenset[str]]:
        return dict.fromkeys(self.by_kind, self.languages)

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        self.heard.append(type(request).__name__)
        return self.by_kind[type(request)](request, context)

    def close(self) -> None:
        pass


def pong(name: str) -> Answering:
    return Answering(name, {Ping: lambda request, context: Pong(name)})


def asking(name: str, request: Request) -> Answering:
    """Tells in a hover what came of asking."""

    def hover(_: Request, context: Context) -> Answer:
        return Hover(str(context.ask(request)), origin=Origin(rule="r"))

    return Answering(name, {HoverRequest: hover})


def said(one: Host) -> str:
    [hover] = one.ask(HoverRequest(DOC, 0)).hovers
    return hover.text


def test_the_first_that_has_an_opinion_answers() -> None:
    silent = Answering("b", {Ping: lambda request, context: None})
    quiet = Answering("c", {Ping: lambda request, context: Silence("r", "nothing")})
    assert said(host(asking("a", Ping()), silent, quiet, pong("d"), pong("e"))) == "Pong(who='d')"


def test_nobody_is_no_answer() -> None:
    one = host(asking("a", Ping()))
    assert said(one) == "None"
    assert [(each.request, each.asked_by, each.reason) for each in one.ledger.newest()] == [
        ("hover", "", ""),
        ("ping", "a", "no-plugin"),
    ]


def test_a_fault_of_the_other_is_its_own() -> None:
    def broken(request: Request, context: Context) -> Answer:
        raise ZeroDivisionError("oh")

    one = host(asking("a", Ping()), Answering("b", {Ping: broken}))
    assert said(one) == "None"
    assert [(each.plugin, each.reason) for each in one.ledger.newest()] == [("a", ""), ("b", "plugin-broke")]


def test_what_is_switched_off_is_not_asked() -> None:
    other = pong("b")
    assert said(host(asking("a", Ping()), other, settings=Settings(disabled=frozenset({"b"})))) == "None"
    assert other.heard == []


@pytest.mark.parametrize(("language", "heard"), [("python", ["About"]), ("markdown", [])])
def test_a_document_of_a_request_has_a_language(language: str, heard: list[str]) -> None:
    other = Answering("b", {About: lambda request, context: Pong("b")})
    said(host(asking("a", About(document("x", language))), other))
    assert other.heard == heard


def test_a_known_kind_is_verified_as_an_editors() -> None:
    def outside(request: Request, context: Context) -> Answer:
        return Findings((Finding(Span(0, 99), "s", "c", "m"),))

    one = host(asking("a", CheckRequest(DOC)), Answering("b", {CheckRequest: outside}))
    assert said(one) == "None"
    assert "bad-span" in [each.reason for each in one.ledger.newest()]


def test_who_waits_is_not_asked_by_those_it_waits_for() -> None:
    def on(request: Request, context: Context) -> Answer | None:
        assert isinstance(request, Ping)
        return context.ask(Ping(request.count + 1))

    both = [Answering(name, {Ping: on, HoverRequest: asking(name, Ping()).by_kind[HoverRequest]}) for name in "ab"]
    one = host(*both)
    one.ask(HoverRequest(DOC, 0), plugin="a")
    assert (both[0].heard, both[1].heard) == (["HoverRequest"], ["Ping"])


def test_not_more_than_four_wait_for_each_other() -> None:
    faults: list[str] = []

    def link(number: int) -> Answering:
        def on(request: Request, context: Context) -> Answer | None:
            assert isinstance(request, Ping)
            if request.count != number:
                return None
            try:
                return context.ask(Ping(number + 1))
            except PluginError as error:
                faults.append(str(error))
                raise

        return Answering("bcdefg"[number], {Ping: on})

    assert said(host(asking("a", Ping()), *map(link, range(6)))) == "None"
    assert faults == ["a asks b asks c asks d asks e: more than 4 wait for each other"]


def test_cancelling_ends_all_of_it() -> None:
    began: list[float] = []

    def slow(request: Request, context: Context) -> Answer | None:
        began.append(time.monotonic())
        while True:
            context.cancel.raise_if_cancelled()
            time.sleep(0.005)

    raised: list[type[BaseException]] = []

    def patient(request: Request, context: Context) -> Answer | None:
        try:
            return context.ask(Ping())
        except Cancelled as error:
            raised.append(type(error))
            raise

    one = host(Answering("a", {HoverRequest: patient}), Answering("b", {Ping: slow}))
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    reply = one.ask(HoverRequest(DOC, 0), cancel)
    assert reply.answers == ()
    assert raised == [Cancelled]
    assert time.monotonic() - began[0] < 5


def test_who_asks_has_time_left_without_an_answer() -> None:
    def slow(request: Request, context: Context) -> Answer | None:
        while True:
            context.cancel.raise_if_cancelled()
            time.sleep(0.005)

    one = host(asking("a", Ping()), Answering("b", {Ping: slow}), seconds=2)
    assert said(one) == "None"


def writing(role: str = "completion") -> Answering:
    def write(request: Request, context: Context) -> Answer:
        list(context.model(role).generate((), max_tokens=1))
        return Pong("a model's")

    return Answering("z", {Ping: write})


@pytest.mark.parametrize(("rule", "markdown"), [("", False), ("r", True)])
def test_what_anothers_model_wrote_is_a_models(rule: str, markdown: bool) -> None:
    def through(request: Request, context: Context) -> Answer | None:
        return context.ask(Ping())

    def hover(_: Request, context: Context) -> Answer:
        return Hover(str(context.ask(About(DOC))), origin=Origin(rule=rule), markdown=True)

    one = host(Answering("a", {HoverRequest: hover}), Answering("b", {About: through}), writing())
    [hover_] = one.ask(HoverRequest(DOC, 0)).hovers
    assert (hover_.text, hover_.markdown) == ('Pong(who="a model\'s")', markdown)


def test_a_document_that_is_kept_from_models_is_kept_from_those_of_others(tmp_path: Path) -> None:
    engine = ScriptedEngine([Line("", "x")])
    secret = Document((tmp_path / ".env").as_uri(), "python", "x = 1\n")
    one = host(asking("a", Ping()), writing(), engine=engine)
    one.ask(HoverRequest(secret, 0))
    assert engine.requests == []
    assert "ignored-file" in [each.reason for each in one.ledger.newest()]


def test_progress_of_another_is_progress() -> None:
    def slow(request: Request, context: Context) -> Answer:
        context.progress("at work", 0.25)
        time.sleep(1.3)
        return Pong("b")

    told: list[tuple[str, float | None]] = []
    one = host(asking("a", Ping()), Answering("b", {Ping: slow}))
    one.ask(HoverRequest(DOC, 0), progress=lambda message, fraction: told.append((message, fraction)))
    assert told == [("at work", 0.25)]
