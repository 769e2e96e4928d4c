"""A parameter is no finding where each call of the function gives it a value."""

from __future__ import annotations

import pytest

from .test_reuse import analysed, assert_says_the_same, edited

ONE = "def _name(row=None):\n    return row.name\n"
TESTED = "def f(t):\n    m = find(t)\n    if m:\n        return _name({})\n"
ROW = "interface R { name: string }\n"

SILENT = [
    ("python", ONE + TESTED.format("m")),
    ("python", ONE + TESTED.format("row=m")),
    ("python", ONE + TESTED.format("m") + "def g():\n    return _name([])\n"),
    (
        "typescript",
        ROW + "function shown(r?: R) { return r.name }\nexport function f(r?: R) { if (r) return shown(r) }",
    ),
    (
        "typescript",
        ROW + "class A { private shown(r?: R) { return r.name }  f(r?: R) { if (r) return this.shown(r) } }",
    ),
    (
        "java",
        "class A { private String shown(@Nullable Row r) { return r.name(); }\n"
        "String f(@Nullable Row r) { if (r == null) return null; return shown(r); } }",
    ),
]
FIRES = [
    ("python", ONE),  # nobody calls it
    ("python", ONE + TESTED.format("")),
    ("python", ONE + TESTED.format("m") + "def g(m):\n    return _name(m)\n"),
    ("python", ONE + TESTED.format("m") + "register(_name)\n"),
    ("python", (ONE + TESTED.format("m")).replace("_name", "name")),  # others may call it
    ("python", ONE + TESTED.format("m") + "def g(*rows):\n    return _name(*rows)\n"),
    (
        "typescript",
        ROW + "export function shown(r?: R) { return r.name }\nfunction f(r?: R) { if (r) return shown(r) }",
    ),
    (
        "typescript",
        ROW + "function shown(r?: R) { return r.name }\nfunction f(r?: R) { if (r) return shown(r) + shown() }",
    ),
    (
        "java",
        "class A { String shown(@Nullable Row r) { return r.name(); }\n"
        "String f(@Nullable Row r) { if (r == null) return null; return shown(r); } }",
    ),
]


@pytest.mark.parametrize(("language", "text"), SILENT)
def test_each_caller_has_tested_it(language: str, text: str) -> None:
    assert analysed(language, text).findings() == []


@pytest.mark.parametrize(("language", "text"), FIRES)
def test_some_caller_may_not_have(language: str, text: str) -> None:
    assert len(analysed(language, text).findings()) == 1


@pytest.mark.parametrize(
    ("line", "new"),
    [
        (6, "_name()"),  # a caller that gives none
        (4, "m = None"),
        (2, "def g(): _name()"),
        (5, "pass"),
        (7, "_name"),
    ],
)
def test_an_edit_of_a_caller_is_seen(line: int, new: str) -> None:
    text = ONE + TESTED.format("m") + "def h(t):\n    return f(t)\n"
    assert_says_the_same("python", [text, edited(text, line, new), text])
