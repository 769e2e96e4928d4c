"""What the other files of a package, and the packages of the module, say of nil."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.go.file import Go
from breadknife.plugins.nullcheck.languages.go.project import GoProject
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree, parse
from support import marked_spans


def tree_of(text: str) -> SyntaxTree:
    tree = parse(text, "go")
    assert tree is not None
    assert not tree.root.has_error, text
    return tree


def written(root: Path, files: dict[str, str]) -> FolderProject:
    for name, text in {"go.mod": "module example.org/m\n\ngo 1.22\n", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    project = FolderProject(root)
    assert project.idle(10)
    return project


def found(root: Path, files: dict[str, str], text: str, name: str = "here.go") -> list[Finding]:
    project = written(root, files)
    document = Document((root / name).as_uri(), "go", text)
    findings = list(Go().open(document, tree_of(text), project).findings())
    project.close()
    return findings


LOAD = "\ntype Conf struct{ Name string }\n\nfunc Load(p string) (*Conf, error) {\n" + (
    '\tif p == "" {\n\t\treturn nil, errEmpty\n\t}\n\treturn &Conf{p}, nil\n}\n'
)
USE = 'func f() {\n\tc, _ := Load("")\n\tprintln(⟦c⟧.Name)\n}\n'
SILENT = USE.replace("⟦", "").replace("⟧", "")
FIND = "\nfunc (c *Conf) Find(k string) *Conf {\n\tif k == c.Name {\n\t\treturn c\n\t}\n\treturn nil\n}\n" + (
    "\nfunc (c *Conf) Has(k string) bool { return c.Find(k) != nil }\n"
)
COPES = "\nfunc (c *Conf) Is() bool { return c != nil }\n\nfunc (c *Conf) Len() int { return len(c.Name) }\n"
FATAL = '\nfunc fatal(s string) {\n\tprintln(s)\n\tos.Exit(1)\n}\n\nfunc note(s string) { println("note", s) }\n'
STORE = "\ntype Store struct{ m map[string]int }\n\ntype Reader interface{ Read() int }\n"
P, Q = "package p\n", "package q\n"
IMPORT = 'package p\n\nimport "example.org/m/q"\n'


@pytest.mark.parametrize(
    ("files", "marked"),
    [
        ({"a.go": P + LOAD}, P + USE),
        ({"a.go": P + LOAD}, P + "func f(s string) {\n\tc, err := Load(s)\n\tprintln(⟦c⟧.Name, err)\n}\n"),
        ({"q/a.go": Q + LOAD}, IMPORT + USE.replace("Load", "q.Load")),
        ({"q/a.go": Q + LOAD}, IMPORT.replace('"e', 'r "e') + USE.replace("Load", "r.Load")),
        ({"q/a.go": Q + LOAD, "q/b.go": Q + COPES},
         IMPORT + 'func f() {\n\tc, _ := q.Load("")\n\tprintln(c.Is())\n\tprintln(⟦c⟧.Len())\n}\n'),
        ({"a.go": P + LOAD + FIND}, P + "func f(c *Conf) {\n\tprintln(⟦c.Find(\"a\")⟧.Name)\n}\n"),
        ({"q/a.go": Q + LOAD + FIND}, IMPORT + 'func f(c *q.Conf) {\n\td := c.Find("a")\n\tprintln(⟦d⟧.Name)\n}\n'),
        ({"a.go": P + FATAL}, P + 'func f(x *T) {\n\tif x == nil {\n\t\tnote("x")\n\t}\n\tprintln(⟦x⟧.n)\n}\n'),
        ({"a.go": P + STORE}, P + "func f() {\n\tvar r Reader\n\tprintln(⟦r⟧.Read())\n}\n"),
    ],
)  # fmt: skip
def test_must_fire_across_files(tmp_path: Path, files: dict[str, str], marked: str) -> None:
    text, spans = marked_spans(marked)
    findings = found(tmp_path, files, text)
    assert [finding.span for finding in findings] == spans


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"a.go": P + LOAD},
         P + 'func f() {\n\tc, err := Load("")\n\tif err != nil {\n\t\treturn\n\t}\n\tprintln(c.Name)\n}\n'),
        # Another package of the same folder; another module's; a method that copes with nil; a local of that name.
        ({"a.go": Q + LOAD}, P + SILENT),
        ({"q/a.go": Q + LOAD}, IMPORT.replace(".org/m", ".org/n") + SILENT.replace("Load", "q.Load")),
        ({"a.go": P + LOAD + COPES}, P + 'func f() {\n\tc, _ := Load("")\n\tprintln(c.Is())\n}\n'),
        ({"a.go": P + LOAD}, P + 'func f(Load func(string) (*T, error)) {\n\tc, _ := Load("")\n\tprintln(c.Name)\n}\n'),
        ({"a.go": P + LOAD}, P + 'func f(q T) {\n\tc, _ := q.Load("")\n\tprintln(c.Name)\n}\n'),
        # The same name in two files, for two systems, which don't agree.
        ({"a_linux.go": P + LOAD, "a_windows.go": P + "func Load(p string) (*Conf, error) { return &Conf{}, nil }\n"},
         P + SILENT),
        ({"a_test.go": P + LOAD}, P + SILENT),
        # The values of the map are structs, not pointers.
        ({}, P + "type V struct{ n int }\ntype S struct{ m map[int]V }\nfunc (s *S) f(k int) V {\n\tv, ok := s.m[k]\n"
         "\tif !ok {\n\t\tv.n = 1\n\t}\n\treturn v\n}\n"),
        ({"a.go": P + FATAL}, P + 'func f(x *T) {\n\tif x == nil {\n\t\tfatal("x")\n\t}\n\tprintln(x.n)\n}\n'),
        ({"a.go": P + STORE}, P + 'func f() {\n\ts := &Store{m: g()}\n\ts.m["a"] = 1\n}\n'),
    ],
)  # fmt: skip
def test_must_not_fire_across_files(tmp_path: Path, files: dict[str, str], text: str) -> None:
    assert [finding.message for finding in found(tmp_path, files, text)] == []


def test_a_finding_names_the_place_in_the_other_file(tmp_path: Path) -> None:
    files = {"q/a.go": Q + LOAD}
    (finding,) = found(tmp_path, files, IMPORT + SILENT.replace("Load", "q.Load"))
    assert finding.message == "`c` is nil here: `Load` may return nil there"
    there, *here = finding.related
    assert (there.uri, there.message) == ((tmp_path / "q/a.go").as_uri(), "`Load` may return nil there")
    assert files["q/a.go"][there.span.start : there.span.end].startswith("func Load(")
    assert {each.uri for each in here} == {None}


def test_a_change_of_one_file_changes_what_is_found_in_another(tmp_path: Path) -> None:
    now = 0.0
    project = written(tmp_path, {"a.go": P + LOAD, "b.go": P + STORE})
    files = GoProject(project, clock=lambda: now)
    text = P + SILENT
    document = Document((tmp_path / "here.go").as_uri(), "go", text)
    before = files.look_at(document, tree_of(text))
    assert len(before.findings()) == 1
    assert files.look_at(document, tree_of(text)) is before
    (tmp_path / "a.go").write_text(P + "func Load(p string) (*Conf, error) {\n\treturn &Conf{}, nil\n}\n", "utf-8")
    now += 10
    assert not files.is_current(files.reads(before), document.path)
    after = files.look_at(document, tree_of(text))
    assert after.findings() == []
    assert files.is_current(files.reads(after), document.path)
    project.close()
