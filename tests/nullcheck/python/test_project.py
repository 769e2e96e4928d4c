"""What other files say, those of the project and of installed packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.python.file import Python
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree, parse
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
CACHE = "cache = None\ndef f():\n    global cache\n    cache = {}\n"
PARSE = "def parse(text, fatal=True):\n    if text: return text[0]\n    if fatal:\n        raise ValueError\n"
NEED = "def need(x, what):\n    if x is None:\n        raise ValueError(what)\n    print(what)\n"
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
        ({"a.py": FIND}, "from a import find\nit = find([])\nassert it\ndef f():\n    return it.name\n"),
        ({"a.py": CONSTANTS}, "import a\ndef f(s):\n    return a.TABLE.get(s, '').strip()\n"),
        ({"a.py": PARSE}, "from a import parse\ndef f(s, t):\n    return parse(s).x, parse(s, fatal=True).x\n"),
        ({"a.py": NEED}, "from a import need\ndef f(x=None):\n    need(x, 'x')\n    return x.y\n"),
    ],
)  # fmt: skip
def test_must_not_fire_across_files(tmp_path: Path, files: dict[str, str], text: str) -> None:
    assert found(tmp_path, files, "here.py", text) == []


def test_a_test_in_another_file_is_no_place_of_this_one(tmp_path: Path) -> None:
    """What is given beside another value was tested where it was made."""
    made = "\n" * 50 + "def both(x=None):\n    y = x if x else None\n    if y is not None: print(y)\n    return y, 1\n"
    text = "from made import both\ndef f():\n    y, _ = both()\n    y.z\n"
    (finding,) = found(tmp_path, {"made.py": made}, "use.py", text)
    assert all(each.span.end <= len(text) for each in finding.related if each.uri is None)
