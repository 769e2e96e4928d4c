"""What other files say: each is analysed once, and only as far as its functions are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.core.findings import explained
from breadknife.plugins.nullcheck.languages.python.project import PythonProject
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import parse
from support import marked_spans

FIND = "def find(xs):\n    for x in xs:\n        if x.ok:\n            return x\n"
NODE = "class Node:\n    parent: 'Node | None'\n    def root(self) -> 'Node':\n        return self\n"
TREE = f"{NODE}class Tree:\n    top: 'list[Node]'\n    def leaves(self) -> 'list[Node]':\n        return self.top\n"
PARSE = "def parse(text, fatal=True):\n    if text: return text[0]\n    if fatal:\n        raise ValueError\n"
NEED = "def need(x):\n    if x is None:\n        raise ValueError\n"


class _Counted(FolderProject):
    """A folder that tells which of its files were read."""

    def __init__(self, root: Path) -> None:
        self.read = list[str]()
        super().__init__(root)

    def text(self, path: Path, /) -> str | None:
        self.read.append(path.name)
        return super().text(path)


class Files:
    """A folder that is read through a project, with what was read of it."""

    def __init__(self, root: Path, files: dict[str, str]) -> None:
        self.root = root
        for name, text in files.items():
            self.write(name, text)
        self.folder = _Counted(root)
        self.now = 0.0
        self.project = PythonProject(self.folder, lambda: self.now)

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, "utf-8")

    def findings(self, text: str, name: str = "here.py") -> Sequence[Finding]:
        tree = parse(text, "python")
        assert tree is not None
        document = Document((self.root / name).as_uri(), "python", text)
        return [each.finding for each in explained(self.project.look_at(document, tree))]


@pytest.mark.parametrize(
    ("files", "marked"),
    [
        ({"a.py": FIND}, "from a import find\ndef f(xs):\n    return ⟦find(xs)⟧.x\n"),
        ({"a.py": FIND}, "import a\ndef f(xs):\n    return ⟦a.find(xs)⟧.x\n"),
        ({"p/a.py": FIND, "p/__init__.py": ""}, "from p.a import find as g\ndef f(xs):\n    return ⟦g(xs)⟧.x\n"),
        ({"p/a.py": FIND, "p/__init__.py": "from .a import find\n"}, "from p import find\n⟦find(1)⟧.x\n"),
        ({"a.py": TREE}, "from a import Tree\ndef f(t: Tree):\n    return [⟦n.parent⟧.x for n in t.leaves()]\n"),
        ({"a.py": "value: str | None = None\n"}, "from a import value\n⟦value⟧.strip()\n"),
        ({"a.py": PARSE}, "import a\ndef f(s):\n    return ⟦a.parse(s, fatal=False)⟧.name, a.parse(s).name\n"),
    ],
)
def test_must_fire(tmp_path: Path, files: dict[str, str], marked: str) -> None:
    text, spans = marked_spans(marked)
    findings = Files(tmp_path, files).findings(text)
    assert [finding.span for finding in findings] == spans
    origin = findings[0].related[0]
    assert origin.uri == (tmp_path / next(iter(files))).as_uri()
    assert origin.span.end <= len(next(iter(files.values())))


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"a.py": FIND}, "from a import find\ndef f(xs):\n    x = find(xs)\n    return x and x.y\n"),
        ({"a.py": FIND}, "from a import find\ndef f(find):\n    return find(1).x\n"),
        ({"a.py": "async " + FIND}, "from a import find\ndef f(xs):\n    return find(xs).x\n"),
        ({"a.py": "x = None\ndef f():\n    global x\n    x = {}\n"}, "from a import x\nx.y\n"),
        ({"a.py": "from b import find\n", "b.py": "from a import find\n"}, "from a import find\nfind(1).x\n"),
        ({"json.py": FIND}, "import json\njson.find(1).x\n"),
        ({"a.py": NEED}, "from a import need\ndef f(x=None):\n    need(x)\n    return x.y\n"),
    ],
)
def test_must_not_fire(tmp_path: Path, files: dict[str, str], text: str) -> None:
    assert Files(tmp_path, files).findings(text) == []


def test_a_file_is_read_once(tmp_path: Path) -> None:
    files = Files(tmp_path, {"a.py": FIND})
    for name in ("here.py", "there.py"):
        assert len(files.findings("from a import find\nfind(1).x\n", name)) == 1
    assert files.folder.read == ["a.py"]


def test_a_change_is_noticed_by_whoever_asked(tmp_path: Path) -> None:
    files = Files(tmp_path, {"a.py": FIND, "b.py": "from a import find\ndef first(xs):\n    return find(xs)\n"})
    text = "from b import first\nfirst(1).x\n"
    assert len(files.findings(text)) == 1
    files.write("a.py", "def find(xs):\n    return xs[0]\n")
    assert len(files.findings(text)) == 1  # so soon the disk isn't looked at again
    files.now += 10
    assert files.findings(text) == []
