"""The host with plugins of every kind of badness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import EngineDied, EngineMissing, ModelMissing, ModelSetAside, Superseded
from breadknife.host.receipts import Outcome
from breadknife.host.settings import Settings
from breadknife.task.plugin import Context
from breadknife.task.values import (
    Action,
    Actions,
    Answer,
    CheckRequest,
    CompletionRequest,
    Finding,
    Findings,
    Fix,
    Origin,
    Silence,
)
from breadknife.text.document import Span, TextEdit
from host.fakes import BY_MODEL, Fake, completion, host, raising
from support import document

DOC = document("x = 1\n")
BAD_ACTION = Action("t", edits=(TextEdit(Span(0, 1), "("),), origin=BY_MODEL)
OVERLAPPING = (Fix("t", (TextEdit(Span(0, 3), "a"), TextEdit(Span(1, 4), "b"))),)
FINDING = Finding(Span(0, 1), "fake", "rule", "a finding")


@pytest.mark.parametrize(
    ("reply", "outcome", "reason"),
    [
        (lambda c: Findings((FINDING,)), Outcome.ANSWERED, ""),
        (lambda c: Findings(()), Outcome.ANSWERED, ""),
        (lambda c: None, Outcome.NOTHING, "no-opinion"),
        (lambda c: Silence("empty", "nothing"), Outcome.NOTHING, "empty"),
        (raising(ModelMissing("not here")), Outcome.NOTHING, "model-missing"),
        (raising(EngineDied("gone")), Outcome.FAILED, "engine-failed"),
        (raising(ZeroDivisionError()), Outcome.FAILED, "plugin-broke"),
        (raising(SystemExit(0)), Outcome.FAILED, "plugin-broke"),
        (raising(Superseded("newer")), Outcome.CANCELLED, "superseded"),
        (raising(ModelSetAside("again")), Outcome.FAILED, "model-set-aside"),
        (lambda c: cast("Answer", ["not", "an answer"]), Outcome.FAILED, "plugin-broke"),
        (lambda c: Findings(cast("Any", 3)), Outcome.FAILED, "plugin-broke"),
        (lambda c: Findings((replace(FINDING, span=Span(3, 2)),)), Outcome.FAILED, "bad-span"),
        (lambda c: Findings((replace(FINDING, fixes=OVERLAPPING),)), Outcome.FAILED, "bad-span"),
        (lambda c: Findings((FINDING,) * 300_000), Outcome.FAILED, "plugin-flooded"),
        (lambda c: Findings((replace(FINDING, message="x" * 30_000_000),)), Outcome.FAILED, "plugin-flooded"),
        (completion(" + 2"), Outcome.ANSWERED, ""),
        (completion(" + ("), Outcome.NOTHING, "would-not-parse"),
        (completion(" + (", Origin(rule="a rule of ours")), Outcome.ANSWERED, ""),
        (completion("1", span=Span(99, 99)), Outcome.FAILED, "bad-span"),
        (completion("1\0"), Outcome.NOTHING, "not-text"),
        (completion("1" * 100_000), Outcome.NOTHING, "too-large"),
        (lambda c: Actions((BAD_ACTION,)), Outcome.NOTHING, "would-not-parse"),
    ],
)
def test_every_request_gets_one_reply(reply: Callable[[Context], Answer | None], outcome: Outcome, reason: str) -> None:
    good = Fake("good", lambda context: Findings((FINDING,)))
    answer = host(Fake("odd", reply), good).ask(CheckRequest(DOC))
    odd, other = answer.receipts
    assert (odd.outcome, odd.reason) == (outcome, reason)
    assert other.outcome is Outcome.ANSWERED
    assert FINDING in answer.findings


def test_a_fix_that_a_model_wrote_is_verified_too() -> None:
    by_rule, good, bad = (
        Fix(title, (TextEdit(Span(0, 1), text),), origin=origin)
        for title, text, origin in (("rule", "y", Origin(rule="r")), ("good", "y", BY_MODEL), ("bad", "(", BY_MODEL))
    )
    finding = replace(FINDING, fixes=(by_rule, good, bad))
    [checked] = host(Fake("one", lambda context: Findings((finding,)))).ask(CheckRequest(DOC)).findings
    assert checked.fixes == (by_rule, good)


def test_receipts_tell_what_it_cost() -> None:
    [receipt] = host(Fake("one", completion(" + 2"))).ask(CompletionRequest(DOC, 5)).receipts
    assert (receipt.model, receipt.prompt_tokens, receipt.cached_tokens, receipt.output_tokens) == (
        "qwen2.5-coder-0.5b", 10, 8, 2,
    )  # fmt: skip
    assert (receipt.request, receipt.plugin, receipt.bytes_sent) == ("completion", "one", 0)


def test_a_cancelled_request_asks_nobody() -> None:
    token = CancelToken()
    token.cancel()
    [receipt] = host(Fake("one", raising(AssertionError("asked")))).ask(CheckRequest(DOC), token).receipts
    assert receipt.outcome is Outcome.CANCELLED


@pytest.mark.parametrize(
    ("languages", "disabled", "asked"),
    [({"python"}, set(), True), ({"markdown"}, set(), False), ({"*"}, set(), True), ({"python"}, {"one"}, False)],
)
def test_who_is_asked(languages: set[str], disabled: set[str], asked: bool) -> None:
    plugin = Fake("one", lambda context: None, languages=frozenset(languages))
    reply = host(plugin, settings=Settings(disabled=frozenset(disabled))).ask(CheckRequest(DOC))
    assert bool(reply.receipts) is asked


def test_a_notice_is_told_once() -> None:
    def reply(context: Context) -> None:
        context.notify("no Java here")

    told: list[str] = []
    one = host(Fake("one", reply))
    one.on_notice = told.append
    for _ in range(3):
        one.ask(CheckRequest(DOC))
    assert told == ["no Java here"]


MISSING = EngineMissing()


@pytest.mark.parametrize(
    ("first", "tells", "messages"), [("the server", True, 1), ("a plugin", True, 1), ("the server", False, 0)]
)
def test_a_missing_engine_is_told_once_whoever_tells_it(first: str, tells: bool, messages: int) -> None:
    def reply(context: Context) -> None:
        context.notify(f"Prose is checked without a model: {MISSING}.")

    told: list[str] = []
    one = host(Fake("one", reply))
    one.on_notice, one.tells_missing = told.append, tells
    if first == "the server":
        one.notify_missing(MISSING)
    one.ask(CheckRequest(DOC))
    one.notify_missing(MISSING)
    assert len(told) == messages


def test_roles_come_from_settings_then_catalog() -> None:
    assert host().model_name("completion") == "qwen2.5-coder-0.5b"
    chosen = Settings(models={"completion": "qwen2.5-coder-1.5b"})
    assert host(settings=chosen).model_name("completion") == "qwen2.5-coder-1.5b"


def test_closing_survives_a_plugin() -> None:
    host(Fake("one", lambda context: None)).close()
