"""What other files say, and what an analysis takes over from the one before."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.python.detector import FileAnalysis, detect
from breadknife.plugins.nullcheck.python.language import Python
from breadknife.plugins.nullcheck.python.summary import summarise
from breadknife.plugins.nullcheck.summaries import SECONDS, Outside, ProjectSummaries
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.syntax import Node, SyntaxTree, parse
from support import marked_spans


def tree_of(text: str) -> SyntaxTree:
    tree = parse(text, "python")
    assert tree is not None
    return tree


def written(root: Path, files: dict[str, str]) -> FolderProject:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return FolderProject(root)


def found(root: Path, files: dict[str, str], name: str, text: str) -> list[Finding]:
    project = written(root, files)
    document = Document((root / name).as_uri(), "python", text)
    findings = list(Python().open(document, tree_of(text), project).findings())
    project.close()
    return findings


FIND = "def find(xs):\n    for x in xs:\n        if x.ok:\n            return x\n"
BASE = "class Base:\n    def __init__(self, app=None):\n        self.app = app\n        self.name = ''\n"
CACHE = "cache = None\ndef f():\n    global cache\n    cache = {}\n"
PARSE = "def parse(text, fatal=True):\n    if text: return text[0]\n    if fatal:\n        raise ValueError\n"
NEED = "def need(x, what):\n    if x is None:\n        raise ValueError(what)\n    print(what)\n"
FILLED = (
    "def {0}(fn):\n    def inner(*args, session=None):\n{1}        return fn(*args, session=session)\n"
    "    return inner\n"
)
PROVIDE = FILLED.format("provide", "        session = session or made()\n")
QUERY = "def query(name, session=None):\n    return {}.query(name)\n"
STOP = "def stop():\n    raise ValueError\n"
NODE = "class Node:\n    parent: 'Node | None'\n    def root(self) -> 'Node':\n        return self\n"
TREE = (
    f"{NODE}class Tree:\n    top: 'list[Node]'\n"
    "    def __init__(self, nodes: 'list[Node]'):\n        self.nodes = nodes\n"
    "    def leaves(self) -> 'list[Node]':\n        return self.nodes\n"
    "def parse(text) -> 'dict[str, Node]':\n    return {text: Node()}\n"
)

NAMED = """\
class Named:
    @classmethod
    def of(cls, name):
        return cls() if name else None

    def again(self):
        return self if self.name else None
"""
IMPORT = (
    "def try_import(name):\n    try:\n        return __import__(name)\n    except ImportError:\n        return None\n"
)
CONSTANTS = "import re\nNUMBER = re.compile('a')\nTABLE = dict(a='b')\nROWS = {'a': 'b'}\n"


@pytest.mark.parametrize(
    "marked",
    [
        "from a import NUMBER\ndef f(s):\n    return ⟦NUMBER.match(s)⟧.group()\n",
        "import a\ndef f(s):\n    return ⟦a.NUMBER.match(s)⟧.group()\n",
        "from a import TABLE\ndef f(s):\n    return ⟦TABLE.get(s)⟧.strip()\n",
        "from a import ROWS\ndef f(s):\n    return ⟦ROWS.get(s)⟧.strip()\n",
    ],
)
def test_must_fire_for_constants_of_other_files(tmp_path: Path, marked: str) -> None:
    text, spans = marked_spans(marked)
    assert [finding.span for finding in found(tmp_path, {"a.py": CONSTANTS}, "here.py", text)] == spans


@pytest.mark.parametrize(
    ("files", "marked"),
    [
        ({"a.py": FIND}, "from a import find\n\ndef f(xs):\n    return ⟦find(xs)⟧.x\n"),
        ({"a.py": FIND}, "import a\n\ndef f(xs):\n    return ⟦a.find(xs)⟧.x\n"),
        ({"p/a.py": FIND, "p/__init__.py": ""}, "from p.a import find as g\n\ndef f(xs):\n    return ⟦g(xs)⟧.x\n"),
        ({"p/a.py": FIND, "p/__init__.py": "from .a import find\n"}, "from p import find\n⟦find(1)⟧.x\n"),
        ({"p/a.py": FIND, "p/__init__.py": ""}, "from p import a\n⟦a.find(1)⟧.x\n"),
        ({"a.py": BASE}, "from a import Base\nclass A(Base):\n    def f(self):\n        ⟦self.app⟧.run()\n"),
        ({"a.py": BASE}, "import a\nclass A(a.Base):\n    def f(self):\n        ⟦self.app⟧.run()\n"),
        (
            {"a.py": BASE, "b.py": "from a import Base\nclass Middle(Base):\n    pass\n"},
            "from b import Middle\nclass A(Middle):\n    def f(self):\n        ⟦self.app⟧.run()\n",
        ),
        ({"a.py": NODE}, "from a import Node\ndef f(node: Node):\n    return ⟦node.parent⟧.parent\n"),
        ({"a.py": NODE}, "from a import Node\ndef f():\n    return ⟦Node().root().parent⟧.x\n"),
        (
            {"a.py": TREE},
            "from a import Tree, parse\ndef f(tree: Tree):\n    for each in tree.top:\n        ⟦each.parent⟧.x\n"
            "    return [⟦leaf.parent⟧.x for leaf in tree.leaves()], ⟦parse('a')['a'].parent⟧.x\n",
        ),
        (
            {"a.py": TREE},
            "from a import Tree\nclass Node:\n    parent: 'Node'\ndef f(tree: Tree, own: 'list[Node]'):\n"
            "    return [node.parent.x for node in own], [⟦node.parent⟧.x for node in tree.nodes]\n",
        ),
        ({"a.py": "value: str | None = None\n"}, "from a import value\n⟦value⟧.strip()\n"),
        ({"a.py": "value: str | None = None\n"}, "import a\n⟦a.value⟧.strip()\n"),
        ({"a.py": NAMED}, "from a import Named\ndef f():\n    return ⟦Named.of(f)⟧.name\n"),
        ({"a.py": NAMED}, "import a\ndef f():\n    return ⟦a.Named.of(f)⟧.name\n"),
        ({"a.py": NAMED}, "from a import Named\nnamed = Named.of(f)\ndef f():\n    return ⟦named⟧.name\n"),
        ({"a.py": FIND}, "from a import find\nit = find([])\ndef f():\n    return ⟦it⟧.name\n"),
        ({"a.py": PARSE}, "import a\ndef f(s):\n    return ⟦a.parse(s, fatal=False)⟧.name, a.parse(s).name\n"),
    ],
)
def test_must_fire_across_files(tmp_path: Path, files: dict[str, str], marked: str) -> None:
    text, spans = marked_spans(marked)
    findings = found(tmp_path, files, "here.py", text)
    assert [finding.span for finding in findings] == spans
    related = findings[0].related[0]
    assert related.uri == (tmp_path / next(iter(files))).as_uri()
    assert related.span.end <= len(next(iter(files.values())))


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"a.py": FIND}, "from a import find\n\ndef f(xs):\n    x = find(xs)\n    return x and x.y\n"),
        ({"a.py": FIND}, "from a import find\n\ndef f(find):\n    return find(1).x\n"),
        ({"a.py": "async " + FIND}, "from a import find\n\ndef f(xs):\n    return find(xs).x\n"),
        ({"a.py": FIND + "def find(): return 1\n"}, "from a import find\nfind(1).x\n"),
        ({"a.py": TREE}, "from a import Tree\ndef f(t: Tree):\n    return [n.parent.x for n in t.nodes if n.parent]\n"),
        ({"a.py": CACHE}, "from a import cache\ncache.get(1, 2).x\n"),
        ({"a.py": STOP}, "from a import stop\ndef f(x=None):\n    if not x:\n        stop()\n    x.y\n"),
        ({"a.py": "from b import find\n", "b.py": "from a import find\n"}, "from a import find\nfind(1).x\n"),
        ({"json.py": FIND}, "import json\njson.find(1).x\n"),
        ({"a.py": NAMED}, "from a import Named\ndef f(x):\n    return Named.again(x).name\n"),
        ({"a.py": IMPORT}, "from a import try_import\ngrp = try_import('grp')\ndef f():\n    return grp.getgrall()\n"),
        ({"a.py": FIND}, "from a import find\nit = find([])\nassert it\ndef f():\n    return it.name\n"),
        ({"a.py": CONSTANTS}, "import a\ndef f(s):\n    return a.TABLE.get(s, '').strip()\n"),
        ({"a.py": PARSE}, "from a import parse\ndef f(s, t):\n    return parse(s).x, parse(s, fatal=True).x\n"),
        ({"a.py": NEED}, "from a import need\ndef f(x=None):\n    need(x, 'x')\n    return x.y\n"),
        ({"a.py": PROVIDE}, "from a import provide\n@provide\n" + QUERY.format("session")),
    ],
)  # fmt: skip
def test_must_not_fire_across_files(tmp_path: Path, files: dict[str, str], text: str) -> None:
    assert found(tmp_path, files, "here.py", text) == []


PACKAGES = ".venv/lib/python3.11/site-packages"
ENVIRONMENT = {".venv/pyvenv.cfg": "home = /usr/bin\n"}
NODES = (
    "class Node:\n"
    "    def __init__(self, parent: 'Node | None' = None, line: int | None = None):\n"
    "        self.parent = parent\n"
    "        self.line = line\n"
    "class Name(Node):\n"
    "    def owner(self) -> 'Node | None': ...\n"
    "class Call(Node): ...\n"
)
LIBRARY = {
    **ENVIRONMENT,
    f"{PACKAGES}/tree/__init__.py": "from tree import nodes\nfrom tree.nodes import Name\nfrom .search import find\n",
    f"{PACKAGES}/tree/nodes/__init__.py": "from ._nodes import Call, Name, Node\n",
    f"{PACKAGES}/tree/nodes/_nodes.py": NODES,
    f"{PACKAGES}/tree/search.py": FIND,
}


@pytest.mark.parametrize(
    "marked",
    [
        "from tree import Name\ndef f(name: Name):\n    return ⟦name.owner()⟧.line\n",
        "import tree\ndef f(name: tree.Name):\n    return ⟦name.owner()⟧.line\n",
        "from tree import nodes\ndef f(name: nodes.Name):\n    return ⟦name.parent⟧.line\n",
        "from tree import nodes\ndef f(one: nodes.Name | nodes.Call):\n    return ⟦one.parent⟧.line\n",
        "from tree.nodes import Name\n"
        "def f(name: Name):\n    up = name.parent\n    assert up\n    return ⟦up.parent⟧.line\n",
        "from tree import nodes\ndef f(x):\n    if isinstance(x, nodes.Name):\n        return ⟦x.owner()⟧.line\n",
        "from tree import nodes\n"
        "def f(x):\n    if isinstance(x, (nodes.Name, nodes.Call)):\n        return ⟦x.line⟧ + 1\n",
        "from tree import find\ndef f(xs):\n    return ⟦find(xs)⟧.x\n",
    ],
)
def test_must_fire_for_what_installed_packages_say(tmp_path: Path, marked: str) -> None:
    text, spans = marked_spans(marked)
    assert [finding.span for finding in found(tmp_path, LIBRARY, "here.py", text)] == spans


@pytest.mark.parametrize(
    ("files", "text"),
    [
        (LIBRARY, "from tree import Name\ndef f(name: Name):\n    if name.parent:\n        name.parent.line\n"),
        (LIBRARY, "from tree import nodes\ndef f(x: nodes.Name | str):\n    return x.parent.line\n"),
        (LIBRARY, "from tree import nodes\ndef f(x):\n    return isinstance(x, nodes.Call) and x.owner().line\n"),
        (LIBRARY, "from tree.nodes.. import Name\nfrom ...secret import find\nfind(1).x\n"),
        ({**LIBRARY, "tree.py": "def find(xs):\n    return xs[0]\n"}, "from tree import find\nfind(1).x\n"),
        (
            {**ENVIRONMENT, f"{PACKAGES}/a.py": FIND, f"{PACKAGES}/a-stubs/__init__.pyi": "def find(xs) -> int: ...\n"},
            "from a import find\nfind(1).x\n",
        ),
        ({f"{PACKAGES}/a.py": FIND}, "from a import find\nfind(1).x\n"),
        ({**ENVIRONMENT, ".venv/a.py": FIND}, "from a import find\nfind(1).x\n"),
    ],
)  # fmt: skip
def test_must_not_fire_for_what_installed_packages_say(tmp_path: Path, files: dict[str, str], text: str) -> None:
    assert found(tmp_path, files, "here.py", text) == []


def test_installed_packages_are_never_edited(tmp_path: Path) -> None:
    text = (
        "from tree import Name\nclass A(Name):\n    def f(self):\n        return self.owner().line, self.parent.line\n"
    )
    project = written(tmp_path, LIBRARY)
    file = Python().open(Document((tmp_path / "here.py").as_uri(), "python", text), tree_of(text), project)
    findings = file.findings()
    offers = [offer for each in findings if (place := file.place(each)) for offer in file.offers(place)]
    project.close()
    assert (len(findings), [offer.elsewhere for offer in offers if offer.elsewhere]) == (2, [])
    assert offers


def test_a_summary_is_made_anew_when_the_file_says_something_else(tmp_path: Path) -> None:
    now = 0.0
    made = list[str]()

    def noted(tree: SyntaxTree):
        made.append(tree.text)
        return summarise(tree)

    summaries = ProjectSummaries("python", noted, clock=lambda: now)
    project = written(tmp_path, {"a.py": FIND})
    text = "from a import find\nfind(1).x\n"
    document = Document((tmp_path / "here.py").as_uri(), "python", text)

    def count() -> int:
        return len(FileAnalysis(tree_of(text), Outside(document, project, summaries)).findings())

    assert (count(), count(), len(made)) == (1, 1, 1)
    (tmp_path / "a.py").write_text("def find(xs):\n    return xs[0]\n", "utf-8")
    now += SECONDS
    assert (count(), len(made)) == (0, 2)
    now += SECONDS
    assert (count(), len(made)) == (0, 2)
    project.close()


@pytest.mark.parametrize(
    ("after", "changed", "asked_again"),
    [(0, False, False), (SECONDS / 2, False, False), (SECONDS, False, True), (SECONDS / 2, True, True)],
)
def test_what_imports_mean_is_taken_over_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: float, changed: bool, asked_again: bool
) -> None:
    now = 0.0
    summaries = ProjectSummaries("python", summarise, clock=lambda: now)
    project = written(tmp_path, {"a.py": FIND})
    document = Document((tmp_path / "here.py").as_uri(), "python", "from a import find\n")
    first = Outside(document, project, summaries)
    assert first.imported("a", "find") is not None
    now += after
    if changed:
        monkeypatch.setattr(Outside, "is_current", lambda _: False)
    second = Outside(document, project, summaries)
    second.take_over(first)
    assert bool(second.known()) is not asked_again
    assert second.imported("a", "find") == first.imported("a", "find")
    project.close()


PARTS = [
    "class A:\n    x = None\n    def __init__(self, y=None):\n        self.y = y\n",
    "    def set(self):\n        self.x = 1\n",
    "    def use(self):\n        return self.x.real + self.y.é\n",
    "def find(xs):\n    for x in xs:\n        if x:\n            return x\n",
    "def give(xs):\n    return xs\n",
    "def f(a=None):\n    '😀'; find(a).b\n    return a.c\n",
    "    if a:\n        return give(a).d\n",
    "import re\nm = re.match('a', 'b')\nm.group()\n",
    "name: str | None = None\ndef g():\n    global name\n    name.strip()\n",
    "    return None\n",
    "def outer(p: str | None):\n    def inner():\n        return p.q\n    return inner\n",
    "@dataclass\nclass D:\n    n: str = None\n    def m(self):\n        return self.n.o\n",
    "class T(TypedDict, total=False):\n    k: int | None\ndef t(t: T):\n    return t.get('k').l, t['k'].l\n",
    "class E:\n    ys: dict[str, int | None]\n    def e(self):\n        return [y.z for y in self.ys.values()]\n",
    "    @classmethod\n    def c(cls) -> int | None: ...\ndef h():\n    E.c().d\n",
    "import os\nhome = os.getenv('H')\ndef v():\n    home.w\n",
    "if home: pass\n",
    "class R:\n    p = re.compile('a')\n    s = S(allow_none=True)\n    def r(self): self.s.t, R.p.match(1).u\n",
    "find = re.compile('a').match\ndef w():\n    find(1).group()\n",
    "def g(t, fatal=True):\n    if t: return t[0]\n    if fatal: raise E\ndef k(t):\n    g(t).a, g(t, False).b\n",
    "def need(x):\n    if x is None:\n        raise E\n    print(x)\ndef l(x=None):\n    need(x)\n    x.y\n",
    "class P:\n    z: int | None = None\n    def __post_init__(self):\n        if self.z is None: raise E\n",
    "    def q(self): self.z.q\n",
    FILLED.format("fill", "        session = session or made()\n"),
    "@fill\ndef query(session=None):\n    session.r\n",
    "class Way:\n    up: 'Way | None'\n    def __init__(self, vs: 'list[Way]'): self.vs = vs\n"
    "    def s(self): return [v.up.t for v in self.vs]\n",
    "    def vv(self) -> 'list[Way]': return self.vs\ndef p(w: Way): w.vv()[0].up.t\n",
    "import re\nANY = re.compile('.*')\ndef word(s):\n    ANY.match(s).u\n",
    "def other(s):\n    ANY = s\n",
    "x",
    "\n",
]


@example(PARTS[10], [(46, 0, "p = "), (13, 8, "str       ")])  # what another function takes from around it
@example(PARTS[12], [(18, 13, "")])
@example(PARTS[11], [(0, 11, "")])
@example(PARTS[0] * 5 + PARTS[10] + "x" + PARTS[0], [(319, 0, PARTS[0])])  # the function around has become none
@example(PARTS[19], [(17, 4, "False")])
@example(PARTS[20], [(18, 11, "x is not None")])
@example(PARTS[21] + PARTS[22], [(13, 19, "pass")])
@example(PARTS[21] + PARTS[22], [(13, 19, "pass"), (13, 4, "z: int | None = None")])
@example(PARTS[8] * 2, [(0, 0, "x")])  # the other declaration is the first one then
@example(PARTS[23] + PARTS[24], [(50, 36, "")])  # what a decorator fills
@example(PARTS[23] + PARTS[24], [(149, 1, "")])
@example(PARTS[25], [(65, 1, "T")])  # what an attribute holds that gets a parameter
@example(PARTS[25] + PARTS[26], [(162, 1, "T")])
@example(PARTS[27], [(28, 2, "a")])  # what a pattern finds
@example(PARTS[27] + PARTS[28], [(83, 3, "any")])
@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PARTS), max_size=8).map("".join),
    st.lists(st.tuples(st.integers(0), st.integers(0, 40), st.sampled_from(PARTS)), max_size=4),
)
def test_what_is_taken_over_is_what_would_be_found(text: str, edits: list[tuple[int, int, str]]) -> None:
    before = FileAnalysis(tree_of(text))
    assert before.findings() == detect(before.tree)
    for at, length, new in edits:
        start = at % (len(text) + 1)
        text = apply_edits(text, [TextEdit(Span(start, min(len(text), start + length)), new)])
        before = FileAnalysis(tree_of(text), before=before.finished)
        assert before.findings() == detect(before.tree)


def test_only_the_changed_function_is_followed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"def f{i}(x=None):\n    return x.y\n" for i in range(50))
    first = FileAnalysis(tree_of(text))
    first.findings()
    second = FileAnalysis(tree_of(text.replace("f7(x=None):\n", "f7(x=None):\n    print(x)\n")), before=first.finished)
    followed = list[str]()
    follow = FileAnalysis._follow  # pyright: ignore[reportPrivateUsage]

    def noted(self: FileAnalysis, scope: Node, receiver: tuple[str, str]):
        followed.append(scope.type)
        return follow(self, scope, receiver)

    monkeypatch.setattr(FileAnalysis, "_follow", noted)
    assert len(second.findings()) == 50
    assert followed == ["function_definition"]


def test_a_decorator_that_hands_on_what_it_is_given_gives_no_value(tmp_path: Path) -> None:
    files = {"a.py": FILLED.format("handing", "")}
    text, spans = marked_spans("from a import handing\n@handing\n" + QUERY.format("⟦session⟧"))
    assert [finding.span for finding in found(tmp_path, files, "here.py", text)] == spans
