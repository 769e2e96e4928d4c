"""An analysis is kept while its text, and what it took from other files, stay the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.open_files import OpenFiles
from breadknife.plugins.nullcheck.queries import sources
from breadknife.plugins.nullcheck.values import RepairOffer
from breadknife.project.folder import FolderProject
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import parse

PYTHON = "def find(xs):\n    for x in xs:\n        if x:\n            return x\n"
GO = "package p\n\nfunc Find(s string) (*T, error) {\n\tif s == s {\n\t\treturn nil, e\n\t}\n\treturn &T{}, nil\n}\n"
JAVA = "class Other {\n    @Nullable static Other find() { return g(); }\n}\n"
TYPESCRIPT = "export function find(xs: string[]): string | null {\n  return xs[0];\n}\n"


@pytest.mark.parametrize(
    ("other", "said", "then", "here", "text"),
    [
        ("a.py", PYTHON, PYTHON + "    return 1\n", "b.py", "from a import find\nfind(1).x\n"),
        ("a.ts", TYPESCRIPT, TYPESCRIPT.replace(" | null", ""), "b.ts",
         "import { find } from './a';\nfind([]).at(0);\n"),
        ("a.go", GO, GO.replace("return nil, e", "return &T{}, e"), "b.go",
         'package p\n\nfunc f() {\n\tt, _ := Find("")\n\tprintln(t.n)\n}\n'),
        ("Other.java", JAVA, JAVA.replace("@Nullable", ""), "A.java",
         "class A {\n    void f() {\n        Other.find().toString();\n    }\n}\n"),
    ],
)  # fmt: skip
def test_an_analysis_is_made_anew_when_another_file_says_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str, said: str, then: str, here: str, text: str
) -> None:
    monkeypatch.setattr(sources, "SECONDS", 0.0)
    (tmp_path / other).write_text(said, "utf-8")
    project, files = FolderProject(tmp_path), OpenFiles()
    assert project.idle(10)
    document = Document((tmp_path / here).as_uri(), language_of(Path(here)) or "", text)
    tree = parse(text, document.language)
    assert tree is not None

    def opened():
        with files.open(document, tree, project) as file:
            return file, len(file.findings())

    file, count = opened()
    assert count == 1
    assert opened() == (file, 1)
    (tmp_path / other).write_text(said + "\n", "utf-8")
    assert opened()[1] == 1
    (tmp_path / other).write_text(then, "utf-8")
    assert opened()[1] == 0
    project.close()


@pytest.mark.parametrize(
    ("end", "other", "then", "text"),
    [
        ("py", PYTHON, PYTHON + "    return 1\n", "from a import find\nfind(1).x\n"),
        ("go", GO, GO.replace("return nil, e", "return &T{}, e"),
         'package p\n\nfunc f() {\n\tt, _ := Find("")\n\tprintln(t.n)\n}\n'),
    ],
)  # fmt: skip
def test_what_is_typed_in_another_file_is_known_at_once(
    tmp_path: Path, end: str, other: str, then: str, text: str
) -> None:
    """A file on disk is looked at every two seconds."""
    project, files = FolderProject(tmp_path), OpenFiles()
    path = tmp_path / f"a.{end}"
    path.write_text(other, "utf-8")
    language = language_of(path) or ""
    project.changed(Document(path.as_uri(), language, other))
    assert project.idle(10)
    document = Document((tmp_path / f"b.{end}").as_uri(), language, text)
    tree = parse(document.text, language)
    assert tree is not None
    for said, count in ((other, 1), (then, 0), (other, 1)):
        project.changed(Document(path.as_uri(), language, said))
        with files.open(document, tree, project) as file:
            assert len(file.findings()) == count
    project.close()


def test_offers_are_made_once(tmp_path: Path) -> None:
    text = "def f(x=None):\n    return x.y\n"
    (tmp_path / "b.py").write_text(text, "utf-8")
    project, files = FolderProject(tmp_path), OpenFiles()
    document = Document((tmp_path / "b.py").as_uri(), "python", text)
    tree = parse(text, "python")
    assert tree is not None

    def offers() -> list[RepairOffer]:
        with files.open(document, tree, project) as file:
            [place] = [file.place(finding) for finding in file.findings()]
            assert place is not None
            return list(file.offers(place))

    before, after = offers(), offers()
    assert before
    assert all(one is other for one, other in zip(before, after, strict=True))
    project.close()
