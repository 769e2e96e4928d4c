"""The causes of `breadknife null`: the declarations behind the findings, in every language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.commands import within
from project.folders import write

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


OWN = {"breadknife.toml": '[nullcheck]\noracle = "off"\n'}


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
    write(tmp_path / "project", {**files, **OWN})
    result = within(tmp_path / "project", "null", "triage", "--json")
    [found] = json.loads(result.stdout)["groups"]
    shown = tuple(found[key] for key in ("kind", "name", "path", "line", "column", "count"))
    assert shown == cause, result.stderr


@pytest.mark.parametrize(
    ("use", "name"),
    [
        ("def f(table: dict[str, str], key):\n    return table.get(key).strip()\n", "table.get()"),
        ("def f(rows):\n    return rows.first().strip()\n", "rows.first()"),
        (
            "def f(table: dict[str, str], key):\n    row = table.get(key)\n    return row.strip()\n",
            "table.get()",
        ),
    ],
)
def test_what_stands_in_a_file_is_called_what_it_is(tmp_path: Path, home: Path, use: str, name: str) -> None:
    two = "class A:\n    def get(self): ...\nclass B:\n    def get(self): ...\n"
    write(tmp_path / "project", {"gets.py": two, "store.py": use, **OWN})
    at = use.index("strip")
    line, column = use.count("\n", 0, at) + 1, at - use.rfind("\n", 0, at)
    said = f'store.py:{line}:{column} - error: "strip" is not a known attribute of "None" (reportOptionalMemberAccess)'
    result = within(tmp_path / "project", "null", "triage", "--from", "-", "--json", given=f"  {said}\n")
    [found] = json.loads(result.stdout)["groups"]
    assert found["name"] == name, result.stderr
