"""The null check's plugin as the host asks it, in a document of the test."""

from __future__ import annotations

from breadknife.engine.api import Engine
from breadknife.engine.scripted import ScriptedEngine
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.task.values import Action, ActionRequest, Actions, CheckRequest, Finding, Findings, ResolveRequest
from breadknife.text.document import Document, Span
from support import PluginContext, document


def findings(doc: Document, context: PluginContext | None = None) -> tuple[Finding, ...]:
    answer = NullCheckPlugin().answer(CheckRequest(doc, whole=True, each_place=True), context or PluginContext())
    assert isinstance(answer, Findings)
    return answer.items


def offered(
    text: str, *others: Finding, context: PluginContext | None = None, language: str = "python"
) -> tuple[Action, ...]:
    """The repairs in the menu of the whole text."""
    return tuple(action for action in menu(text, *others, context=context, language=language) if action.data)


def menu(
    text: str, *others: Finding, context: PluginContext | None = None, language: str = "python"
) -> tuple[Action, ...]:
    request = ActionRequest(document(text, language), Span(0, len(text)), others)
    answer = NullCheckPlugin().answer(request, context or PluginContext())
    assert isinstance(answer, Actions)
    return answer.items


def resolved(
    text: str,
    strategy: str,
    *,
    engine: Engine | None = None,
    context: PluginContext | None = None,
    language: str = "python",
) -> tuple[str, Action]:
    """The text after the action, and what was answered."""
    action = next(action for action in offered(text, language=language) if action.data["strategy"] == strategy)
    assert not action.edits
    context = context or PluginContext(engine=engine or ScriptedEngine([]))
    answer = NullCheckPlugin().answer(ResolveRequest(document(text, language), action), context)
    assert isinstance(answer, Actions), answer
    (done,) = answer.items
    return document(text).edited(done.edits).text, done


def strategies(text: str) -> list[str]:
    return [str(action.data["strategy"]) for action in offered(text)]
