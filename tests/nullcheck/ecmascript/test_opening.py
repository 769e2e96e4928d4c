"""A check before a statement that has no line of its own."""

from __future__ import annotations

import pytest

from nullcheck.ecmascript.asking import told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class A {\n  f(): number { return ⟦this.a⟧.b() + 1; }\n}\n",
         "class A {\n  f(): number {\n    if (this.a === undefined) {\n"
         '      throw new Error("this.a is undefined");\n    }\n    return this.a.b() + 1;\n  }\n}\n'),
        ("function f(xs: X[]) {\n  if (xs.length) return g(⟦xs[0]⟧.a);\n}\n",
         "function f(xs: X[]) {\n  if (xs.length) {\n    const item = xs[0];\n"
         '    if (item === undefined) throw new Error("item is undefined");\n    return g(item.a);\n  }\n}\n'),
        ("function f(a, x?: X) {\r\n\tif (a)\r\n\t\t⟦x⟧.y();\r\n}\r\n",
         "function f(a, x?: X) {\r\n\tif (a) {\r\n\t\tif (x === undefined) {\r\n"
         '\t\t\tthrow new Error("x is undefined");\r\n\t\t}\r\n\t\tx.y();\r\n\t}\r\n}\r\n'),
        ("const f = (x?: X) => {return ⟦x⟧.y};\n",
         'const f = (x?: X) => {\n  if (x === undefined) {\n    throw new Error("x is undefined");\n  }\n'
         "  return x.y\n};\n"),
    ],
)  # fmt: skip
def test_a_body_is_broken_up_for_a_check(before: str, after: str) -> None:
    assert told(before)["raise"] == after


@pytest.mark.parametrize(
    "text",
    [
        "function f(a, x?: X) {\n  if (a) g(); else ⟦x⟧.y();\n}\n",
        "function f(a, x?: X) {\n  if (a) ⟦x⟧.y();\n  else g();\n}\n",
        "function f(a, x?: X) {\n  if (a) ⟦x⟧.y(); // as it is\n}\n",
        "function f(a, x?: X) { if (a) { ⟦x⟧.y(); } }\n",
        "const f = (x?: X) => <A b={() => { ⟦x⟧.y(); }} />;\n",
        "function f(a, x?: X) { /* first */ ⟦x⟧.y(); }\n",
        "function f(a, x?: X) { a(); ⟦x⟧.y(); }\n",
        "function f(a, x?: X) {\n  for (const b of a) ⟦x⟧.y();\n}\n",
        "function f(a, x?: X) {\n  if (a) b ? ⟦x⟧.y() : c;\n}\n",
    ],
)
def test_what_could_not_be_written_well_is_not(text: str) -> None:
    assert "raise" not in told(text, "typescriptreact")
