"""What was found in a file is kept on disk with all that was asked for it: it spares work, and is never out of date."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from breadknife import paths
from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.queries.analyses import ProjectFiles
from breadknife.project.folder import FolderProject
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import SyntaxTree, parse

FIND = "def find(xs):\n    for x in xs:\n        if x.ok:\n            return x\n"
SURE = "def find(xs):\n    return xs[0]\n"
HERE = "from a import find\ndef f(xs):\n    return find(xs).x\n"
GO = "package p\n\nfunc Find(s string) (*T, error) {\n\tif s == s {\n\t\treturn nil, e\n\t}\n\treturn &T{}, nil\n}\n"
GO_HERE = 'package p\n\nfunc f() {\n\tt, _ := Find("")\n\tprintln(t.n)\n}\n'
JAVA = "class Other {\n    @Nullable static Other find() { return g(); }\n}\n"
JAVA_HERE = "class A {\n    void f() {\n        Other.find().toString();\n    }\n}\n"
SCRIPT = "export function find(xs: string[]): string | null {\n  return xs[0];\n}\n"
SCRIPT_HERE = "import { find } from './a';\nfind([]).at(0);\n"
BODIES = (
    "    for x in xs:\n        if x.ok:\n            return x\n",
    "    return xs[0]\n",
    "    return {call}\n",
    "    if xs:\n        return {call}\n    return None\n",
)
FILES = ("a.py", "b.py", "p/__init__.py", "p/a.py", "p/c.py", "q/a.py")
IMPORTS = (
    "from a import f",
    "from p import f",
    "from .a import f",
    "from p.c import f",
    "import a",
    "from q.a import f",
)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path / "home"))


def found(root: Path, *names: str) -> tuple[list[str], list[str]]:
    """What a new process finds in files, one after the other, and which of them it had to analyse."""
    project, findings, made = FolderProject(root), list[str](), list[str]()
    assert project.idle(20)
    known = type(language(language_of(Path(names[0])) or ""))()
    look_at: Callable[..., FileAnalysis] = getattr(ProjectFiles, "look_at")  # noqa: B009

    def noted(files: ProjectFiles[Any], document: Document, tree: SyntaxTree) -> FileAnalysis:
        made.append(document.uri.rpartition("/")[2])
        return look_at(files, document, tree)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProjectFiles, "look_at", noted)
        for name in names:
            text, id = (root / name).read_text("utf-8"), language_of(Path(name)) or ""
            tree = parse(text, id)
            assert tree is not None
            file = known.open(Document((root / name).as_uri(), id, text), tree, project)
            findings += [f"{name} {each.span.start} {each.message} {each.related}" for each in file.findings()]
    project.close()
    return findings, made


def write(root: Path, files: Mapping[str, str | None]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("files", "name", "change", "count", "is_asked"),
    [
        ({"here.py": HERE, "a.py": FIND}, "here.py", {}, 1, False),
        ({"here.py": HERE, "a.py": FIND}, "here.py", {"a.py": SURE}, 0, True),
        ({"here.py": HERE, "a.py": FIND}, "here.py", {"a.py": None}, 0, True),
        ({"here.py": HERE, "a.py": FIND}, "here.py", {"a/__init__.py": SURE}, 1, True),
        ({"here.py": HERE, "a.py": FIND}, "here.py", {"b.py": SURE}, 1, False),
        ({"here.py": HERE, "a.py": FIND}, "here.py", {"here.py": HERE.replace(".x", "")}, 0, True),
        ({"here.py": HERE}, "here.py", {"a.py": FIND}, 1, True),
        ({"here.py": HERE, "a.py": "from b import find\n", "b.py": SURE}, "here.py", {"b.py": FIND}, 1, True),
        ({"here.py": "import a\n" + HERE, "a.py": "import b\n" + FIND, "b.py": "x = 1\n"}, "here.py",
         {"b.py": "x = 2\n"}, 1, False),
        ({"b.ts": SCRIPT_HERE, "a.ts": SCRIPT}, "b.ts", {"c.ts": SCRIPT}, 1, False),
        ({"b.ts": SCRIPT_HERE, "a.ts": SCRIPT}, "b.ts", {"a.ts": SCRIPT.replace(" | null", "")}, 0, True),
        ({"b.ts": SCRIPT_HERE}, "b.ts", {"a.ts": SCRIPT}, 1, True),
        ({"b.go": GO_HERE, "a.go": GO}, "b.go", {"q/c.go": GO}, 1, False),
        ({"b.go": GO_HERE, "a.go": GO}, "b.go", {"a.go": GO.replace("return nil, e", "return &T{}, e")}, 0, True),
        ({"b.go": GO_HERE}, "b.go", {"a.go": GO}, 1, True),
        ({"A.java": JAVA_HERE, "Other.java": JAVA}, "A.java", {"q/B.java": JAVA}, 1, False),
        ({"A.java": JAVA_HERE, "Other.java": JAVA}, "A.java", {"Other.java": JAVA.replace("@Nullable", "")}, 0, True),
        ({"A.java": JAVA_HERE}, "A.java", {"Other.java": JAVA}, 1, True),
    ],
)  # fmt: skip
def test_an_answer_serves_until_a_reply_changes(
    tmp_path: Path, files: dict[str, str], name: str, change: dict[str, str | None], count: int, is_asked: bool
) -> None:
    root = tmp_path / "project"
    write(root, files)
    assert found(root, name)[1] == [name]
    write(root, change)
    findings, made = found(root, name)
    assert (len(findings), made) == (count, [name] * is_asked)


@pytest.mark.parametrize("broken", ["answer = x'c1'", "answer = substr(answer, 1, 20)", "answer = x'9101'"])
def test_a_broken_answer_is_made_anew(tmp_path: Path, broken: str) -> None:
    root = tmp_path / "project"
    write(root, {"here.py": HERE, "a.py": FIND})
    findings, _ = found(root, "here.py")
    with sqlite3.connect(paths.cache_dir() / "nullcheck.sqlite") as database:
        assert database.execute(f"UPDATE answers SET {broken}").rowcount > 1
    assert found(root, "here.py") == (findings, ["here.py"])
    assert found(root, "here.py") == (findings, [])


@pytest.mark.parametrize("seed", range(6))
def test_after_edits_the_same_is_found_as_by_a_fresh_analysis(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, root = random.Random(seed), tmp_path / "project"
    present = {name: text_of(chance) for name in FILES}
    write(root, present)
    said = set[str]()
    for step in range(6):
        names = sorted(present)
        kept, _ = found(root, *names)
        monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path / str(step)))
        assert found(root, *names) == (kept, [Path(name).name for name in names])
        monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path / "home"))
        said |= {*kept}
        name = chance.choice(FILES)
        text = None if name in present and len(present) > 3 and chance.random() < 0.3 else text_of(chance)
        write(root, {name: text})
        present = {**present, name: text} if text else {each: present[each] for each in present if each != name}
    assert said


def text_of(chance: random.Random) -> str:
    imported = chance.sample(IMPORTS, 2)
    call = "a.f(xs)" if "import a" in imported else "f(xs)"
    body = chance.choice(BODIES).format(call=call)
    use = f"def g(xs):\n    return {call}.x\n" if chance.random() < 0.7 else ""
    return "\n".join((*imported, use, f"def f(xs):\n{body}" if chance.random() < 0.7 else ""))
