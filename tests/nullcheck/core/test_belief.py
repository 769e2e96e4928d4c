"""What a text shows of its author's beliefs, and what is found by them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.core import belief, il
from breadknife.plugins.nullcheck.core.belief import Evidence
from breadknife.plugins.nullcheck.core.confidence import features, fitted
from breadknife.plugins.nullcheck.core.knowledge import knowledge_of
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from nullcheck.asking import findings
from support import document

COMPARED = [
    ("python", "if self.x is None:", {"self.x"}),
    ("python", "y = a if x is not None else b", {"x"}),
    ("python", "x = find(1)\nif x is None:", {"x", "find()"}),
    ("python", "if (x := self.find(1)) is None:", set[str]()),
    ("python", "x = d.get(k)\nif x is None:", {"x", "d.get()"}),
    ("python", "x = a.b.find(1)\nx = a.c\nif x is None:", {"x", "a.c"}),
    ("python", "if find(x) is None:", {"find()"}),
    ("python", "assert x is not None", set[str]()),
    ("ecmascript", "if (this.x === undefined)", {"this.x"}),
    ("ecmascript", "const x = await load(1); if (x != null)", {"x", "load()"}),
    ("go", "x, ok := s.items[k]", {"s.items[]"}),
    ("go", "x, ok := s.load(k)\nif x != nil {", {"x", "load()"}),
    ("go", "if t.next == nil {", {"t.next"}),
    ("java", "if (null != a.x)", {"a.x"}),
    ("java", "Node x = tree.above();\nif (x == null)", {"x", "above()"}),
]
TESTED = [
    ("python", "if not self.x:\nwhile y:\nz and z.a", {"self.x", "y", "z"}),
    ("ecmascript", "if (!this.x) return; y && y.a; z ? 1 : 2; if (v) {}", {"this.x", "y", "z", "v"}),
    ("ecmascript", "this.x?.go(); y ?? 1", {"this.x", "y"}),
    ("ecmascript", "f(x); g(a, b)", set[str]()),
]


@pytest.mark.parametrize(("language", "text", "subjects"), COMPARED)
def test_comparisons_with_null(language: str, text: str, subjects: set[str]) -> None:
    assert {each.decode() for each in belief.tests_of(text.encode(), knowledge_of(language)).compared} == subjects


@pytest.mark.parametrize(("language", "text", "subjects"), [*TESTED, *COMPARED])
def test_all_tests(language: str, text: str, subjects: set[str]) -> None:
    assert {each.decode() for each in belief.tests_of(text.encode(), knowledge_of(language)).tested} >= subjects


@pytest.mark.parametrize(
    ("language", "text", "given_null"),
    [
        ("python", "self.x = None", {"self.x"}),
        ("python", "find(1, None, key=None)", {"find#1", "find#key"}),
        ("python", "def find(key=None): pass", set[str]()),
        ("ecmascript", "this.x = undefined; find(null, 2)", {"this.x", "find#0"}),
        ("go", "t.x = nil", {"t.x"}),
        ("java", "this.x = null;", {"x"}),
    ],
)
def test_what_gets_null(language: str, text: str, given_null: set[str]) -> None:
    assert {each.decode() for each in belief.tests_of(text.encode(), knowledge_of(language)).given} == given_null


@given(st.sampled_from(["python", "ecmascript", "go", "java"]), st.text(alphabet="a.(=?!: \nNonenulif&|x"))
def test_any_text_can_be_read(language: str, text: str) -> None:
    tests = belief.tests_of(text.encode(), knowledge_of(language))
    assert tests.compared <= tests.tested


LATER = [
    ("python", "def f(a):\n    ⟦a⟧.b()\n    if a is None:\n        return 1\n"),
    ("python", "def f(self):\n    ⟦self.a⟧.b()\n    return self.a is not None\n"),
    ("go", "package p\n\nfunc f(a *A) {\n\tprintln(⟦a⟧.B)\n\tif a == nil {\n\t\treturn\n\t}\n}\n"),
    ("javascript", "function f(a) { ⟦a⟧.b(); return a === null; }"),
    ("java", "class C { void f(A a) { ⟦a⟧.b(); if (a == null) { return; } } }"),
]
NOT_LATER = [
    ("python", "def f(a):\n    a.b()\n    a = a.c\n    if a is None:\n        return 1\n"),
    ("python", "def f(self):\n    self.a.b()\n    self.reset()\n    if self.a is None:\n        return 1\n"),
    ("python", "def f(a, b):\n    if b:\n        a.b()\n    if a is None:\n        return 1\n"),
    ("python", "def f(a):\n    while a is not None:\n        a.b()\n        a = a.c\n"),
    ("python", "def f(a):\n    try:\n        a.b()\n    except AttributeError:\n        pass\n    return a is None\n"),
    ("javascript", "function f(a) { a.b(); a = a.c; return a === null; }"),
    ("javascript", "function f(a) { a.b(); return a?.c; }"),  # it may be more careful than it need be
    ("python", "def f(a: str):\n    a.strip()\n    if a is None:\n        return 1\n"),  # its type excludes null
    ("java", "class C { void f(A a) { do { a.b(); a = a.next(); } while (a != null); } }"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "marked"), LATER)
def test_a_use_before_the_test_is_a_warning(language: str, marked: str) -> None:
    text = marked.replace("⟦", "").replace("⟧", "")
    [finding] = findings(document(text, language))
    assert (finding.span.start, finding.span.end) == (marked.index("⟦"), marked.index("⟧") - 1)
    assert finding.confidence == "high"
    assert "only after this use" in finding.message


@pytest.mark.parametrize(("language", "text"), NOT_LATER)
def test_a_test_of_another_value_is_none(language: str, text: str) -> None:
    assert findings(document(text, language)) == ()


TEST = "def f{}(self):\n    if self.peer is not None:\n        self.peer.go()\n\n\n"
USE = "def g{}(self):\n    self.peer.go()\n\n\n"


@pytest.mark.parametrize(("tests", "uses"), [(0, 5), (8, 1)])
def test_that_others_test_it_is_no_source_of_null(tests: int, uses: int) -> None:
    text = "".join(map(TEST.format, range(tests))) + "".join(map(USE.format, range(uses)))
    assert findings(document(text)) == ()


def test_an_element_of_a_loop_is_another_value() -> None:
    peers = il.Name((0, 5), "peers")
    assert belief.subject_of(il.Operation((0, 5), "next", (peers,), forks=False), frozenset()) == belief.ELEMENT


def test_what_a_test_fills_is_there_for_others() -> None:
    fill = "def f{}(self, x):\n    if self.x is None:\n        self.x = 1\n"
    assert b"self.x" not in belief.tests_of(fill.encode(), knowledge_of("python")).tested


COUNTS = st.builds(Evidence, *[st.integers(0, 50)] * 6, *[st.booleans()] * 5)


@given(kind=st.sampled_from(OriginKind), evidence=COUNTS)
def test_a_chance_is_one(kind: OriginKind, evidence: Evidence) -> None:
    assert 0 < fitted("go").chance(kind, evidence) < 1
    assert kind.value in features(kind, evidence, "go")


def test_long_lines_take_no_longer() -> None:
    for text in (
        "a" * 200_000,
        "a." * 100_000,
        "a(" * 100_000,
        "!a" * 100_000,
        "a=" * 100_000,
        "a is " * 50_000,
        ".a:" * 60_000,
        "f(" + "None " * 50_000,
    ):
        for language in ("python", "ecmascript", "go", "java"):
            belief.tests_of(text.encode(), knowledge_of(language))
