"""What an answer may be: inside its document, and no more than anybody can use."""

from __future__ import annotations

import math
from typing import Any

import pytest

from breadknife.host.answers.form import BadAnswer, check_form
from breadknife.host.answers.verify import Verifier
from breadknife.task.values import (
    Answer,
    Command,
    CommandRequest,
    Done,
    Hover,
    HoverRequest,
    Inlay,
    InlayRequest,
    Inlays,
    Lens,
    Lenses,
    LensRequest,
    NewDocument,
    OpenDocument,
    Origin,
    Request,
    Silence,
)
from breadknife.text.document import Span
from host.fakes import BY_MODEL
from support import document

DOC = document("first line\nsecond line\n", "plaintext")
HOVER, LENS, INLAY = HoverRequest(DOC, 3), LensRequest(DOC), InlayRequest(DOC, Span(0, 11))
RUN = Command("c", "C")
COMMAND = CommandRequest(RUN, None)
RULE = Origin("r")
HERE = OpenDocument("file:///here")


def lens(title: str = "t", span: Span = Span(0, 1)) -> Lens:
    return Lens(span, title, RUN)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (HOVER, Hover("x" * 20_000, Span(3, 5))),
        (HOVER, Hover("", Span(0, 3))),
        (LENS, Lenses((lens("x" * 100), lens(span=Span(23, 23))))),
        (INLAY, Inlays((Inlay(23, "x" * 100, "y" * 2_000),))),
        (COMMAND, Done("m", {"a": [1, 2.5, None, True, "x"]}, (NewDocument("x"),) * 10, (HERE,) * 10)),
    ],
)
def test_what_is_taken(request_: Request, answer: Answer) -> None:
    check_form(request_, answer)


@pytest.mark.parametrize(
    ("request_", "answer", "reason"),
    [
        (HOVER, Hover("x" * 20_001), "plugin-flooded"),
        (HOVER, Hover("x", Span(0, 99)), "bad-span"),
        (HOVER, Hover("x", Span(5, 8)), "bad-span"),
        (LENS, Lenses((lens(),) * 2_001), "plugin-flooded"),
        (LENS, Lenses((lens("x" * 101),)), "plugin-flooded"),
        (LENS, Lenses((lens("two\nlines"),)), "bad-answer"),
        (LENS, Lenses((lens(" "),)), "bad-answer"),
        (LENS, Lenses((lens(span=Span(20, 24)),)), "bad-span"),
        (INLAY, Inlays((Inlay(0, "t"),) * 10_001), "plugin-flooded"),
        (INLAY, Inlays((Inlay(0, "t", "y" * 2_001),)), "plugin-flooded"),
        (INLAY, Inlays((Inlay(-1, "t"),)), "bad-span"),
        (INLAY, Inlays((Inlay(24, "t"),)), "bad-span"),
        (COMMAND, Done("x" * 20_001), "plugin-flooded"),
        (COMMAND, Done("", {"a": {1, 2}}), "bad-answer"),  # type: ignore[dict-item]
        (COMMAND, Done("", math.nan), "bad-answer"),
        (COMMAND, Done("", "x" * 1_000_001), "plugin-flooded"),
        (COMMAND, Done("", None, (NewDocument("x"),) * 11), "plugin-flooded"),
        (COMMAND, Done("", None, (NewDocument("x" * 2_000_001),)), "plugin-flooded"),
        (COMMAND, Done("", None, (), (HERE,) * 11), "plugin-flooded"),
        (COMMAND, Done("", None, (), (OpenDocument("file:///x", Span(-1, 1)),)), "bad-span"),
    ],
)
def test_what_is_not(request_: Request, answer: Answer, reason: str) -> None:
    with pytest.raises(BadAnswer) as raised:
        check_form(request_, answer)
    assert raised.value.reason == reason


def test_a_result_within_itself_is_no_json() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(BadAnswer, match="isn't JSON"):
        check_form(COMMAND, Done("", circle))


def verified(request: Request, answer: Answer, may_show: tuple[str, ...] = ()) -> Answer | None:
    verifier = Verifier(
        request, lambda document: None, lambda origin: bool(origin.model), may_show=may_show.__contains__
    )
    return verifier.verified(answer)


@pytest.mark.parametrize(("origin", "markdown"), [(RULE, True), (BY_MODEL, False), (Origin("r", "m"), False)])
def test_what_a_model_wrote_is_no_markdown(origin: Origin, markdown: bool) -> None:
    text = "![](https://evil.example/?x) [a link](https://evil.example)"
    assert verified(HOVER, Hover(text, None, origin, markdown=True)) == Hover(text, None, origin, markdown=markdown)


def test_a_models_text_has_no_nul() -> None:
    refused = verified(HOVER, Hover("a\0", None, BY_MODEL))
    assert isinstance(refused, Silence)
    assert refused.reason == "not-text"
    assert verified(LENS, Lenses((Lens(Span(0, 0), "a\0", RUN, BY_MODEL), lens()))) == Lenses((lens(),))
    assert verified(COMMAND, Done("", None, (NewDocument("a\0", origin=BY_MODEL),))) == Done("")
    assert verified(INLAY, Inlays((Inlay(0, "a", "\0", BY_MODEL),))) == Inlays(())


def test_inlays_are_those_that_were_asked_for() -> None:
    items = tuple(Inlay(at, "t") for at in (0, 11, 12))
    assert verified(INLAY, Inlays(items)) == Inlays(items[:2])


def test_only_what_may_be_shown_is_opened() -> None:
    done = Done("", None, (), (HERE, OpenDocument("https://evil.example")))
    assert verified(COMMAND, done, (HERE.uri,)) == Done("", None, (), (HERE,))
