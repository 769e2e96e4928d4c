"""What a reader sees before a use, which the text marks. The row tells the guard, or None."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.project.guards import given_before, guard
from breadknife.text.syntax import parse
from support import marked_spans

TESTED = "it is tested there"
LEAVES = "a test before it leaves"
REPLACED = "a test before it puts another value in its place"
CHECKED = "it is checked there"
CAUGHT = "a handler around it catches what a null leads to"

PYTHON = [
    ("if d.get(k):\n    ⟦d.get(k)⟧.x", TESTED),
    ("if d.get(k) is not None:\n    ⟦d.get(k)⟧.x", TESTED),
    ("if k in d:\n    ⟦d.get(k)⟧.x", TESTED),
    ("if d.get(k):\n    ⟦d[k]⟧.x", TESTED),
    ("y = ⟦d.get(k)⟧.x if d.get(k) else None", TESTED),
    ("y = d.get(k) and ⟦d.get(k)⟧.x", TESTED),
    ("y = d.get(k) is None or ⟦d.get(k)⟧.x", TESTED),
    ("ys = [⟦d.get(k)⟧.x for k in ks if d.get(k)]", TESTED),
    ("while a.b():\n    ⟦a.b()⟧.x", TESTED),
    ("if d.get(k) is None:\n    raise E\n⟦d.get(k)⟧.x", LEAVES),
    ("if not d.get(k):\n    sys.exit(1)\n⟦d.get(k)⟧.x", LEAVES),
    ("if not d.get(k) or other:\n    return\n⟦d.get(k)⟧.x", LEAVES),
    ("if c is None:\n    c = make()\n⟦c⟧.x", REPLACED),
    ("assert d.get(k)\n⟦d.get(k)⟧.x", CHECKED),
    ("self.assertIsNotNone(a.b())\n⟦a.b()⟧.x", CHECKED),
    ("try:\n    ⟦a.b⟧.x\nexcept AttributeError:\n    pass", CAUGHT),
    ("if v:\n    f(lambda: ⟦v⟧.x)", f"{TESTED}, outside of the inner function"),
    ("if hasattr(v, 'x') and t:\n    v = ⟦v⟧.x()", TESTED),
    ("if not isinstance(v, T):\n    return\n⟦v⟧.x", LEAVES),
    # No guard: what is tested isn't the use's value, or the test doesn't lead to the use.
    ("if d.get(j):\n    ⟦d.get(k)⟧.x", None),
    ("if d.get(k):\n    pass\n⟦d.get(k)⟧.x", None),
    ("if not d.get(k):\n    log()\n⟦d.get(k)⟧.x", None),
    ("if d.get(k) or other:\n    ⟦d.get(k)⟧.x", None),
    ("if not d.get(k) and other:\n    return\n⟦d.get(k)⟧.x", None),
    ("if d.get(k) is None:\n    ⟦d.get(k)⟧.x", None),
    ("if not callable(v):\n    ⟦v⟧.x", None),
    ("if a.b.c:\n    ⟦a.b⟧.x", None),  # which would have failed there
    ("if d.get(k):\n    d = {}\n    ⟦d.get(k)⟧.x", None),
    ("if v:\n    f(lambda v: ⟦v⟧.x)", None),
    ("if v:\n    def f():\n        ⟦v⟧.x", None),  # which may run later
    ("try:\n    ⟦a.b⟧.x\nexcept KeyError:\n    pass", None),
    ("assert other\n⟦d.get(k)⟧.x", None),
]
OTHERS = [
    ("typescript", "if (m.has(k)) { ⟦m.get(k)⟧.x }", TESTED),
    ("typescript", "const y = m.get(k) ? ⟦m.get(k)⟧.x : 0", TESTED),
    ("typescript", "if (!m.get(k)) { throw e }\n⟦m.get(k)⟧.x", LEAVES),
    ("typescript", "if (m.get(k) === undefined) { ⟦m.get(k)⟧.x }", None),
    ("go", "package a\nfunc f() {\n if x.Get() == nil {\n  return\n }\n ⟦x.Get()⟧.F()\n}", LEAVES),
    ("go", "package a\nfunc f() {\n if x.Get() != nil {\n  ⟦x.Get()⟧.F()\n }\n}", TESTED),
    ("go", "package a\nfunc f() {\n if x.Get() == nil {\n  log()\n }\n ⟦x.Get()⟧.F()\n}", None),
    ("java", "class A { void f() { if (m.containsKey(k)) { ⟦m.get(k)⟧.x(); } } }", TESTED),
    ("java", "class A { void f() { if (m.get(k) == null) { return; } ⟦m.get(k)⟧.x(); } }", LEAVES),
    ("java", "class A { void f() { if (m.get(k) == null) { ⟦m.get(k)⟧.x(); } } }", None),
]


@pytest.mark.parametrize(("language", "text", "why"), [*(("python", text, why) for text, why in PYTHON), *OTHERS])
def test_guards(language: str, text: str, why: str | None) -> None:
    plain, [used] = marked_spans(text)
    tree = parse(plain, language)
    assert tree is not None
    found = guard(tree, used)
    assert (found.why if found else None) == why


@pytest.mark.parametrize(
    ("text", "is_given"),
    [
        ("r: Optional[R] = None\nr = opener()\n⟦r⟧.x", True),
        ("r: Optional[R] = None\nif p:\n    r = a()\nelse:\n    r = b()\n⟦r⟧.x", True),
        ("r = Store()\n⟦r⟧.x", True),
        ("r = []\n⟦r⟧.x", True),
        ("r = opener()\n⟦r⟧.x", False),  # whose type the checker knows
        ("r: Optional[R] = None\nif p:\n    r = a()\n⟦r⟧.x", False),
        ("r: Optional[R] = None\nif p:\n    r = a()\nelse:\n    r = None\n⟦r⟧.x", False),
        ("r = Store()\nr = None\n⟦r⟧.x", False),
    ],
)
def test_a_value_that_is_given_before(text: str, is_given: bool) -> None:
    plain, [used] = marked_spans(text)
    tree = parse(plain, "python")
    assert tree is not None
    assert (given_before(tree, used) is not None) is is_given
