"""Steps that settle, pass on and veto, and what the receipt tells of them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import pytest

from breadknife.engine.api import Part
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import PluginError
from breadknife.host.settings import Settings
from breadknife.lru import LruCache
from breadknife.task.cascade import Kind, PassedOn, Settled, Step, Verdict, Vetoed
from breadknife.task.plugin import Context
from breadknife.task.reasons import silence
from breadknife.task.running import check_cascade
from breadknife.task.values import CheckRequest, Done, Silence
from host.fakes import Fake, host
from support import document

DOC = document("x = 1\n")
EMPTY = silence("empty")


def rule(name: str, verdict: Verdict, **options: Any) -> Step[Any, Any]:
    return Step(name, Kind.RULE, int, int, lambda value, context: verdict, **options)


def ask(*steps: Step[Any, Any], value: Any = 0, **options: Any) -> tuple[Any, list[Any]]:
    """The result, and the receipt's steps as (name, verdict, model)."""
    results: list[Any] = []

    def reply(context: Context) -> Done:
        results.append(context.run(steps, value))
        return Done()

    one = host(Fake("one", reply), **options)
    [receipt] = one.ask(CheckRequest(DOC)).receipts
    return (results or [receipt.reason])[0], [(step.name, step.verdict, step.model) for step in receipt.steps]


ADD = Step("add", Kind.RULE, int, int, lambda value, context: PassedOn(value + 1))


@pytest.mark.parametrize(
    ("steps", "result", "taken"),
    [
        ([], 0, []),
        ([ADD, ADD], 2, ["add: passed on", "add: passed on"]),
        ([rule("a", Settled(7)), ADD], 7, ["a: settled"]),
        ([ADD, rule("a", Vetoed(EMPTY)), ADD], EMPTY, ["add: passed on", "a: vetoed"]),
        ([Step("a", Kind.RULE, int, int, lambda v, c: 1 / 0), ADD], "plugin-broke", ["a: raised"]),
        ([rule("b", Settled(1), role="judge", escalates=True), ADD], 1, ["add: passed on"]),
    ],
)
def test_steps(steps: list[Any], result: object, taken: list[str]) -> None:
    found, traced = ask(*steps)
    assert (found, [f"{name}: {verdict}" for name, verdict, _ in traced]) == (result, taken)


def model_step(kind: Kind, *, bigger: bool) -> Step[int, str]:
    def run(value: int, context: Context) -> Verdict:
        model = context.escalate("completion") if bigger else context.model("completion")
        assert model is not None
        said = "".join(chunk.text for chunk in model.generate((Part(f"{value} {model.name}"),), max_tokens=5))
        return Settled(said) if said else PassedOn(value)

    return Step("bigger" if bigger else "model", kind, int, int, run, role="completion", escalates=bigger)


STEPS = (model_step(Kind.SMALL, bigger=False), model_step(Kind.SMALL, bigger=True))


@pytest.mark.parametrize(
    ("escalate", "result", "asked"),
    [
        ({}, 3, ["qwen2.5-coder-0.5b"]),
        ({"completion": "qwen2.5-coder-1.5b"}, "yes", ["qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b"]),
        ({"judge": "qwen2.5-coder-1.5b"}, 3, ["qwen2.5-coder-0.5b"]),
    ],
)
def test_a_bigger_model_is_asked_only_where_the_users_settings_name_one(
    escalate: dict[str, str], result: object, asked: list[str]
) -> None:
    engine = ScriptedEngine([Line("1.5b", "yes")])
    found, traced = ask(*STEPS, value=3, engine=engine, settings=Settings(escalate=escalate))
    assert found == result
    assert [model for _, _, model in traced] == [request.model for request in engine.requests] == asked


def test_a_memoised_step_is_taken_once_for_each_value() -> None:
    taken: list[int] = []

    def run(value: int, context: Context) -> Verdict:
        taken.append(value)
        return Settled(value)

    step = Step("slow", Kind.RULE, int, int, run, memoised=True)
    memory = LruCache[Hashable, Verdict](2)
    verdicts = [ask(step, value=value, memory=memory)[1][0][1] for value in (1, 1, 2, 3, 1)]
    assert verdicts == ["settled", "settled, remembered", "settled", "settled", "settled"]
    assert taken == [1, 2, 3, 1]


TEXT = replace(ADD, name="text", takes=str, gives=str)
SMALL = replace(ADD, name="small", kind=Kind.SMALL)


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([ADD, TEXT], "step `add` gives int, `text` takes str"),
        ([SMALL, ADD], r"step `small` \(small\) is dearer than `add` \(rule\)"),
        ([ADD, SMALL], ""),
        ([replace(SMALL, gives=str), TEXT], ""),  # a rule that needs what the model has written
    ],
)
def test_steps_fit_together(steps: list[Step[Any, Any]], problem: str) -> None:
    if problem:
        with pytest.raises(PluginError, match=problem):
            check_cascade(steps)
    else:
        check_cascade(steps)


def test_an_unfit_cascade_is_a_failure_with_its_reason() -> None:
    assert ask(ADD, TEXT)[0] == "failed"
    assert isinstance(ask(rule("a", Vetoed(EMPTY)))[0], Silence)
