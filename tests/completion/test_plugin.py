from __future__ import annotations

import pytest

from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import EngineDied
from breadknife.plugins.completion.plugin import CompletionPlugin
from breadknife.task.values import CompletionRequest, Completions, Silence
from breadknife.text.document import Span
from support import PluginContext, at_cursor


def complete(marked: str, say: str, selected: tuple[Span, str] | None = None) -> object:
    document, offset = at_cursor(marked)
    context = PluginContext(ScriptedEngine([Line("", say)]))
    plugin = CompletionPlugin()
    try:
        answer = plugin.answer(CompletionRequest(document, offset, selected=selected), context)
    finally:
        plugin.close()
    if isinstance(answer, Silence):
        return answer.reason
    assert isinstance(answer, Completions)
    return [(item.span, item.text) for item in answer.items]


@pytest.mark.parametrize(
    ("marked", "say", "expected"),
    [
        ("x =⟦|⟧\n", " 1 + 2\nmore", [(Span(3, 3), " 1 + 2")]),
        ("x = ⟦|⟧\n", " 1 + 2\nmore", [(Span(4, 4), "1 + 2")]),  # the blank that is there already
        ("x = ⟦|⟧\n", "1 + 2\nmore", [(Span(4, 4), "1 + 2")]),  # the model doesn't write it: asked again after it
        ("x = ⟦|⟧\n", "", "empty"),
        ("na⟦|⟧me = 1\n", "anything", "inside-word"),
    ],
)
def test_answer(marked: str, say: str, expected: object) -> None:
    assert complete(marked, say) == expected


def test_the_selected_entry_is_continued() -> None:
    assert complete("xs.ap⟦|⟧\n", "(1)", (Span(3, 5), "append")) == [(Span(3, 5), "append(1)")]


def test_an_engine_that_dies_is_an_error_of_this_request_alone() -> None:
    document, offset = at_cursor("x = ⟦|⟧\n")
    plugin = CompletionPlugin()
    with pytest.raises(EngineDied):
        plugin.answer(
            CompletionRequest(document, offset), PluginContext(ScriptedEngine([Line("", error=EngineDied("gone"))]))
        )
    answer = plugin.answer(CompletionRequest(document, offset), PluginContext(ScriptedEngine([Line("", " 1")])))
    assert isinstance(answer, Completions)


def test_what_a_stream_has_already_written_asks_no_model() -> None:
    engine = ScriptedEngine([Line("", " alpha + beta\nmore")])
    context = PluginContext(engine)
    plugin = CompletionPlugin()
    shown: list[object] = []
    for typed in ("", " ", " a", " alp"):
        document, offset = at_cursor(f"x ={typed}⟦|⟧\n")
        answer = plugin.answer(CompletionRequest(document, offset), context)
        assert isinstance(answer, Completions)
        shown.append(answer.items[0].text)
    plugin.close()
    assert shown == [" alpha + beta", "alpha + beta", "lpha + beta", "ha + beta"]
    assert len(engine.requests) == 1
    first = ["place: passed on", "typed through: passed on", "model: passed on", "fit: settled"]
    assert [f"{s.name}: {s.verdict}" for s in context.steps] == first + 3 * [
        "place: passed on",
        "typed through: settled",
    ]
