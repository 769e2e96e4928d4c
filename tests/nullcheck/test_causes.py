"""Which declaration a None comes from, by names."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.causes import Found, origin_of, origins, ranked
from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.values import Place, Use
from breadknife.task.values import Finding
from breadknife.text.syntax import SyntaxTree, parse
from support import document, marked_spans

OTHER = """\
class Session:
    user: User | None = None

    def __init__(self):
        self.socket = None
        self.name = ""

    def find(self, key):
        if key:
            return key
        return None

    @property
    def owner(self) -> User | None: ...


def lookup(key) -> str | None: ...
def always(key) -> str: ...
default = None
"""


def tree_of(text: str) -> SyntaxTree:
    tree = parse(text, "python")
    assert tree is not None
    return tree


def origin(marked: str) -> str:
    text, [span] = marked_spans(marked)
    doc, here = document(text), Path("here.py").absolute()
    tree = tree_of(text)
    known = origins("python")
    assert known is not None
    known.add(Path("other.py").absolute(), tree_of(OTHER))
    known.add(here, tree)
    finding = Finding(span, "pyright", "reportOptionalMemberAccess", "")
    file = language("python").open(doc, tree, None)
    found = origin_of(known, here, doc, file, Found(here, finding, Place(span, Use.ATTRIBUTE)))
    return f"{found.kind} {found.name} {found.path.stem if found.path else '–'}"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("def f(s):\n    ⟦s.socket⟧.send()\n", "attribute Session.socket other"),
        ("def f(s):\n    ⟦s.user⟧.name\n", "attribute Session.user other"),
        ("def f(s):\n    ⟦s.owner⟧.name\n", "function Session.owner() other"),
        ("def f(s):\n    ⟦s.find(1)⟧.name\n", "function Session.find() other"),
        ("def f(s):\n    ⟦s.find(1)[0]⟧.name\n", "function Session.find() other"),
        ("async def f(s):\n    ⟦(await lookup(1))⟧.name\n", "function lookup() other"),
        ("def f(s):\n    a = lookup(s)\n    ⟦a⟧.name\n", "function lookup() other"),
        ("def f(s):\n    a = None\n    a = s.find(1)\n    ⟦a⟧.name\n", "function Session.find() other"),
        ("def f(s):\n    a = None\n    if s:\n        a = 1\n    ⟦a⟧.name\n", "variable f(a) here"),
        ("def f(s=None):\n    ⟦s⟧.name\n", "parameter f(s) here"),
        ("import re as r\ndef f(s):\n    ⟦r.match(s)⟧.end()\n", "library re.match() –"),
        ("def f(s):\n    ⟦s.unknown()⟧.end()\n", "library .unknown() –"),
        ("a = None\ndef f():\n    ⟦a⟧.name\n", "variable a here"),
        (
            "class A:\n    def g(self):\n        self.socket = None\n    def f(self):\n        ⟦self.socket⟧.x\n",
            "attribute A.socket here",
        ),
        ("class A:\n    socket = None\ndef f(a):\n    ⟦a.socket⟧.x\n", "attribute A.socket here"),
        (
            "class A:\n    def g(self, socket=None):\n        self.socket = socket\n"
            "class B(A):\n    def f(self):\n        ⟦self.socket⟧.x\n",
            "attribute A.socket here",
        ),
        (
            "class A:\n    def g(self):\n        self.a = self.b = None\n    def f(self):\n        ⟦self.a⟧.x\n",
            "attribute A.a here",
        ),
        (
            "class A:\n    def g(self):\n        self.a, self.b = None, None\n    def f(self):\n        ⟦self.b⟧.x\n",
            "attribute A.b here",
        ),
        ("def f(s):\n    ⟦s.mystery⟧.end()\n", "place s.mystery here"),
        ("def f(s):\n    ⟦always(s)⟧.end()\n", "place always(s) here"),
    ],
)
def test_origin(marked: str, expected: str) -> None:
    assert origin(marked) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f(s):\n    a = None if s else s()\n    return a.b\n", "variable a = None if s else s()"),
        ("def g(s):\n    if s:\n        return s\n\n\ndef f(s):\n    return g(s).b\n", "function g()"),
        ("def f(\n    s,\n    a=None,\n):\n    return a.b\n", "parameter a"),
    ],
)
def test_our_own_findings_say_where_the_none_comes_from(text: str, name: str) -> None:
    doc, tree = document(text), tree_of(text)
    file = language("python").open(doc, tree, None)
    [finding] = file.findings()
    place = file.place(finding)
    assert place
    here = Path("a.py").absolute()
    origin = origin_of(None, here, doc, file, Found(here, finding, place))
    assert f"{origin.kind} {origin.name}" == name


def test_what_is_null_by_itself_has_no_declaration() -> None:
    text = 'class A {\n    void f() {\n        System.getenv("A").trim();\n    }\n}\n'
    doc, tree = document(text, "java"), parse(text, "java")
    assert tree is not None
    file = language("java").open(doc, tree, None)
    [finding] = file.findings()
    place = file.place(finding)
    assert place
    assert [related.span for related in finding.related] == [place.span]
    origin = origin_of(None, Path("A.java").absolute(), doc, file, Found(Path("A.java"), finding, place))
    assert f"{origin.kind} {origin.name}" == 'place System.getenv("A")'


def test_causes_of_most_findings_come_first() -> None:
    text, spans = marked_spans("def f(s, t):\n    ⟦s.user⟧.x\n    ⟦t.socket⟧.x\n    ⟦s.socket⟧.x\n")
    known = origins("python")
    assert known is not None
    known.add(Path("other.py").absolute(), tree_of(OTHER))
    here, tree = Path("here.py").absolute(), tree_of(text)
    file = language("python").open(document(text), tree, None)
    found = [Found(here, Finding(span, "pyright", "", ""), Place(span, Use.ATTRIBUTE)) for span in spans]
    causes = ranked((origin_of(known, here, document(text), file, each), each) for each in found)
    assert [(cause.origin.name, len(cause.findings)) for cause in causes] == [
        ("Session.socket", 2),
        ("Session.user", 1),
    ]
