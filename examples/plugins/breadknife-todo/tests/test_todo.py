from __future__ import annotations

from datetime import date

import pytest
from breadknife_todo.plugin import TodoPlugin, TodoSettings

from breadknife.api import ActionRequest, CheckRequest, Document, ResolveRequest, Span
from breadknife.testing import Line, Reply, ask, document

MINE = TodoSettings(owner="ada")
PLUGIN = TodoPlugin(today=lambda: date(2026, 6, 1))


def check(text: str, language: str = "python", settings: TodoSettings = MINE) -> list[tuple[str, str]]:
    """Each finding's code, and the text that it is about."""
    asked = document(text, language)
    reply = ask(PLUGIN, CheckRequest(asked), settings=settings)
    assert not reply.failures
    return [(finding.code, asked.slice(finding.span)) for finding in reply.findings]


@pytest.mark.parametrize(
    ("language", "text", "findings"),
    [
        ("python", "# TODO(ada): tidy\n", []),
        ("python", "x = 1  # TODO tidy\n", [("no-owner", "TODO tidy")]),
        ("python", "# TODO(2026-05-31)x\n", [("no-owner", "TODO(2026-05-31)x"), ("overdue", "TODO(2026-05-31)x")]),
        ("python", "# TODO(ada, 2026-06-01): tidy\n", []),
        ("python", "# TODO(ada, 2026-13-01): tidy\n", [("not-a-date", "TODO(ada, 2026-13-01): tidy")]),
        ("python", "# TODO(ada)\n", [("empty", "TODO(ada)")]),
        ("python", "# TODO(ada):\r\n", [("empty", "TODO(ada):")]),
        ("python", "x = '# TODO: in a string'\n", []),
        ("python", "# TODOS and METODO\n", []),
        ("python", "# TODO.md says more\n", []),
        ("typescript", "f(); // TODO: tidy\n", [("no-owner", "TODO: tidy")]),
        ("c", "/*\n * FIXME: tidy */\n", [("no-owner", "FIXME: tidy")]),
        ("lua", "-- TODO: tidy\n", [("no-owner", "TODO: tidy")]),
        ("markdown", "😀 <!-- TODO: tidy -->\n", [("no-owner", "TODO: tidy")]),
        ("markdown", "The TODO list\n", []),
    ],
)  # fmt: skip
def test_findings(language: str, text: str, findings: list[tuple[str, str]]) -> None:
    assert check(text, language) == findings


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (TodoSettings(), [("no-owner", "TODO x")]),
        (TodoSettings(owners=False), []),
        (TodoSettings(words=("HACK",)), []),
        (TodoSettings(words=()), []),
        (TodoSettings(words=("T(", "")), []),
    ],
)
def test_settings(settings: TodoSettings, found: list[tuple[str, str]]) -> None:
    assert check("# TODO x\n", settings=settings) == found


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("# TODO: tidy\n", "# TODO(ada): tidy\n"),
        ("# TODO(): tidy\n", "# TODO(ada): tidy\n"),
        ("# TODO(2027-01-01) tidy\n", "# TODO(ada, 2027-01-01) tidy\n"),
    ],
)
def test_it_is_mine(text: str, fixed: str) -> None:
    asked = document(text)
    [finding] = ask(PLUGIN, CheckRequest(asked), settings=MINE).findings
    assert asked.edited(finding.fixes[0].edits).text == fixed


STUB = "# TODO(ada)\ndef load(path):\n    raise NotImplementedError\n"
CODE = "def load(path):\n    # TODO(ada):\n    return open(path).read()\n"


def resolve(text: str, says: str = "") -> tuple[Document, Reply]:
    asked = document(text)
    [(_, action)] = ask(PLUGIN, ActionRequest(asked, Span(0, len(text)))).actions
    return asked, ask(PLUGIN, ResolveRequest(asked, action), script=[Line("<|fim_middle|>", says)])


@pytest.mark.parametrize(
    ("text", "says", "line", "steps"),
    [
        (STUB, "not asked", "# TODO(ada): write `load`", ["stub"]),
        (CODE, " close the file.", "    # TODO(ada): close the file", ["stub", "model", "check"]),
    ],
)
def test_the_cheapest_that_can_says_what_is_to_do(text: str, says: str, line: str, steps: list[str]) -> None:
    asked, reply = resolve(text, says)
    [(_, action)] = reply.actions
    assert line in asked.edited(action.edits).text.splitlines()
    assert [step.name for step in reply.receipts[0].steps] == steps


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("", "todo-no-phrase"),
        ("`rm -rf`", "todo-no-phrase"),
        ("\x1b[31mred\x1b[0m and more", "todo-no-phrase"),
        ("go on and " * 12, "todo-too-long"),
    ],
)
def test_what_the_model_wrote_is_checked(says: str, reason: str) -> None:
    _, reply = resolve(CODE, says)
    assert reply.actions == []
    assert reply.receipts[0].reason == reason


def test_a_comment_that_has_changed_since() -> None:
    asked = document(CODE)
    [(_, action)] = ask(PLUGIN, ActionRequest(asked, Span(0, len(CODE)))).actions
    reply = ask(PLUGIN, ResolveRequest(document("x = 1\n"), action))
    assert reply.receipts[0].reason == "todo-gone"
