"""`breadknife null report`: the declarations behind the findings."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from breadknife.cli.fix.report import _BY_HAND, _VERIFIED, run, table
from breadknife.host.kinds import KINDS
from breadknife.plugins.nullcheck.languages.python.file import PythonFile
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.reported import Sources
from breadknife.plugins.nullcheck.project.root_causes import BY_HAND
from breadknife.task.values import ActionRequest
from cli.commands import within
from cli.fix.checkers import mypy
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
    assert (shown["schema"], shown["findings"], shown["all_causes"]) == (1, 3, 2)
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


def test_the_table(project: Path) -> None:
    assert report(project, "--from", "-").stdout.splitlines() == [
        "findings  cause                   where",
        "       2  attribute Store._names  store.py:6",
        "          Set `self._names` to `[]` at first, not None (a use before it is set gets that)",
        "       1  result of re.match()",
        "          by hand: it isn't declared in this project; check the result",
        "3 findings of 2 causes",
        *_VERIFIED.splitlines(),
        *_BY_HAND.splitlines(),
    ]


CELLS = (
    ("123", "function typecast_timestamp()", "django/db/backends/utils.py:233", BY_HAND[Kind.FUNCTION]),
    ("1", "attribute BaseHandler._template_response_middleware", f"django/{'a/' * 30}base.py:22", "Declare it " * 16),
    ("1", "library 日本()", "", BY_HAND[Kind.LIBRARY]),
)


@pytest.mark.parametrize("width", [40, 80, 100, 140, None])
def test_the_table_is_as_wide_as_the_terminal(width: int | None) -> None:
    lines = [*table(CELLS, width)]
    assert all(width is None or cell_len(line) <= width for line in lines)
    rows = [line for line in lines if line[9:10] == " " and line[7:8].strip()]
    assert [row[:8].strip() for row in rows] == ["findings", "123", "1", "1"]
    places = [cell_len(row[: -len(row.split()[-1])]) for row in rows[:3]]
    assert len(set(places)) == 1  # one below the other
    assert all(row.endswith(end) for row, end in zip(rows, ("where", "utils.py:233", "base.py:22"), strict=False))
    assert all(line.startswith(" " * 10) for line in lines if line not in rows)
    if width is None:
        assert len(lines) == 1 + 2 * len(CELLS)
        assert all(where in row for row, (_, _, where, _) in zip(rows[1:], CELLS, strict=True))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (  # the class's own attribute of that name is another one
            "import xml.etree.ElementTree as ET\n\n\nclass A:\n    def __init__(self, text=None):\n"
            "        self.text = text\n\n    def f(self, s):\n        root = ET.fromstring(s)\n"
            "        return root.find(s).text.strip()\n",
            ("place", "root.find(s).text", None, None),
        ),
        (
            "class A:\n    def f(self, x=None):\n        for each in x:\n            print(each)\n",
            ("parameter", "A.f(x)", None, None),
        ),
    ],
)
def test_a_repair_is_the_first_that_fix_tries(
    tmp_path: Path, home: Path, text: str, cause: tuple[str, str, str | None, str | None]
) -> None:
    write(tmp_path / "project", {"a.py": text, "breadknife.toml": '[nullcheck]\noracle = "off"\n', ".git/HEAD": ""})
    said = json.loads(report(tmp_path / "project", "--json").stdout)["causes"]
    found = next(each for each in said if each["name"] == cause[1])
    assert found["kind"] == cause[0]
    assert (found["repair"] or "").startswith(cause[3] or "")
    assert cause[3] or found["repair"] is None
    result = within(tmp_path / "project", "fix", "--null", "--json")
    tried = {each.get("cause"): each.get("strategy") for each in json.loads(result.stdout)["outcomes"]}
    assert tried.get(cause[1]) == cause[2]


def test_one_check_of_a_local_value_that_ends_several_findings_is_a_repair(tmp_path: Path, home: Path) -> None:
    text = "import re\n\n\ndef f(s):\n    m = re.match('a', s)\n    print(m.end())\n    print(m.group())\n"
    write(tmp_path / "project", {"a.py": text, "breadknife.toml": '[nullcheck]\noracle = "off"\n', ".git/HEAD": ""})
    said = mypy("a.py", 6, "end") + mypy("a.py", 7, "group")
    result = within(tmp_path / "project", "null", "report", "--from", "-", "--json", given=said)
    [cause] = json.loads(result.stdout)["causes"]
    assert (cause["kind"], cause["count"], cause["strategy"]) == ("library", 2, "assert")
    assert cause["repair"].startswith("Assert that `m` is not None")


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
        ([], 1, " findings of "),  # our own
        (["--top", "1", "--from", "-"], 1, "3 findings of 2 causes; those shown (--top) have 2"),
        (["nowhere"], 2, "nowhere: no such file or folder"),
        (["--from", "nowhere"], 2, "nowhere: No such file"),
        (["--checker", "no-such-checker"], 2, "no such program on PATH"),
    ],
)
def test_exit_codes(project: Path, arguments: list[str], code: int, said: str) -> None:
    result = report(project, *arguments)
    assert result.returncode == code, result.stderr
    assert said in result.stdout + result.stderr
    assert code == 1 or result.stderr.startswith("breadknife: ")


BROKEN = {"broken.py": 'import re\n\n\ndef port(url):\n    return re.match("x", url).end()\n', "store.py": STORE}


@pytest.mark.parametrize(
    ("is_endless", "why"),
    [(False, "nullcheck failed: KeyError: 'x'"), (True, "nullcheck has not answered within 0.1 s")],
)
def test_a_file_whose_repairs_fail_is_told_and_the_others_are_reported(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    is_endless: bool, why: str,
) -> None:  # fmt: skip
    folder, over, offers = tmp_path / "project", threading.Event(), PythonFile.offers

    def failing(file: PythonFile, *given: object) -> Iterator[object]:
        if "class Store" not in file.tree.text:
            if is_endless:
                over.wait(60)
            raise KeyError("x")
        return offers(file, *given)  # pyright: ignore[reportArgumentType]

    write(folder, {**BROKEN, "breadknife.toml": '[nullcheck]\noracle = "off"\n'})
    monkeypatch.chdir(folder)
    monkeypatch.setattr(PythonFile, "offers", failing)
    monkeypatch.setattr(
        "breadknife.host.services.KINDS", {**KINDS, ActionRequest: replace(KINDS[ActionRequest], seconds=0.1)}
    )
    said = PYRIGHT + PYRIGHT.splitlines()[-1].replace("store.py:19", "broken.py:5") + "\n"
    (folder / "pyright.txt").write_text(said.format(root=folder.as_posix()), "utf-8")
    try:
        assert run(Sources(report="pyright.txt"), 10, as_json=True, offline=True) == 2
    finally:
        over.set()
    printed = capsys.readouterr()
    stored, broken = json.loads(printed.out)["causes"]
    assert why in printed.err
    assert (stored["failure"], broken["repair"]) == (None, None)
    assert stored["repair"]
    assert why in broken["failure"]
