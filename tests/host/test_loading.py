"""A menu has what is ready; what still loads is in a later one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from breadknife.host.answers.reply import Reply
from breadknife.host.host import Host
from breadknife.task.plugin import Context
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Command,
    Finding,
    Findings,
    Severity,
)
from breadknife.text.document import Document, Span
from engine.daemons import until
from host.fakes import Fake, host
from support import document

DOC = document("x = 1\n")
OTHER = Document("file:///other.py", "python", "y = 2\n", 1)
MENU = ActionRequest(DOC, Span(0, 0))
SECONDS = 10.0


def entry(title: str) -> Actions:
    return Actions((Action(title, command=Command("do", title)),))


def titles(reply: Reply) -> list[str]:
    return [action.title for _, action in reply.actions]


@pytest.fixture
def loaded():
    event = threading.Event()
    yield event
    event.set()


def loading(loaded: threading.Event, then: Callable[[], Answer | None] = lambda: entry("slow")) -> Fake:
    """A plugin that answers nothing before it has loaded."""

    def reply(_context: Context) -> Answer | None:
        loaded.wait()
        return then()

    return Fake("slow", reply)


def slowly(*answers: Answer) -> Fake:
    """Answers one after the other, and for ever with the last, later than a quick plugin."""
    left = list(answers)

    def reply(_context: Context) -> Answer:
        time.sleep(0.1)
        return left.pop(0) if len(left) > 1 else left[0]

    return Fake("slow", reply)


def quick(answer: Answer | None = entry("quick")) -> Fake:
    return Fake("quick", lambda context: answer)


def complete(one: Host) -> Reply:
    """The first menu that leaves nobody out."""
    end = time.monotonic() + SECONDS
    while (reply := one.ask(MENU, patience=0.0)) and len(reply.actions) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    return reply


def test_a_menu_leaves_out_what_still_loads_and_a_later_one_has_it(loaded: threading.Event) -> None:
    one = host(quick(), loading(loaded))
    for _ in range(2):
        reply = one.ask(MENU, patience=0.0)
        assert titles(reply) == ["quick"]
        assert {r.plugin: r.reason for r in reply.receipts} == {"quick": "", "slow": "plugin-loading"}
    loaded.set()
    assert sorted(titles(complete(one))) == ["quick", "slow"]


def test_what_loads_is_asked_once_meanwhile(loaded: threading.Event) -> None:
    asked: list[None] = []
    plugin = loading(loaded)
    one = host(quick(), Fake("slow", lambda context: (asked.append(None), plugin.reply(context))[1]))
    for _ in range(3):
        one.ask(MENU, patience=0.0)
    assert len(asked) == 1


def test_who_has_loaded_is_waited_for() -> None:
    one = host(quick(), slowly(entry("slow")))
    one.ask(MENU)
    assert sorted(titles(one.ask(MENU, patience=0.0))) == ["quick", "slow"]


def test_each_document_is_new_to_a_plugin() -> None:
    one = host(quick(), slowly(entry("slow")))
    one.ask(MENU)
    one.ask(replace(MENU, document=OTHER), plugin="quick")
    assert titles(one.ask(replace(MENU, document=OTHER), patience=0.0)) == ["quick"]


def test_who_has_found_what_is_there_is_waited_for() -> None:
    finding = Finding(Span(0, 1), "slow", "w", "wrong", Severity.WARNING)
    one = host(quick(), slowly(Findings((finding,)), entry("slow")))
    one.ask(MENU, plugin="quick")
    [found] = one.ask(CheckRequest(DOC), among=["slow"]).findings
    menu = one.ask(ActionRequest(DOC, Span(0, 0), (found,)), patience=0.0)
    assert sorted(titles(menu)) == ["quick", "slow"]


def test_where_nobody_else_has_an_entry_what_loads_is_waited_for() -> None:
    one = host(quick(None), slowly(entry("slow")))
    assert titles(one.ask(MENU, patience=0.0)) == ["slow"]


def test_it_is_waited_for_there_even_if_an_earlier_menu_waits_for_it(loaded: threading.Event) -> None:
    asked, plugin, replies = list[None](), loading(loaded), list[Reply]()
    one = host(quick(None), Fake("slow", lambda context: (asked.append(None), plugin.reply(context))[1]))
    asking = [threading.Thread(target=lambda: replies.append(one.ask(MENU, patience=0.0))) for _ in range(2)]
    for thread in asking:
        thread.start()
    until(lambda: len(asked) == len(asking))
    loaded.set()
    for thread in asking:
        thread.join()
    assert [titles(reply) for reply in replies] == [["slow"], ["slow"]]


def test_only_an_editors_menu_is_in_a_hurry() -> None:
    one = host(quick(), slowly(entry("slow")))
    assert sorted(titles(one.ask(MENU))) == ["quick", "slow"]
