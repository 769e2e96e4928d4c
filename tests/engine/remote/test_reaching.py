"""Which server and which model a request reaches, and with which key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.remote.engine import RemoteEngine
from breadknife.engine.remote.runtime import Runtime
from breadknife.engine.routing import RoutedEngine
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import (
    EngineError,
    EngineUnavailable,
    UnknownModel,
)
from engine.fake_http import models
from engine.remote.asking import COMPLETIONS, QUICK, TEXT, remote, said, written


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with remote({COMPLETIONS: [said(" 3")]}, key_env="HOME_KEY") as (engine, fake):
        monkeypatch.delenv("HOME_KEY", raising=False)
        with pytest.raises(EngineError, match="set the environment variable HOME_KEY"):
            written(engine)
        assert fake.asked == []
        monkeypatch.setenv("HOME_KEY", "s3cret")
        assert written(engine) == " 3"
        assert fake.asked[-1][2]["Authorization"] == "Bearer s3cret"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with remote({COMPLETIONS: [said(" 3")]}) as (engine, _):
        assert written(engine) == " 3"


@pytest.mark.parametrize(
    ("url", "refused"),
    [("http://192.0.2.1:1", True), ("https://models.example/v1", True), ("http://localhost:1", False)],
)
def test_offline_reaches_this_machine_only(url: str, refused: bool) -> None:
    engine = RemoteEngine("home", Runtime(url), offline=True, retry=QUICK)
    with pytest.raises(EngineUnavailable, match="offline: .* on another machine" if refused else "can't be reached"):
        written(engine)
    engine.close()


@pytest.mark.parametrize(
    ("has", "wanted", "own", "asked"),
    [
        (("m", "n"), "m", "", "m"),
        (("m:latest",), "m", "", "m"),
        (("only",), "", "", "only"),
        (("m", "n"), "", "n", "n"),
    ],
)
def test_which_model_is_asked_for(has: tuple[str, ...], wanted: str, own: str, asked: str) -> None:
    with remote({"/v1/models": [models(*has)], COMPLETIONS: [said(" 3")]}, model=own) as (engine, fake):
        assert written(engine, replace(TEXT, model=wanted)) == " 3"
        assert [body["model"] for body in fake.bodies(COMPLETIONS)] == [asked]


@pytest.mark.parametrize("wanted", ["x", ""])
def test_a_wrong_model_is_told_with_the_right_ones(wanted: str) -> None:
    with remote({"/v1/models": [models("m", "n")]}) as (engine, _), pytest.raises(UnknownModel, match="it has: m, n"):
        written(engine, replace(TEXT, model=wanted))


def test_requests_go_to_the_engine_that_their_model_names() -> None:
    local, home = ScriptedEngine([Line("", "local")]), ScriptedEngine([Line("", "home")])
    routed = RoutedEngine(local, {"home": home})
    for model in ("qwen", "home:qwen:0.5b"):
        list(routed.generate(replace(TEXT, model=model), CancelToken()))
    assert [request.model for request in local.requests] == ["qwen"]
    assert [request.model for request in home.requests] == ["qwen:0.5b"]
    with pytest.raises(UnknownModel, match=r"\[engines.work\]"):
        routed.generate(replace(TEXT, model="work:qwen"), CancelToken())
