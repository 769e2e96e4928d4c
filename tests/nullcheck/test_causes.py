"""Which declaration a None comes from, by names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.project.causes import Found, Origin, origin_of, origins, ranked
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.values import Place, Use
from breadknife.task.values import Finding
from breadknife.text.document import Span
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


def split(key):
    if key:
        return key, 1
    return None, None

def halves(key):
    return split(key)


def _current(key):
    return key.session or default

current = _current

def found(key):
    return (lookup(key) if key else always(key))

def indeed(key):
    return always(key)


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
        (
            "class A(Session): ...\nclass B:\n    def find(self) -> str | None: ...\ndef f():\n    ⟦A.find(1)⟧.name\n",
            "function Session.find() other",
        ),
        ("async def f(s):\n    ⟦(await lookup(1))⟧.name\n", "function lookup() other"),
        ("def f(s):\n    a = lookup(s)\n    ⟦a⟧.name\n", "function lookup() other"),
        ("def f(s):\n    a = None\n    a = s.find(1)\n    ⟦a⟧.name\n", "function Session.find() other"),
        ("def f(s):\n    a = None\n    if s:\n        a = 1\n    ⟦a⟧.name\n", "variable f(a) here"),
        (
            "def f(s):\n    a = None\n    if s:\n        a = s.list()\n    for each in ⟦a⟧:\n        pass\n",
            "variable f(a) here",
        ),
        ("def f(s):\n    a = None\n    for b in s:\n        a = b\n    ⟦a⟧.name\n", "variable f(a) here"),
        ("def f(s):\n    a = None\n    for a in s:\n        pass\n    ⟦a⟧.name\n", "variable f(a) here"),
        (
            "def f(s):\n    a = None\n    try:\n        a = s.g()\n    finally:\n        ⟦a⟧.name\n",
            "variable f(a) here",
        ),
        (
            "def f(s):\n    a = None\n    with s:\n        a = s.find(1)\n    ⟦a⟧.name\n",
            "function Session.find() other",
        ),
        (
            "def f(s):\n    a = None\n    if s:\n        a = s.find(1)\n        ⟦a⟧.name\n",
            "function Session.find() other",
        ),
        (  # the library's, not that of the only class of the project which has one of that name
            "import xml.etree.ElementTree as ET\ndef f(s):\n    r = ET.fromstring(s)\n    ⟦r.text⟧.strip()\n"
            "class A:\n    text = None\n",
            "place r.text here",
        ),
        ("def f(s=None):\n    ⟦s⟧.name\n", "parameter f(s) here"),
        ("class A:\n    def f(self, s=None):\n        ⟦s⟧.name\n", "parameter A.f(s) here"),
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
        ("a = None\ndef f():\n    global a\n    a = 1\ndef g():\n    ⟦a⟧.name\n", "variable a here"),
        ("def f(s=None):\n    def g():\n        return ⟦s⟧.name\n    return g\n", "parameter f(s) here"),
        ("def f(s):\n    ⟦indeed(1)⟧.name\n", "place indeed(1) here"),
        ("def f(s=None):\n    if not s:\n        s = Session()\n    ⟦s⟧.name\n", "parameter f(s) here"),
        ("def f(s):\n    a = split(s)\n    ⟦a⟧.name\n", "place a here"),
        ("def f(s):\n    ⟦s.mystery⟧.end()\n", "place s.mystery here"),
        ("def f(s):\n    ⟦always(s)⟧.end()\n", "place always(s) here"),
    ],
)
def test_origin(marked: str, expected: str) -> None:
    assert origin(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("class A:\n    note: str = ⟦None⟧\n", "attribute A.note True"),
        ("class A:\n    def f(self):\n        self.note: str = ⟦None⟧\n", "attribute A.note True"),
        ("def f(note: str = ⟦None⟧): ...\n", "parameter f(note) True"),
        ("limit: int = ⟦None⟧\n", "variable limit True"),
        ("a = f(⟦None⟧)\n", "place None False"),
        ("def f() -> str:\n    return ⟦None⟧\n", "place None False"),
    ],
)
def test_a_none_that_is_put_somewhere_is_the_declarations(marked: str, expected: str) -> None:
    text, [span] = marked_spans(marked)
    doc, tree, here = document(text), tree_of(text), Path("here.py").absolute()
    file = language("python").open(doc, tree, None)
    finding = Finding(span, "pyright", "reportAssignmentType", "")
    found = origin_of(origins("python"), here, doc, file, Found(here, finding, Place(span, Use.ASSIGN)))
    assert f"{found.kind} {found.name} {found.is_place}" == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f(s):\n    a = None if s else s()\n    return a.b\n", "variable f(a)"),
        ("def g(s):\n    if s:\n        return s\n\n\ndef f(s):\n    return g(s).b\n", "function g()"),
        ("def f(\n    s,\n    a=None,\n):\n    return a.b\n", "parameter f(a)"),
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


TRAIT = """\
from traitlets import HasTraits, Instance


class Checker(HasTraits):
    user = Instance("User", allow_none=True)

    def stop(self):
        self.user.name()
"""
GIVEN = """\
class Checker:
    @property
    def owner(self):
        if self.is_open:
            return self.name
        return None

    def stop(self):
        self.owner.lower()
"""
SET = """\
class Checker:
    def __init__(self):
        self.socket = None

    def close(self):
        self.socket = None

    def stop(self):
        self.socket.close()
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TRAIT, "attribute Checker.user here"),
        ("class Session:\n    owner = None\n\n\n" + GIVEN, "function Checker.owner() here"),
        (SET, "attribute Checker.socket here"),
    ],
)
def test_another_class_with_an_attribute_of_that_name_is_not_the_cause(text: str, expected: str) -> None:
    doc, tree, here = document(text), tree_of(text), Path("here.py").absolute()
    known = origins("python")
    assert known is not None
    known.add(Path("other.py").absolute(), tree_of(OTHER))
    known.add(here, tree)
    file = language("python").open(doc, tree, None)
    [finding] = file.findings()
    place = file.place(finding)
    assert place
    origin = origin_of(known, here, doc, file, Found(here, finding, place))
    assert origin.path
    assert f"{origin.kind} {origin.name} {origin.path.stem}" == expected


def test_an_attribute_is_one_cause_wherever_it_is_set() -> None:
    here, place = Path("a.py"), Place(Span(0, 1), Use.ATTRIBUTE)
    found = Found(here, Finding(place.span, "nullcheck", "none-attribute", ""), place)
    sets = [Origin(Kind.ATTRIBUTE, "A.b", here, Span(at, at + 1)) for at in (3, 9)]
    assert len(ranked((each, found) for each in sets)) == 1
    others = [Origin(Kind.ATTRIBUTE, "C.b", here, Span(3, 4)), Origin(Kind.VARIABLE, "A.b", here, Span(3, 4))]
    assert len(ranked((each, found) for each in (*sets, *others))) == 3


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


GO_OPEN = """\
package p

func open(name string) (*T, error) {
	if name == "" {
		return nil, errEmpty
	}
	return &T{}, nil
}

func f() {
	t, _ := open(os.Args[1])
	println(t.N)
}
"""
GO_FIND = """\
package p

func (c *Conf) Find(k string) *Conf {
	if k == c.Name {
		return c
	}
	return nil
}

func (c *Conf) Has(k string) bool { return c.Find(k) != nil }

func f(c *Conf) {
	println(c.Find("a").Name)
}
"""
GO_VAR = 'package p\n\nfunc f() {\n\tvar m map[string]int\n\tm["a"] = 1\n}\n'
TS_METHOD = """\
class A {
  g(): string | null {
    return null;
  }
  f() {
    return this.g().length;
  }
}
"""
JAVA = """\
import java.util.Map;
import javax.annotation.Nullable;

class A {{
    @Nullable String text;

    @Nullable String find(String key) {{ return null; }}

    int f(@Nullable String given, Map<String, String> m) {{
        {}
    }}
}}
"""


@pytest.mark.parametrize(
    ("language_id", "text", "name"),
    [
        ("typescript", "function f(x?: string) {\n  return x.length;\n}\n", "parameter f(x)"),
        ("javascript", "function f(x = null) {\n  return x.length;\n}\n", "parameter f(x)"),
        ("typescript", "class A {\n  s?: string;\n  f() {\n    return this.s.length;\n  }\n}\n", "attribute A.s"),
        ("typescript", "interface A {\n  s?: string;\n}\nconst f = (a: A) => a.s.length;\n", "attribute A.s"),
        ("typescript", TS_METHOD, "function A.g()"),
        (
            "typescript",
            "const g = (k: string): string | null => (k.length > 2 ? k : null);\n"
            "export const n = (k: string) => g(k).length;\n",
            "function g()",
        ),
        ("typescript", "function f(s: string) {\n  const m = s.match(/a/);\n  return m.index;\n}\n", "variable f(m)"),
        ("go", GO_OPEN, "function open()"),
        ("go", GO_FIND, "function Conf.Find()"),
        ("go", GO_VAR, "variable f(m)"),
        ("java", JAVA.format("return text.length();"), "attribute A.text"),
        ("java", JAVA.format('return find("b").length();'), "function A.find()"),
        ("java", JAVA.format("return given.length();"), "parameter A.f(given)"),
        (
            "java",
            JAVA.format('boolean b = m.containsKey("a");\n        String v = m.get("b");\n        return v.length();'),
            "variable A.f(v)",
        ),
    ],
)
def test_each_language_names_its_declarations(language_id: str, text: str, name: str) -> None:
    doc, tree = document(text, language_id), parse(text, language_id)
    assert tree is not None
    file = language(language_id).open(doc, tree, None)
    [finding] = file.findings()
    place = file.place(finding)
    assert place
    here = Path("here").absolute()
    origin = origin_of(None, here, doc, file, Found(here, finding, place))
    assert f"{origin.kind} {origin.name}" == name
    assert origin.span is not None


def test_a_declaration_is_one_cause_however_it_is_found() -> None:
    path, place = Path("here.py").absolute(), Place(Span(9, 10), Use.ATTRIBUTE)
    found = Found(path, Finding(place.span, "pyright", "", ""), place)
    by_names = Origin(Kind.VARIABLE, "cache", path, Span(0, 5), is_place=True)
    [cause] = ranked([(replace(by_names, is_place=False), found), (by_names, found)])
    assert (cause.origin.is_place, len(cause.findings)) == (True, 2)


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
