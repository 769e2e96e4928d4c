"""What goes wrong with a runtime is said, and asked again where that helps."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    Chunk,
)
from breadknife.engine.remote.engine import RemoteEngine
from breadknife.engine.remote.runtime import Api, Runtime
from breadknife.errors import (
    BreadknifeError,
    EngineDied,
    EngineError,
    EngineUnavailable,
    PromptTooLong,
    UnknownModel,
)
from engine.fake_http import Say, fake_server, models
from engine.remote.asking import COMPLETIONS, QUICK, TEXT, remote, said, written


@pytest.mark.parametrize(
    ("says", "kind", "message"),
    [
        (Say("<html>", kind="text/html"), EngineError, r"something unforeseen \(text/html"),
        (Say('data: {"choices": 3}\n'), EngineError, "Expected `array`, got `int`"),
        (Say("data: nonsense\n\n"), EngineError, "unforeseen"),
        (Say('{"error": {"message": "out of memory"}}', 500), EngineError, "with 500: out of memory"),
        (Say('data: {"error": {"message": "out of memory"}}\n'), EngineError, "while it answered: out of memory"),
        (Say('{"detail": "no key"}', 401), EngineError, "`key_env` in .engines.home"),
        (Say('{"error": "no"}', 404), EngineError, "knows no /v1/completions .no.: check `url` and `api`"),
        (Say("", 307, headers={"Location": "http://192.0.2.1/"}), EngineError, "sends on to http://192.0.2.1/"),
        (Say('{"error": {"message": "The model `m` does not exist."}}', 404), UnknownModel, "no model 'm'; it has: m"),
        (Say('{"object": "error", "message": "The model `m` does not exist."}', 404), UnknownModel, "it has: m"),
        (
            Say('{"error": {"message": "This model\'s maximum context length is 8 tokens."}}', 400),
            PromptTooLong,
            "maximum context length is 8",
        ),
        (Say('{"error": "loading"}', 503), EngineUnavailable, r"not ready \(503\): loading"),
        (Say('data: {"choices": [{"text": "a"}]}\n', missing=9), EngineDied, "in the middle of a request"),
        (Say('data: {"choices": [{"text": "a"}]}\n'), EngineDied, "broke off"),
        (Say("", missing=9), EngineDied, "in the middle of a request"),
    ],
)
def test_what_goes_wrong_is_said(says: Say, kind: type[BreadknifeError], message: str) -> None:
    with remote({COMPLETIONS: [says]}) as (engine, _), pytest.raises(kind, match=message):
        written(engine)


@pytest.mark.parametrize("again", [Say("", 429, headers={"Retry-After": "0"}), Say("", 502), Say("", 503)])
def test_asked_again_before_the_first_byte(again: Say) -> None:
    with remote({COMPLETIONS: [again, again, said(" 3")]}) as (engine, fake):
        assert written(engine) == " 3"
        assert len(fake.bodies(COMPLETIONS)) == 3


@pytest.mark.parametrize(
    ("says", "seconds", "times"),
    [
        (Say("", 503), None, 3),
        (Say("", 500), None, 1),
        (Say("", 429, headers={"Retry-After": "3600"}), None, 1),  # longer than anybody waits
        (Say("", 429, headers={"Retry-After": "1.5"}), 1.0, 1),  # past the deadline
        (Say('data: {"choices": [{"text": "a"}]}\n', missing=1), None, 1),  # something has come
    ],
)
def test_not_asked_again_for_ever(says: Say, seconds: float | None, times: int) -> None:
    cancel = CancelToken.after(seconds) if seconds else CancelToken()
    with remote({COMPLETIONS: [says]}) as (engine, fake):
        with pytest.raises(EngineError):
            list(engine.generate(TEXT, cancel))
        assert len(fake.bodies(COMPLETIONS)) == times


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_server_that_is_not_there_is_named_with_the_remedy(unused_port: int) -> None:
    engine = RemoteEngine("home", Runtime(f"http://127.0.0.1:{unused_port}"), retry=QUICK)
    message = rf"at http://127.0.0.1:{unused_port} can't be reached .*: start it, or mend `url` in \[engines.home\]"
    with pytest.raises(EngineUnavailable, match=message):
        written(engine)
    engine.close()


def test_a_server_that_is_just_starting_is_reached(unused_port: int) -> None:
    runtime = Runtime(f"http://127.0.0.1:{unused_port}", Api.OPENAI)
    engine = RemoteEngine("home", runtime, retry=replace(QUICK, first_wait=0.1, attempts=8))
    found: list[Chunk] = []
    reader = threading.Thread(target=lambda: found.extend(engine.generate(TEXT, CancelToken())))
    reader.start()
    with fake_server({"/v1/models": [models("m")], COMPLETIONS: [said(" 3")]}, unused_port):
        reader.join()
    engine.close()
    assert "".join(chunk.text for chunk in found) == " 3"


def test_a_silent_server_has_failed() -> None:
    message = r"said nothing for 0.2 s; raise `timeout` in \[engines.home\]"
    with (
        remote({COMPLETIONS: [Say(delay=30)]}, timeout=0.2) as (engine, _),
        pytest.raises(EngineError, match=message),
    ):
        written(engine)
