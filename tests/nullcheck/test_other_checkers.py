"""What real checkers say of None gets the plugin's actions."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from breadknife.task.values import Finding
from breadknife.text.document import Span
from nullcheck.asking import offered
from support import document, marked_spans

OTHERS = """\
import re
from typing import Optional


class Node:
    next: Optional["Node"] = None
    name: str = ""


def f(node: Node, rows: Optional[list[int]], s: str) -> object:
    ⟦node.next⟧.name
    ⟦rows⟧[0]
    for row in ⟦rows⟧:
        print(row)
    ⟦rows⟧ + [1]
    return ⟦re.match("a", s)⟧.group()
"""


def pyright(path: Path) -> list[Finding]:
    command = [sys.executable, "-m", "pyright", "--outputjson", str(path)]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent).stdout)
    doc = document(path.read_text("utf-8"))

    def offset(at: dict[str, int]) -> int:
        return doc.line_starts[at["line"]] + at["character"]

    return [
        Finding(
            Span(offset(d["range"]["start"]), offset(d["range"]["end"])), "Pyright", d.get("rule", ""), d["message"]
        )
        for d in report["generalDiagnostics"]
    ]


def mypy(path: Path, *options: str) -> list[Finding]:
    """Without `--show-error-end` it reports where an expression starts, and no end."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--show-column-numbers",
        "--no-pretty",
        "--no-incremental",
        *options,
        path.name,
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent).stdout
    doc = document(path.read_text("utf-8"))
    found: list[Finding] = []
    for line, column, end_line, end_column, message, code in re.findall(
        r"^[^:]+:(\d+):(\d+):(?:(\d+):(\d+):)? error: (.*)  \[([\w-]+)\]$", output, re.MULTILINE
    ):
        start = doc.line_starts[int(line) - 1] + int(column) - 1
        end = doc.line_starts[int(end_line) - 1] + int(end_column) if end_line else start
        found.append(Finding(Span(start, end), "mypy", code, message))
    return found


def mypy_with_ends(path: Path) -> list[Finding]:
    return mypy(path, "--show-error-end")


@pytest.mark.parametrize("checker", [pyright, mypy, mypy_with_ends])
def test_every_none_finding_of_a_real_checker_gets_its_actions(checker, tmp_path: Path) -> None:
    text, spans = marked_spans(OTHERS)
    (tmp_path / "example.py").write_text(text, "utf-8")
    reported = [f for f in checker(tmp_path / "example.py") if "None" in f.message]
    assert len(reported) >= len(spans)
    places = set()
    for finding in reported:
        actions = [a for a in offered(text, finding) if finding in a.findings]
        assert actions, finding
        places.add(Span(int(actions[0].data["start"]), int(actions[0].data["end"])))
    assert places == set(spans)


@pytest.mark.parametrize(
    ("source", "code", "message", "marked", "target"),
    [
        ("ty", "missing-union-attribute", "Attribute `y` is not defined on `None` in union `A | None`", "⟦x.y⟧", "x"),
        ("ty", "not-iterable", "Object of type `Unknown | None` may not be iterable", "[*⟦x⟧]", "x"),
        ("ty", "unsupported-operator",
         "Operator `+` is not supported between objects of type `Literal[1]` and `A | None`", "⟦1 + x⟧", "x"),
        ("ty", "not-subscriptable",
         "Cannot subscript object of type `None` with no `__getitem__` method", "⟦x⟧[0]", "x"),
        ("pyrefly", "missing-attribute", "Object of class `NoneType` has no attribute `y`", "⟦x.y⟧", "x"),
        ("pyrefly", "unsupported-operation", "`None` is not subscriptable", "⟦x[0]⟧", "x"),
        ("pyrefly", "unsupported-operation", "`+` is not supported between `None` and `Literal[1]`", "⟦x + 1⟧", "x"),
        ("Pyrefly", "not-callable", "Expected a callable, got `None`", "⟦x⟧()", "x"),
        ("basedpyright", "reportOptionalMemberAccess", '"y" is not a known attribute of "None"', "x.⟦y⟧", "x"),
        ("mypy", "union-attr", 'Item "None" of "A | None" has no attribute "y"', "⟦x⟧.y", "x"),
        ("mypy", "union-attr", 'Item "None" of "A | None" has no attribute "y"', "⟦⟧x.a.y.b", "x.a"),
        # where a value goes that mustn't be None
        ("pyright", "reportArgumentType",
         'Argument of type "str | None" cannot be assigned to parameter "a" of type "str" in function "g"\n'
         '  Type "str | None" is not assignable to type "str"\n    "None" is not assignable to "str"', "g(a=⟦x⟧)",
         "x"),
        ("pyright", "reportAttributeAccessIssue",
         'Cannot assign to attribute "b" for class "A*"\n  Type "str | None" is not assignable to type "str"\n'
         '    "None" is not assignable to "str"', "a.b = ⟦x.y⟧", "x.y"),
        ("pyright", "reportReturnType",
         'Type "str | None" is not assignable to return type "str"\n  "None" is not assignable to "str"', "return ⟦x⟧",
         "x"),
        ("mypy", "arg-type", 'Argument "a" to "g" has incompatible type "Optional[str]"; expected "str"', "g(a=⟦x⟧)",
         "x"),
        ("mypy", "arg-type", 'Argument 1 to "g" has incompatible type "str | None"; expected "str"', "g(⟦⟧x.y, x)",
         "x.y"),
        ("mypy", "return-value", 'Incompatible return value type (got "str | None", expected "str")', "⟦⟧return x",
         "x"),
        ("mypy", "assignment",
         'Incompatible types in assignment (expression has type "str | None", variable has type "str")', "y: str = ⟦x⟧",
         "x"),
        ("ty", "invalid-argument-type", "Argument to function `g` is incorrect: Expected `str`, found `str | None`",
         "g(⟦a=x⟧)", "x"),
        ("ty", "invalid-argument-type", "Argument to function `g` is incorrect: Expected `str`, found `str | None`",
         "g(⟦⟧a=x)", "x"),
        ("ty", "invalid-assignment", "Object of type `str | None` is not assignable to attribute `b` of type `str`",
         "⟦a.b⟧ = x", "x"),
        ("ty", "invalid-explicit-return",
         "Return type does not match returned value: expected `str`, found `str | None`", "return ⟦x⟧", "x"),
        ("pyrefly", "bad-assignment", "`str | None` is not assignable to attribute `b` with type `str`\n  More.",
         "a.b = ⟦x⟧", "x"),
        ("pyrefly", "bad-argument-type",
         "Argument `str | None` is not assignable to parameter `a` with type `str` in function `g`", "g(⟦x⟧)", "x"),
        ("pyrefly", "bad-return", "Returned type `str | None` is not assignable to declared return type `str`",
         "return ⟦x⟧", "x"),
    ],
)  # fmt: skip
def test_other_checkers_by_their_recorded_output(
    source: str, code: str, message: str, marked: str, target: str
) -> None:
    text, (span,) = marked_spans(f"def f(x):\n    {marked}\n")
    actions = offered(text, Finding(span, source, code, message))
    assert actions
    start, end = int(actions[0].data["start"]), int(actions[0].data["end"])
    assert text[start:end] == target


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("pyright", "reportAttributeAccessIssue", 'Cannot access attribute "y" for class "int"'),
        ("mypy", "union-attr", 'Item "str" of "str | None" has no attribute "y"'),
        ("mypy", "union-attr", 'Item "None" of "A | None" has no attribute "z"'),
        ("ruff", "E711", "Comparison to `None`"),
        ("harper", "Spelling", "None"),
    ],
)
def test_findings_about_other_things_get_no_action(source: str, code: str, message: str) -> None:
    assert offered("def f(x):\n    x.y\n", Finding(Span(14, 17), source, code, message)) == ()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("str | None", "int"), ("str | None", "bytes | None"), ("dict[str, str | None]", "dict[str, str]"),
     ("() -> None", "int"), ("Literal['None']", "str")],
)  # fmt: skip
def test_what_would_not_fit_without_none_either_gets_no_action(value: str, wanted: str) -> None:
    message = f'Argument 1 to "g" has incompatible type "{value}"; expected "{wanted}"'
    assert offered("def f(x):\n    g(x)\n", Finding(Span(16, 17), "mypy", "arg-type", message)) == ()


def test_a_declared_type_gets_the_none_that_its_default_has() -> None:
    text = "def f(y: int = None):\n    return y\n"
    message = "Default value of type `None` is not assignable to annotated parameter type `int`"
    [action, *_] = offered(text, Finding(Span(6, 19), "ty", "invalid-parameter-default", message))
    assert action.data["strategy"] == "annotate"


def test_of_several_places_that_a_diagnostic_may_mean_none_is_guessed() -> None:
    finding = Finding(Span(14, 14), "mypy", "union-attr", 'Item "None" of "A | None" has no attribute "y"')
    assert offered("def f(x):\n    x.y.y\n", finding) == ()
