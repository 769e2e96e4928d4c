"""Which of the places that follow from a change are offered: those that the model agrees to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.plugins.completion.learning import Learning
from breadknife.plugins.completion.next_edit import NextEdits
from breadknife.plugins.completion.plugin import CompletionPlugin, CompletionSettings
from breadknife.task.values import CompletionRequest, Completions, NextEditRequest, Silence
from breadknife.text.document import Document
from support import PluginContext, at_cursor

BEFORE = "def load(path):\n    return path\n\na = load(1)\nb = load(2)\n"
AFTER = BEFORE.replace("def load", "def read")


def place(document: Document, answer: object) -> str:
    """The document with the one edit that is offered, or why there is none."""
    if isinstance(answer, Silence):
        return answer.reason
    assert isinstance(answer, Completions)
    [item] = answer.items
    return f"{document.text[: item.span.start]}[{item.text}]{document.text[item.span.end :]}"


def asked(
    engine: ScriptedEngine,
    marked: str,
    *,
    completion: bool = False,
    listed: bool = False,
    on: bool = True,
    first: str = BEFORE,
) -> str:
    context = PluginContext(engine, values=CompletionSettings(next_edit=on))
    plugin = CompletionPlugin(Learning(None))
    document, offset = at_cursor(marked)
    plugin.answer(NextEditRequest(replace(document, text=first), 0), context)  # it has seen the text before
    request = CompletionRequest(document, offset, listed=listed) if completion else NextEditRequest(document, offset)
    answer = plugin.answer(request, context)
    plugin.close()
    return place(document, answer)


def agreeing(*texts: str) -> ScriptedEngine:
    """A model that finds these likeliest, wherever it is asked."""
    return ScriptedEngine([Line("", text) for text in texts])


CALLED = AFTER.replace("def read", "def read⟦|⟧")
AGREED: Sequence[tuple[str, str, str]] = (
    ("the nearest place after the cursor", CALLED, AFTER.replace("load(1)", "[read](1)")),
    ("the one after that", AFTER.replace("a = load", "a = ⟦|⟧load"), AFTER.replace("load(2)", "[read](2)")),
    ("from the top again", AFTER.replace("b = load", "b = ⟦|⟧load"), AFTER.replace("load(1)", "[read](1)")),
)


@pytest.mark.parametrize(("marked", "expected"), [case[1:] for case in AGREED], ids=[case[0] for case in AGREED])
def test_the_next_place(marked: str, expected: str) -> None:
    says = "read(2)" if "[read](2)" in expected else "read(1)"
    assert asked(agreeing(says), marked) == expected


def test_only_where_the_model_agrees() -> None:
    engine = agreeing("load(1)")
    assert asked(engine, CALLED) == "no-next-edit"
    assert len(engine.requests) == 2, "each place is asked about"


LONGER = BEFORE.replace("def load", "def loaded")
TOUCHED = (
    ("it goes on with the old text", LONGER, "lo⟦|⟧ad(1)", "loaded", False, "[loaded](1)"),
    ("at its end", LONGER, "load⟦|⟧(1)", "loaded", False, "[loaded](1)"),
    ("at its start", LONGER, "⟦|⟧load(1)", "loaded", False, "[loaded](1)"),
    ("it is another text", AFTER, "lo⟦|⟧ad(1)", "read", False, "inside-word"),
    ("it is another text from the cursor on", AFTER, "⟦|⟧load(1)", "read", False, "mid-line"),
    ("it is another text, in a menu", AFTER, "lo⟦|⟧ad(1)", "read", True, "[read](1)"),
)


@pytest.mark.parametrize(
    ("now", "cursor", "new", "listed", "expected"), [case[1:] for case in TOUCHED], ids=[case[0] for case in TOUCHED]
)
def test_a_completion_is_the_next_edit_where_the_editor_can_draw_it(
    now: str, cursor: str, new: str, listed: bool, expected: str
) -> None:
    marked = now.replace("load(1)", cursor)
    shown = asked(agreeing(f"{new}(1)"), marked, completion=True, listed=listed)
    assert shown == (now.replace("load(1)", expected) if "[" in expected else expected)


def test_a_completion_elsewhere_is_as_ever() -> None:
    assert asked(agreeing("c"), AFTER.replace("b = load(2)", "b =⟦|⟧"), completion=True).endswith("b =[c]\n")


def test_it_is_off_unless_switched_on() -> None:
    engine = agreeing("read(1)")
    assert asked(engine, CALLED, on=False) == "next-edit-off"
    assert asked(engine, LONGER.replace("load(1)", "lo⟦|⟧ad(1)"), on=False, completion=True) == "inside-word"
    assert engine.requests == []


def test_a_broken_call_is_left_alone() -> None:
    before = "def f(a, b):\n    pass\n\nx = [f(1, 2\n"
    assert asked(agreeing("1"), before.replace(", b)", ")⟦|⟧"), first=before) == "no-next-edit"


def test_nothing_has_changed() -> None:
    assert asked(agreeing("read(1)"), BEFORE + "⟦|⟧") == "no-next-edit"


@pytest.mark.model
def test_the_real_model_agrees(real_engine) -> None:
    context = PluginContext(real_engine, values=CompletionSettings(next_edit=True))
    edits = NextEdits("qwen2.5-coder-0.5b")
    document, offset = at_cursor(CALLED)
    edits.after(NextEditRequest(replace(document, text=BEFORE), 0), context)
    item = edits.after(NextEditRequest(document, offset), context)
    assert item is not None
    assert (document.text[item.span.start : item.span.end], item.text) == ("load", "read")
    assert document.line_at(item.span.start) == 3
