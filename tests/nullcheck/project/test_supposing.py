"""What the analysis says of values that only another checker reports: a null gets there, or a test says no."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.values import Dereference, Use
from breadknife.text.syntax import parse
from support import document, marked_spans

FOUND, TESTED, SILENT = "found", "tested", "silent"
"""A null would get there; a test says that there is none; the analysis finds nothing, as after a use that fails."""


def supposed(id: str, marked: str) -> list[str]:
    text, spans = marked_spans(marked)
    tree = parse(text, id)
    assert tree is not None
    places = [Dereference(span, Use.ATTRIBUTE) for span in spans]
    said = language(id).open(document(text, id), tree, None).suppose(places)
    return [FOUND if each in said.found else TESTED if each in said.tested else SILENT for each in places]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("if d.get(k):\n    ⟦d.get(k)⟧.x", TESTED),
        ("if d.get(k) is not None:\n    ⟦d.get(k)⟧.x", TESTED),
        ("if k in d:\n    ⟦d.get(k)⟧.x", TESTED),
        ("y = ⟦d.get(k)⟧.x if d.get(k) else None", TESTED),
        ("y = d.get(k) is None or ⟦d.get(k)⟧.x", TESTED),
        ("ys = [⟦d.get(k)⟧.x for k in ks if d.get(k)]", TESTED),
        ("if not d.get(k) or other:\n    return\n⟦d.get(k)⟧.x", TESTED),
        ("assert d.get(k)\n⟦d.get(k)⟧.x", TESTED),
        ("if not isinstance(v, T):\n    return\n⟦v⟧.x", TESTED),
        ("try:\n    ⟦a.b⟧.x\nexcept AttributeError:\n    pass", SILENT),  # a handler deals with it
        ("if d.get(j):\n    ⟦d.get(k)⟧.x", FOUND),
        ("if d.get(k):\n    pass\n⟦d.get(k)⟧.x", FOUND),
        ("if d.get(k) or other:\n    ⟦d.get(k)⟧.x", FOUND),
        ("if not d.get(k) and other:\n    return\n⟦d.get(k)⟧.x", FOUND),
        ("if d.get(k):\n    d = {}\n    ⟦d.get(k)⟧.x", FOUND),
        ("if v:\n    f(lambda v: ⟦v⟧.x)", FOUND),
        ("try:\n    ⟦a.b⟧.x\nexcept KeyError:\n    pass", FOUND),
    ],
)
def test_a_test_excludes_a_null(text: str, outcome: str) -> None:
    body = text.replace("\n", "\n    ")
    assert supposed("python", f"def g(a, d, k, v):\n    {body}\n") == [outcome]


@pytest.mark.parametrize(
    ("id", "text", "outcomes"),
    [
        ("python", "def f(x):\n    ⟦x⟧.a()\n    if y:\n        ⟦x⟧.b()\n", [FOUND, SILENT]),
        ("python", "def f(x):\n    if y:\n        ⟦x⟧.a()\n    else:\n        ⟦x⟧.b()\n", [FOUND, FOUND]),
        ("python", "def f(x):\n    for y in z:\n        ⟦x⟧.a()\n    ⟦x⟧.b()\n", [FOUND, FOUND]),
        ("python", "def f(x):\n    ⟦x⟧.a()\n    x = g()\n    ⟦x⟧.b()\n", [FOUND, FOUND]),
        ("python", "def f(x):\n    assert x\n    ⟦x⟧.a()\n    ⟦x⟧.b()\n", [TESTED, TESTED]),
        ("typescript", "function f(x) {\n  ⟦x⟧.a();\n  g(() => ⟦x⟧.b());\n}\n", [FOUND, FOUND]),
        ("typescript", "function f(m, k) {\n  if (m.has(k)) { ⟦m.get(k)⟧.x; }\n}\n", [TESTED]),
        (
            "go",
            "package p\nfunc f() {  // methods may take nil\n\tif a {\n\t\t⟦x⟧.a()\n\t}\n\t⟦x⟧.b()\n}\n",
            [SILENT, SILENT],
        ),
        ("java", "class A { void f() { if (m.get(k) == null) { return; } ⟦m.get(k)⟧.x(); } }", [TESTED]),
    ],
)
def test_an_earlier_use_would_have_failed(id: str, text: str, outcomes: list[str]) -> None:
    assert supposed(id, text) == outcomes
