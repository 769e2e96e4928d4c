"""`breadknife null report`: the declarations behind the findings."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cli.commands import breadknife

STORE = """\
import re


class Store:
    def __init__(self):
        self._names = None

    def fill(self):
        self._names = []

    def add(self, name):
        self._names.append(name)

    def last(self):
        return self._names.pop()


def port(url):
    return re.match("x", url).end()
"""
PYRIGHT = """\
  {root}/store.py:12:21 - error: "append" is not a known attribute of "None" (reportOptionalMemberAccess)
  {root}/store.py:15:28 - error: "pop" is not a known attribute of "None" (reportOptionalMemberAccess)
  {root}/store.py:19:30 - error: "end" is not a known attribute of "None" (reportOptionalMemberAccess)
"""


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "breadknife.toml").write_text('[nullcheck]\noracle = "off"\n')
    (folder / "store.py").write_text(STORE, "utf-8")
    return folder


def report(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return breadknife(folder, "null", "report", *arguments, given=PYRIGHT.format(root=folder.as_posix()))


def test_json(project: Path) -> None:
    result = report(project, "--from", "-", "--json")
    assert result.returncode == 1, result.stderr
    shown = json.loads(result.stdout)
    assert (shown["schema"], shown["findings"], shown["all_causes"]) == (1, 3, 2)
    worst, library = shown["causes"]
    assert {key: worst[key] for key in ("kind", "name", "path", "line", "column", "count", "strategy")} == {
        "kind": "attribute", "name": "Store._names", "path": "store.py", "line": 6, "column": 14, "count": 2,
        "strategy": "initial",
    }  # fmt: skip
    assert worst["repair"]
    assert [(each["line"], each["column"], each["source"]) for each in worst["findings"]] == [
        (12, 9, "pyright"),
        (15, 16, "pyright"),
    ]
    assert {key: library[key] for key in ("kind", "name", "path", "line", "repair")} == {
        "kind": "library", "name": "re.match()", "path": None, "line": None, "repair": None,
    }  # fmt: skip


def test_the_table(project: Path) -> None:
    lines = report(project, "--from", "-").stdout.splitlines()
    assert lines[0].split() == ["findings", "cause", "where", "repair"]
    assert lines[1].split()[:4] == ["2", "attribute", "Store._names", "store.py:6"]
    assert lines[2].split()[:3] == ["1", "library", "re.match()"]
    assert lines[-1] == "3 findings of 2 causes; those shown have 3"


TYPESCRIPT = {
    "store.ts": "export function find(key: string): string | undefined {\n  return key ? key : undefined;\n}\n",
    "use.ts": 'import { find } from "./store";\n\nexport const size = () => find("a").length;\n\n'
    'export const end = () => find("b").at(-1);\n',
}
GO = {
    "go.mod": "module example.org/m\n\ngo 1.22\n",
    "store.go": "package m\n\ntype Store struct{ Name string }\n\nfunc (s *Store) Next(k string) *Store {\n"
    "\tif k == s.Name {\n\t\treturn s\n\t}\n\treturn nil\n}\n\n"
    "func (s *Store) Has(k string) bool { return s.Next(k) != nil }\n",
    "use.go": 'package m\n\nfunc f(s *Store) {\n\tprintln(s.Next("a").Name)\n}\n',
}
JAVA = {
    "a/Store.java": "package a;\n\nimport javax.annotation.Nullable;\n\nclass Store {\n    @Nullable String path;\n}\n",
    "a/Use.java": "package a;\n\nclass Use {\n    int size(Store s) {\n        return s.path.length();\n    }\n}\n",
}


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        (TYPESCRIPT, ("function", "find()", "store.ts", 1, 17, 2)),
        (GO, ("function", "Store.Next()", "store.go", 5, 17, 1)),
        (JAVA, ("attribute", "Store.path", "a/Store.java", 6, 22, 1)),
    ],
    ids=["TypeScript", "Go", "Java"],
)
def test_declarations_of_other_languages(tmp_path: Path, home: Path, files: dict[str, str], cause: tuple) -> None:
    for name, text in {**files, "breadknife.toml": '[nullcheck]\noracle = "off"\n'}.items():
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text(text, "utf-8")
    result = report(tmp_path / "project", "--json")
    [found] = json.loads(result.stdout)["causes"]
    shown = tuple(found[key] for key in ("kind", "name", "path", "line", "column", "count"))
    assert shown == cause, result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 1, " findings of "),  # our own
        (["--top", "1", "--from", "-"], 1, "3 findings of 2 causes; those shown have 2"),
        (["nowhere"], 2, "nowhere: no such file or folder"),
        (["--from", "nowhere"], 2, "nowhere: No such file"),
        (["--checker", "no-such-checker"], 2, "no such program on PATH"),
    ],
)
def test_exit_codes(project: Path, arguments: list[str], code: int, said: str) -> None:
    result = report(project, *arguments)
    assert result.returncode == code, result.stderr
    assert said in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
