"""Anybody's plugins: old ones go on working, unfit ones are a problem of their own."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import pytest

from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import PluginError
from breadknife.host.plugins import registry
from breadknife.host.plugins.registry import api_of, discover, load_plugin, roles_of
from breadknife.task.plugin import API
from breadknife.task.values import (
    ActionRequest,
    CheckRequest,
    Command,
    CommandRequest,
    CompletionRequest,
    ResolveRequest,
)
from breadknife.text.document import Span
from host.fakes import Fake, NoSettings, host
from host.plugin_v1 import PluginV1
from support import document

DOC = document("x = 1\n")


def test_a_plugin_of_version_1_answers_everything() -> None:
    told: list[str] = []
    one = host(PluginV1(), engine=ScriptedEngine([Line("x = 1", " + 2\nmore")]))
    one.on_refresh = lambda uri, plugin: told.append(uri)
    one.on_notice = told.append
    [item] = one.ask(CompletionRequest(DOC, 5)).completions
    assert (item.text, item.origin.model) == (" + 2", "qwen2.5-coder-0.5b")
    [finding] = one.ask(CheckRequest(DOC)).findings
    assert finding.message == "hello False module None"
    [(_, later), (_, greet)] = one.ask(ActionRequest(DOC, Span(0, 1), (finding,))).actions
    [(_, resolved)] = one.ask(ResolveRequest(DOC, later), plugin="v1").actions
    assert resolved.edits
    assert greet.command == Command("v1.greet", "Greet", ("you",))
    assert one.ask(CommandRequest(greet.command, None), plugin="v1").message == "hello you"
    assert told == ["hello"]
    assert one.ask(CompletionRequest(document(""), 0)).receipts[0].reason == "empty"
    assert [each for each in one.ledger.newest() if each.outcome == "failed"] == []


def test_what_a_plugin_does_not_say_has_a_default() -> None:
    plugin: Any = Fake("old", lambda context: None)
    assert (api_of(plugin), roles_of(plugin)) == (1, ())


@dataclass
class Newer(Fake):
    api: int = API + 1


class Half:
    name = "half"
    settings = NoSettings


def good() -> Any:
    return Fake("good", lambda context: None)


def older() -> Any:
    return Newer("old", lambda context: None, api=0)


def newer() -> Any:
    return Newer("new", lambda context: None)


def untyped() -> Any:
    return Fake("untyped", lambda context: None, settings=dict)


def unserving() -> Any:
    return SimpleNamespace(name="one", settings=NoSettings, serves=[CheckRequest], answer=print, close=print)


def raises() -> Any:
    return 1 / 0


def entry(name: str) -> EntryPoint:
    return EntryPoint(name, f"host.test_registry:{name}", registry.GROUP)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "newer",
            rf"version {API + 1} .* this breadknife has version {API}; update breadknife",
        ),
        ("Half", "it has no `serves`"),
        ("untyped", "its `settings` is not a dataclass"),
        ("unserving", "its `serves` is not a mapping"),
    ],
)
def test_an_unfit_plugin_says_why(name: str, problem: str) -> None:
    with pytest.raises(PluginError, match=problem):
        load_plugin(entry(name))


def test_one_bad_plugin_is_not_everybodys_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry(name) for name in ("good", "older", "newer", "raises", "good")]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries)
    found = discover()
    assert [plugin.name for plugin in found.plugins] == ["good", "old"]
    told = "\n".join(map(str, found.problems))
    assert [why in told for why in ("update breadknife", "division by zero", "named `good` already")] == [True] * 3


def test_a_short_command_loads_only_its_plugin() -> None:
    found = discover(only=("find",))
    assert [plugin.name for plugin in found.plugins] == ["find"]
    assert (discover().is_whole, found.is_whole) == (True, False)


def test_the_built_in_plugins_are_found_like_anybodys() -> None:
    found = {plugin.name: (api_of(plugin), roles_of(plugin)) for plugin in discover().plugins}
    assert {"completion", "nullcheck", "prose"} <= found.keys()
    assert found["completion"] == (API, ("completion",))
