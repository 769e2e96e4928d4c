"""What a text shows of its author's beliefs, and which uses deviate from them."""

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
    ("ecmascript", "this.x?.go(); y ?? 1", {"this.x", "y"}),
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
    ("typescript", "function f(a: A) { ⟦a⟧.b(); return a?.c; }"),
    ("go", "package p\n\nfunc f(a *A) {\n\tprintln(⟦a⟧.B)\n\tif a == nil {\n\t\treturn\n\t}\n}\n"),
    ("java", "class C { void f(A a) { ⟦a⟧.b(); if (a == null) { return; } } }"),
]
NOT_LATER = [
    ("python", "def f(a):\n    a.b()\n    a = a.c\n    if a is None:\n        return 1\n"),
    ("python", "def f(self):\n    self.a.b()\n    self.reset()\n    if self.a is None:\n        return 1\n"),
    ("python", "def f(a, b):\n    if b:\n        a.b()\n    if a is None:\n        return 1\n"),
    ("python", "def f(a):\n    while a is not None:\n        a.b()\n        a = a.c\n"),
    ("python", "def f(a):\n    try:\n        a.b()\n    except AttributeError:\n        pass\n    return a is None\n"),
    ("typescript", "function f(a: A) { a.b(); a = a.c; return a?.c; }"),
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


def test_one_use_that_deviates_is_found() -> None:
    [finding] = findings(document("".join(map(TEST.format, range(8))) + USE))
    assert finding.message == "`self.peer` may be None: 8 other functions test it for None"


@pytest.mark.parametrize(("tests", "uses"), [(0, 5), (1, 5), (4, 4)])
def test_what_most_rely_on_is_believed(tests: int, uses: int) -> None:
    text = "".join(map(TEST.format, range(tests))) + "".join(map(USE.format, range(uses)))
    assert findings(document(text)) == ()


SELF = "class A:\n" + "".join(
    f"    def f{at}(self):\n        if self.on is not None:\n            self.on()\n" for at in range(8)
)
NIL = 'package p\n\nimport "net"\n\ntype T struct{ N int }\n\n'
RECEIVERS = "".join(f"func (t *T) F{at}() {{\n\tif t == nil {{\n\t\treturn\n\t}}\n\tt.N = 1\n}}\n" for at in range(8))


@pytest.mark.parametrize(
    ("language", "text", "used"),
    [
        ("python", SELF + "    def g(self):\n        self.on.go()\n", "`self.on`"),
        (
            "python",
            SELF + "    def stop(self):\n        self.on = None\n    def g(self):\n        self.on()\n",
            "`self.on`",
        ),
        ("go", NIL + RECEIVERS + "func (t *T) G() {\n\tt.N = 1\n}\n", "`t`"),
    ],
)
def test_what_else_deviates(language: str, text: str, used: str) -> None:
    [finding] = findings(document(text, language))
    assert finding.message.startswith(f"{used} may be")


OTHERS = [
    SELF.replace("A", "B") + "class C:\n    def g(self):\n        self.on()\n",  # of another class
    SELF.replace(" is not None", "") + "    def g(self):\n        self.on.go()\n",  # whether a flag is set
    SELF + "    def g(self):\n        self.log.on()\n",
    "".join(f"def f{at}(on):\n    if on is not None:\n        on.go()\n" for at in range(8))
    + "def g(on):\n    on.go()\n",
    SELF + "    def g(self):\n        self.on()\n",  # nobody stores null there, so it may be a method
]


@pytest.mark.parametrize("text", OTHERS)
def test_what_others_test_is_something_else(text: str) -> None:
    assert findings(document(text)) == ()


def test_the_attribute_of_a_class_above_is_the_same() -> None:
    text = SELF.replace("class A:\n", "class A:\n    def __init__(self):\n        self.on = make()\n")
    [finding] = findings(document(text + "class B(A):\n    def g(self):\n        self.on.go()\n"))
    assert finding.message == "`self.on` may be None: 8 other functions test it for None"


def test_a_variable_stands_for_what_it_got() -> None:
    text = "".join(map(TEST.format, range(8))) + "def g(self):\n    peer = self.peer\n    peer.go()\n"
    assert len(findings(document(text))) == 1
    many = "".join(f"def g{at}(self):\n    peer = self.peer\n    peer.go()\n" for at in range(4))
    assert findings(document("".join(map(TEST.format, range(8))) + many)) == ()


def test_an_element_of_a_loop_is_another_value() -> None:
    tests = "".join(map(TEST.format, range(8)))
    assert findings(document(tests + "def g(peers):\n    for peer in peers:\n        peer.go()\n")) == ()
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
