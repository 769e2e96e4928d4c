"""What a document says again and again in the same way is its authors' habit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.plugins.prose.engines.habits import find_habits
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Findings
from breadknife.text.document import Span
from prose.disliking import DislikingEngine
from support import PluginContext, document

TEXT = "You can not do it."


@pytest.fixture
def context(home: Path, tmp_path: Path) -> PluginContext:
    settings = ProseSettings(languagetool=False, model=False)
    return PluginContext(root=tmp_path, values=settings, engine=DislikingEngine({}))


def found(plugin: ProsePlugin, context: PluginContext, text: str, *, whole: bool = True) -> list[str]:
    answer = plugin.answer(CheckRequest(document(text, "markdown"), whole), context)
    assert isinstance(answer, Findings)
    return [finding.code for finding in answer.items]


@pytest.mark.parametrize(
    ("rule", "engine", "words", "times", "is_habit"),
    [
        ("BY_DEFAULT_COMMA", "languagetool", "By default", 3, True),
        ("BY_DEFAULT_COMMA", "languagetool", "By default", 2, False),
        ("AnA", "harper", "an", 3, False),  # the next word tells
        ("SpellCheck", "harper", "teh", 3, False),  # the vocabulary counts words
        ("Vale.Spelling", "vale", "teh", 3, False),
    ],
)
def test_three_times_is_a_habit(rule: str, engine: str, words: str, times: int, is_habit: bool) -> None:
    lint = Lint(engine, rule, Span(0, len(words)), "", ("x",), "")
    assert bool(find_habits([(f"{words} it does", (lint,))] * times)) is is_habit


def test_other_words_and_other_fixes_are_counted_apart() -> None:
    texts = [("So it is", new) for new in "xyz"] + [(f"{word} it is", "x") for word in ("On", "Or")]
    said = [(text, (Lint("harper", "Rule", Span(0, 2), "", (new,), ""),)) for text, new in texts]
    assert find_habits(said) == frozenset()


def test_what_a_document_says_three_times_is_left(plugin: ProsePlugin, context: PluginContext) -> None:
    text = "\n\n".join(f"On {day} you can not do it." for day in ("Monday", "Tuesday", "Friday"))
    assert found(plugin, context, TEXT) == ["Together"]
    assert found(plugin, context, text) == []
    assert found(plugin, context, f"{text}\n\nThe the end is here.\n") == ["RepeatedWords"]


def test_what_is_shown_stays_while_a_third_is_typed(plugin: ProsePlugin, context: PluginContext) -> None:
    twice = "On Monday you can not do it.\n\nOn Tuesday you can not do it.\n"
    assert found(plugin, context, twice, whole=False) == ["Together"] * 2
    assert found(plugin, context, f"{twice}\nOn Friday you can not do it.\n", whole=False) == ["Together"] * 2


def test_who_asks_for_a_rule_gets_all_of_it(plugin: ProsePlugin, context: PluginContext) -> None:
    settings = ProseSettings(languagetool=False, model=False, enabled_rules=("Together",))
    text = "\n\n".join(f"On {day} you can not do it." for day in ("Monday", "Tuesday", "Friday"))
    assert found(plugin, replace(context, values=settings), text) == ["Together"] * 3
