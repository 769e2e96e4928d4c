"""Whether what is tested before one statement holds at a later place."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.project.covering import holds, is_left_with, is_reached, sets
from breadknife.text.syntax import parse
from support import marked_spans


@pytest.mark.parametrize(
    ("text", "expression", "expected"),
    [
        ("f(x)", "x", False),
        ("x == 1 and x <= 2; x === 1; f(x => x)", "x", False),
        ("y = x; a.x = 1; xs = 2; f(y, x)", "x", False),
        ("{x: 1}", "x", False),
        ("x = 1", "x", True),
        ("const x = xs[i];", "x", True),
        ("const x: Body = xs[i];", "x", True),
        ("x := f()", "x", True),
        ("x, err := f()", "x", True),
        ("const { y, x } = z;", "x", True),
        ("x += 1", "x", True),
        ("x ??= 1", "x", True),
        ("x++", "x", True),
        ("--x", "x", True),
        ("for (const x of xs) {", "x", True),
        ("for k, x in xs:", "x", True),
        ("for x, k in xs:", "x", True),
        ("with f() as x:", "x", True),
        ("a.b = 1", "a.b", True),
        ("a = 1", "a.b", True),
        ("a.c = 1", "a.b", False),
        ("m = 1", "m.get(x)", True),
    ],
)
def test_what_gives_a_name_another_value(text: str, expression: str, expected: bool) -> None:
    assert sets(text, expression) is expected


@pytest.mark.parametrize(
    ("language", "marked", "expected"),
    [
        ("python", "def f(x):\n    ⟦x⟧.a()\n    if y:\n        ⟦x⟧.b()\n", True),
        ("python", "def f(x):\n    if y:\n        ⟦x⟧.a()\n    else:\n        ⟦x⟧.b()\n", False),
        ("python", "def f(x):\n    for y in z:\n        ⟦x⟧.a()\n    ⟦x⟧.b()\n", False),
        ("typescript", "for (const x of a) {\n  ⟦x⟧.a();\n}\nfor (const x of b) {\n  ⟦x⟧.b();\n}\n", False),
        ("typescript", "switch (a) {\n  case 1:\n    ⟦x⟧.a();\n  case 2:\n    ⟦x⟧.b();\n}\n", False),
        ("typescript", "if (a) {\n  ⟦x⟧.a();\n}\n⟦x⟧.b();\n", False),
        ("typescript", "{\n  ⟦x⟧.a();\n  g(() => ⟦x⟧.b());\n}\n", True),
        ("go", "package p\nfunc f() {\n\tif a {\n\t\t⟦x⟧.a()\n\t}\n\t⟦x⟧.b()\n}\n", False),
        ("java", "class A { void f() {\n  ⟦x⟧.a();\n  while (a) { ⟦x⟧.b(); }\n} }\n", True),
    ],
)  # fmt: skip
def test_a_guard_holds_in_its_block(language: str, marked: str, expected: bool) -> None:
    text, (tested, later) = marked_spans(marked)
    tree = parse(text, language)
    assert tree is not None
    assert holds(tree, tested.start, tested, later) is expected


@pytest.mark.parametrize(
    ("language", "marked", "expected"),
    [
        ("python", "y = g(⟦x⟧.a) + 1\n", True),
        ("python", "if ⟦x⟧.a:\n    y()\n", True),
        ("python", "y = c and ⟦x⟧.a\n", False),
        ("python", "y = ⟦x⟧.a if c else 1\n", False),
        ("python", "y = [⟦x⟧.a for a in b]\n", False),
        ("typescript", "for (let b = 0, n = ⟦x⟧.length; b < n; b++) f(b);", True),
        ("typescript", "f(() => ⟦x⟧.a);", False),
        ("typescript", "f(c ?? ⟦x⟧.a);", False),
        ("go", "package p\nfunc f() { g(x.a) }\nfunc h() { g(⟦x⟧.a) }\n", True),
    ],
)
def test_what_is_evaluated_with_its_statement(language: str, marked: str, expected: bool) -> None:
    text, [place] = marked_spans(marked)
    tree = parse(text, language)
    assert tree is not None
    assert is_reached(tree, place) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("while len(⟦x⟧):\n    x = f()\n⟦x⟧.y\n", True),
        ("while len(⟦x⟧):\n    if x: break\n⟦x⟧.y\n", False),
        ("while len(⟦x⟧):\n    x = f()\nx = f()\n⟦x⟧.y\n", False),
        ("while len(⟦x⟧):\n    f()\nelse:\n    x = f()\n⟦x⟧.y\n", False),
        ("while len(⟦x⟧) and (x := f()):\n    f()\n⟦x⟧.y\n", False),
        ("if g():\n    while len(⟦x⟧):\n        f()\n⟦x⟧.y\n", False),
        ("while g():\n    len(⟦x⟧)\n⟦x⟧.y\n", False),
        ("if len(⟦x⟧):\n    x = f()\n⟦x⟧.y\n", False),
    ],
)
def test_what_a_loop_is_left_with(text: str, expected: bool) -> None:
    plain, [tested, later] = marked_spans(text)
    tree = parse(plain, "python")
    assert tree
    assert is_left_with(tree, tested, later) is expected
