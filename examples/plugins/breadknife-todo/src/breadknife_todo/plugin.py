"""TODO comments that nobody owns, that are overdue, or that say nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from breadknife.api import (
    ANY_LANGUAGE,
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Context,
    Document,
    Finding,
    Findings,
    Fix,
    Origin,
    Request,
    ResolveRequest,
    Severity,
    Silence,
    Span,
    TextEdit,
)
from breadknife_todo.comments import Todo, day, find_todos
from breadknife_todo.wording import ROLE, WORDING, Place, Wording

_SOURCE = "todo"
_LINE = 100
"""Code points that a line may have with its new words."""
_LEAST_ROOM = 30


@dataclass(frozen=True)
class TodoSettings:
    words: tuple[str, ...] = ("TODO", "FIXME")
    """The words that begin such a comment."""
    owner: str = ""
    """Your name: the fix for a comment that nobody owns writes it."""
    owners: bool = True
    """Report comments that nobody owns."""


class TodoPlugin:
    api = 1
    name = _SOURCE
    settings: type[Any] = TodoSettings
    roles = (ROLE,)
    serves: Mapping[type[Any], frozenset[str]] = {
        CheckRequest: frozenset({ANY_LANGUAGE}),
        ActionRequest: frozenset({ANY_LANGUAGE}),
    }

    def __init__(self, today: Callable[[], date] = date.today) -> None:
        self._today = today

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case CheckRequest():
                return Findings(tuple(self._findings(request.document, context)))
            case ActionRequest():
                return Actions(tuple(self._actions(request, context)))
            case ResolveRequest():
                return _resolve(request, context)
            case _:
                return None

    def close(self) -> None:
        pass

    def _findings(self, document: Document, context: Context) -> Iterator[Finding]:
        settings: TodoSettings = context.settings(TodoSettings)
        for todo in _todos(document, context):
            context.cancel.raise_if_cancelled()
            if settings.owners and not todo.owners:
                yield _unowned(todo, settings.owner)
            for written in todo.dates:
                due = day(written)
                if due is None:
                    yield _finding(todo, "not-a-date", f"There is no {written}.", Severity.WARNING)
                elif due < self._today():
                    yield _finding(todo, "overdue", f"This was due on {due}.", Severity.WARNING)
            if not todo.text:
                yield _finding(todo, "empty", f"This {todo.word} says nothing.")

    def _actions(self, request: ActionRequest, context: Context) -> Iterator[Action]:
        findings = tuple(self._findings(request.document, context))
        yield from Actions.fixing(findings, request.span).items
        for finding in findings:
            if finding.code == "empty" and finding.span.touches(request.span):
                yield Action("Say what is to do here", data={"at": finding.span.start}, findings=(finding,))


def _todos(document: Document, context: Context) -> Iterator[Todo]:
    words: tuple[str, ...] = context.settings(TodoSettings).words
    return find_todos(document, context.tree(document), words)


def _unowned(todo: Todo, owner: str) -> Finding:
    finding = _finding(todo, "no-owner", f"Nobody owns this {todo.word}.")
    if not owner:
        return finding
    inside = todo.in_parentheses
    if inside is None:
        edit = TextEdit(Span(todo.span.start + len(todo.word), todo.span.start + len(todo.word)), f"({owner})")
    else:
        edit = TextEdit(inside, ", ".join((owner, *todo.dates)))
    return replace(finding, fixes=(Fix(f"It is {owner}'s", (edit,), origin=Origin(rule="todo/no-owner")),))


def _finding(todo: Todo, code: str, message: str, severity: Severity = Severity.INFORMATION) -> Finding:
    return Finding(todo.span, _SOURCE, code, message, severity)


def _resolve(request: ResolveRequest, context: Context) -> Answer:
    document = request.document
    found = [todo for todo in _todos(document, context) if todo.span.start == request.action.data.get("at")]
    if not found or found[0].text:
        return Silence("todo-gone", "The comment is no longer there, or says something.", "open the menu again")
    label = found[0].label
    colon = "" if document.slice(label).endswith(":") else ":"
    line = document.line_span(document.line_at(label.end))
    after = document.text[line.end :].lstrip("\r\n")
    room = max(_LEAST_ROOM, _LINE - len(line))
    said: Wording | Silence = context.run(WORDING, Place(f"{document.text[: label.end]}{colon} ", after, room))
    if isinstance(said, Silence):
        return said
    edit = TextEdit(Span(label.end, label.end), f"{colon} {said.text}")
    return Actions((replace(request.action, edits=(edit,), origin=said.origin),))
