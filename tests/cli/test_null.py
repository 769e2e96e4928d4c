"""`breadknife null report`: the declarations behind the findings."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cli.commands import within
from project.folders import write

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
    return within(folder, "null", "report", *arguments, given=PYRIGHT.format(root=folder.as_posix()))


def test_json(project: Path) -> None:
    result = report(project, "--from", "-", "--json")
    assert result.returncode == 1, result.stderr
    shown = json.loads(result.stdout)
    assert (shown["schema"], shown["findings"], shown["all_causes"]) == (2, 3, 2)
    worst, library = shown["causes"]
    assert {key: worst[key] for key in ("kind", "name", "path", "line", "column", "count", "strategy")} == {
        "kind": "attribute", "name": "Store._names", "path": "store.py", "line": 6, "column": 9, "count": 2,
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


def test_for_people(project: Path) -> None:
    assert report(project, "--from", "-").stdout.splitlines() == [
        "3 findings of 2 causes",
        "   2  store.py:6  attribute Store._names",
        "      → Set `self._names` to `[]` at first, not None",
        "   1  store.py:19  result of re.match()",
        "→ is a verified change of the declaration. Without one, decide by hand: the null may be intended.",
    ]


TYPESCRIPT = {
    "store.ts": "export function find(key: string): string | undefined {\n  return names.get(key);\n}\n"
    "const names = new Map<string, string>();\n",
    "use.ts": 'import { find } from "./store";\n\nexport const size = (k: string) => find(k).length;\n\n'
    "export const end = (k: string) => find(k).at(-1);\n",
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

COMPARED = {
    "a.go": "package m\n\ntype User struct{ Name string }\n\nfunc name(u *User) string {\n\tif u == nil {\n"
    '\t\tprintln("none")\n\t}\n\treturn u.Name\n}\n',
}
LATE = {
    "a.go": 'package m\n\nimport "net/http"\n\nvar n int\n\nfunc get(u string) {\n\tr, err := http.Get(u)\n'
    "\tn = r.StatusCode\n\tif err != nil {\n\t\treturn\n\t}\n}\n",
}


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        (TYPESCRIPT, ("function", "find()", "store.ts", 1, 17, 2)),
        (GO, ("function", "Store.Next()", "store.go", 5, 17, 1)),
        (JAVA, ("attribute", "Store.path", "a/Store.java", 6, 22, 1)),
        (COMPARED, ("parameter", "name(u)", "a.go", 5, 11, 1)),
        (LATE, ("variable", "get(r)", "a.go", 8, 2, 1)),
    ],
    ids=["TypeScript", "Go", "Java", "compared too late", "one of two"],
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
    ("use", "name"),
    [
        ("def f(table: dict[str, str], key):\n    return table.get(key).strip()\n", "result of table.get()"),
        ("def f(rows):\n    return rows.first().strip()\n", "result of rows.first()"),
        (
            "def f(table: dict[str, str], key):\n    row = table.get(key)\n    return row.strip()\n",
            "result of table.get()",
        ),
    ],
)
def test_what_stands_in_a_file_is_called_what_it_is(project: Path, use: str, name: str) -> None:
    write(project, {"gets.py": "class A:\n    def get(self): ...\nclass B:\n    def get(self): ...\n"})
    (project / "store.py").write_text(use, "utf-8")
    at = use.index("strip")
    line, column = use.count("\n", 0, at) + 1, at - use.rfind("\n", 0, at)
    said = f'store.py:{line}:{column} - error: "strip" is not a known attribute of "None" (reportOptionalMemberAccess)'
    result = within(project, "null", "report", "--from", "-", given=f"  {project.as_posix()}/{said}\n")
    assert name in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 1, "1 finding of 1 cause"),  # our own
        (["--top", "1", "--from", "-"], 1, "1 more (--top)"),
        (["nowhere"], 2, "nowhere: no such file or folder"),
        (["--from", "nowhere"], 2, "nowhere: No such file"),
    ],
)
def test_exit_codes(project: Path, arguments: list[str], code: int, said: str) -> None:
    result = report(project, *arguments)
    assert result.returncode == code, result.stderr
    assert said in result.stdout + result.stderr
    assert code == 1 or result.stderr.startswith("breadknife: ")
