"""Grammars in a real daemon: who waits for a trial, and who doesn't."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine import wire
from breadknife.engine.client import DaemonEngine
from breadknife.errors import BreadknifeError, Cancelled, EngineError, Superseded
from engine.daemons import Daemons, asked, say, status_of, until

SLOW = '{"title": "wait", "type": "string"}'
SCHEMA = '{"type": "string"}'
PLAIN = 'root ::= "x"*'


def begin(
    engine: DaemonEngine, grammar: str, place: str = "", cancel: CancelToken | None = None
) -> tuple[list[str | BreadknifeError], threading.Thread]:
    """Ask in a thread; what came of it is put into the list."""
    came: list[str | BreadknifeError] = []

    def ask() -> None:
        try:
            came.append(say_with(engine, grammar, place, cancel))
        except BreadknifeError as error:
            came.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return came, thread


def say_with(engine: DaemonEngine, grammar: str, place: str = "", cancel: CancelToken | None = None) -> str:
    request = replace(asked("w", place), grammar=grammar)
    return "".join(chunk.text for chunk in engine.generate(request, cancel or CancelToken()))


def test_nobody_else_waits_for_a_grammar_that_is_tried(daemons: Daemons) -> None:
    patient, other = daemons.client("patient"), daemons.client("other")
    assert say(patient, "w") == say(other, "w") == "xyz"
    came, thread = begin(patient, SLOW)
    until((daemons.folder / "trying").exists)
    assert say_with(other, SCHEMA) == "xyz"
    assert say_with(patient, PLAIN) == "xyz"  # what needs no trial goes first
    assert came == []
    (daemons.folder / "go").touch()
    thread.join()
    assert came == ["xyz"]
    (daemons.folder / "go").unlink()
    assert say_with(other, SLOW) == "xyz"  # it is known now


def test_a_client_with_many_grammars_leaves_room_for_others(daemons: Daemons) -> None:
    greedy, other = daemons.client("greedy"), daemons.client("other")
    many = [begin(greedy, SLOW + number * " ") for number in range(6)]
    until((daemons.folder / "trying").exists)
    assert say_with(other, SCHEMA) == "xyz"
    (daemons.folder / "go").touch()
    for came, thread in many:
        thread.join()
        assert came == ["xyz"]


def test_a_grammar_that_can_not_be_used_is_an_error_of_the_request(engine: DaemonEngine) -> None:
    for _ in range(2):
        with pytest.raises(EngineError, match=r"grammar can't be used: /minLength is 100,000,000"):
            say_with(engine, '{"type": "string", "minLength": 100000000}')
    assert say(engine, "w") == "xyz"
    assert status_of(engine).failures[0].what == "EngineError"


def test_a_request_that_is_cancelled_while_its_grammar_is_tried_is_not_computed(daemons: Daemons) -> None:
    engine, cancel = daemons.client(), CancelToken()
    assert say(engine, "w") == "xyz"
    came, thread = begin(engine, SLOW, cancel=cancel)
    until((daemons.folder / "trying").exists)
    cancel.cancel()
    thread.join()
    assert isinstance(came[0], Cancelled)
    (daemons.folder / "go").touch()
    assert say_with(engine, SLOW) == "xyz"
    assert [lane.finished for lane in status_of(engine).lanes] == [0, 2, 0]


def test_a_newer_request_for_the_place_supersedes_one_whose_grammar_is_tried(daemons: Daemons) -> None:
    engine = daemons.client()
    assert say(engine, "w") == "xyz"
    came, thread = begin(engine, SLOW, place="a:1")
    newer, other = begin(engine, SLOW + " ", place="a:1")
    (daemons.folder / "go").touch()
    thread.join()
    other.join()
    assert {type(each) for each in (*came, *newer)} == {Superseded, str}


def test_a_client_that_goes_while_its_grammar_is_tried(engine: DaemonEngine, daemons: Daemons) -> None:
    assert say(engine, "w") == "xyz"
    with daemons.peer(wire.call(1, replace(asked("w"), grammar=SLOW))):
        until((daemons.folder / "trying").exists)
    until(lambda: len(status_of(engine).clients) == 1)
    (daemons.folder / "go").touch()
    assert say_with(engine, SCHEMA) == "xyz"
