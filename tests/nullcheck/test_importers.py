"""Which files are looked at again after an edit, and by which names one is seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.verify.importers import importers, visible_names
from breadknife.task.values import DocumentEdits
from breadknife.text.document import Document, Span, TextEdit
from project.folders import known

A = "def f(s: str):\n    return s\n\n\ndef g():\n    pass\n"


def edited(marked: str, uri: str = "file:///a.py", language: str = "python") -> DocumentEdits:
    """What stands between `⟦` and `⟧` goes, what follows a `⇒` in it comes."""
    text, edits, at = "", list[TextEdit](), 0
    while (start := marked.find("⟦", at)) >= 0:
        end = marked.index("⟧", start)
        text += marked[at:start]
        old, _, new = marked[start + 1 : end].partition("⇒")
        edits.append(TextEdit(Span(len(text), len(text) + len(old)), new))
        text, at = text + old, end + 1
    return DocumentEdits(Document(uri, language, text + marked[at:]), tuple(edits))


@pytest.mark.parametrize(
    ("files", "start", "expected"),
    [
        ({"b.py": "from a import g\n", "c.py": "from a import f\n", "d.py": "import os\n"}, 0, ["c.py"]),
        ({"b.py": "import a\na.g()\n", "c.py": "import a\na.f()\n"}, 36, ["b.py"]),
        ({"b.py": "from a import f\n", "c.py": "from a import f as g\n"}, 0, ["b.py", "c.py"]),
        ({"p/__init__.py": "from a import f\n", "c.py": "from p import f\n"}, 0, ["c.py", "p/__init__.py"]),
        ({"p/__init__.py": "from a import f as h\n", "c.py": "from p import h\n", "d.py": "from p import g\n"}, 0,
         ["p/__init__.py", "c.py"]),
    ],
)  # fmt: skip
def test_importers(tmp_path: Path, files: Mapping[str, str], start: int, expected: list[str]) -> None:
    project = known(tmp_path, {"a.py": A, **files})
    document = Document((tmp_path / "a.py").as_uri(), "python", A)
    found = importers(project, DocumentEdits(document, (TextEdit(Span(start, start + 5), ""),)))
    assert [path.relative_to(tmp_path).as_posix() for path in found] == expected


USES_F = "def f(a):\n    ⟦⇒assert a\n    ⟧return a\n\n"


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        (USES_F, {"f"}),
        (USES_F + "def g():\n    return f(1)\n", {"f", "g"}),
        (USES_F + "class A:\n    def g(self):\n        f(1)\n", {"f", "A", "g"}),
        (USES_F.replace("return a", "self.x = a"), {"f", "x"}),
        ("class A:\n    x⟦⇒: X⟧ = None\n    def f(self):\n        self.x\n", {"A", "x", "f"}),
        ("x⟦⇒: X⟧ = None\ndef f(): pass\n", {"x"}),
        # what can't be told
        ("class A:\n    def __call__(self⟦⇒, x⟧) -> int:\n        pass\n", None),
        ("def f(:\n    ⟦a⇒b⟧\n", None),
        ("import os\n\n", None),
    ],
)  # fmt: skip
def test_the_names_by_which_an_edit_is_seen(marked: str, names: set[str] | None) -> None:
    assert visible_names(edited(marked)) == names


def test_the_names_by_which_an_edit_of_typescript_is_seen() -> None:
    marked = "export class C { x?: A; f() { return ⟦this.x⇒this.x!⟧.b } }\nfunction g(c: C) { return c.f() }\n"
    assert visible_names(edited(marked, "file:///a.ts", "typescript")) == {"C", "f", "x", "b", "g"}
