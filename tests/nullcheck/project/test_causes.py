"""Which declaration a null comes from: by the null check's own findings, else by names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.project.causes import NullSource, Tracer, causes_of, ranked
from breadknife.plugins.nullcheck.project.changes import UnsavedDocuments
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.project.values import DereferenceFinding, PluginAnswer
from breadknife.plugins.nullcheck.repairs.grammar import CauseKind
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import Dereference, Use
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding, Request
from breadknife.text.document import Document, Span
from project.folders import known
from support import marked_spans


@dataclass(frozen=True)
class Workspace:
    """A folder whose files nobody is asked about."""

    folder: FolderProject

    def tell(self, message: str, *, fleeting: bool = False) -> None:
        pass

    def shown(
        self, items: Sequence[DereferenceFinding], what: Callable[[DereferenceFinding], str]
    ) -> Iterator[DereferenceFinding]:
        return iter(items)

    def root(self, path: Path) -> Path:
        return self.folder.root

    def settings(self, document: Document, root: Path) -> tuple[bool, NullCheckSettings]:
        return False, NullCheckSettings(oracle="off")

    def ask(self, request: Request, root: Path) -> PluginAnswer:
        return PluginAnswer()

    def project(self, root: Path) -> FolderProject:
        return self.folder

    def changed(self, document: Document, root: Path) -> None:
        pass


def opened(root: Path, files: Mapping[str, str]) -> Repairs:
    return Repairs(Workspace(known(root, files)), UnsavedDocuments())  # pyright: ignore[reportArgumentType]


OTHER = """\
class Session:
    user: User | None = None

    def __init__(self):
        self.socket = None

    @property
    def owner(self) -> User | None: ...

    def look_up(self, key) -> str | None: ...


def lookup(key) -> str | None: ...
"""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("def f(s):\n    ⟦s.socket⟧.send()\n", "attribute Session.socket other"),
        ("def f(s):\n    ⟦s.user⟧.name\n", "attribute Session.user other"),
        ("def f(s):\n    ⟦s.owner⟧.name\n", "function Session.owner() other"),
        ("def f(s):\n    ⟦s.look_up⟧.name\n", "place s.look_up here"),  # not called
        ("def f(s):\n    ⟦s.look_up(1)⟧.name\n", "function Session.look_up() other"),
        ("def f(s):\n    a = lookup(s)\n    ⟦a⟧.name\n", "function lookup() other"),
        ("def f(s):\n    a = None\n    if s:\n        a = 1\n    ⟦a⟧.name\n", "variable f(a) here"),
        ("def f(s):\n    a = None\n    for b in s:\n        a = b\n    ⟦a⟧.name\n", "variable f(a) here"),
        ("def f(s=None):\n    ⟦s⟧.name\n", "parameter f(s) here"),
        ("class A:\n    def f(self, s=None):\n        ⟦s⟧.name\n", "parameter A.f(s) here"),
        ("import re\ndef f(s):\n    ⟦re.match(s)⟧.end()\n", "library re.match() –"),
        ("import re\ndef f(s):\n    m = re.match(s)\n    ⟦m⟧.end()\n", "library re.match() –"),
        ("def f(s):\n    ⟦s.unknown()⟧.end()\n", "library s.unknown() –"),
        ("a = None\ndef f():\n    ⟦a⟧.name\n", "variable a here"),
        (
            "class A:\n    def g(self):\n        self.socket = None\n    def f(self):\n        ⟦self.socket⟧.x\n",
            "attribute A.socket here",
        ),
        ("class A:\n    socket = None\ndef f(a):\n    ⟦a.socket⟧.x\n", "attribute A.socket here"),
        ("def f(s=None):\n    if not s:\n        s = Session()\n    ⟦s⟧.name\n", "parameter f(s) here"),
        ("def f(s):\n    ⟦s.mystery⟧.end()\n", "place s.mystery here"),
        # what is put somewhere is the declaration's
        ("class A:\n    note: str = ⟦None⟧\n", "attribute A.note here"),
        ("def f(note: str = ⟦None⟧): ...\n", "parameter f(note) here"),
        ("limit: int = ⟦None⟧\n", "variable limit here"),
        ("a = f(⟦None⟧)\n", "place None here"),
    ],
)
def test_what_another_checker_reports(tmp_path: Path, marked: str, expected: str) -> None:
    text, [span] = marked_spans(marked)
    repairs = opened(tmp_path, {"here.py": text, "other.py": OTHER})
    paths = [tmp_path / "here.py", tmp_path / "other.py"]
    found = DereferenceFinding(
        paths[0], Finding(span, "pyright", "reportOptionalMemberAccess", ""), Dereference(span, Use.ATTRIBUTE)
    )
    origin = Tracer(repairs, paths).origin(found)
    assert f"{origin.kind} {origin.name} {origin.path.stem if origin.path else '–'}" == expected


GO = """\
package p

func (c *Conf) Find(k string) *Conf {
	if k == c.Name {
		return c
	}
	return nil
}

func (c *Conf) Has(k string) bool { return c.Find(k) != nil }

func f(c *Conf) {
	println(c.Find("a").Name)
}
"""
JAVA = """\
import java.util.Map;
import javax.annotation.Nullable;

class A {{
    @Nullable String text;

    @Nullable String find(String key) {{ return null; }}

    int f(@Nullable String given, Map<String, String> m) {{
        {}
    }}
}}
"""


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("a.py", "def f(s):\n    a = None if s else s()\n    return a.b\n", "variable f(a)"),
        ("a.py", "def g(s):\n    if s:\n        return s\n\n\ndef f(s):\n    return g(s).b\n", "function g()"),
        ("a.ts", "function f(x?: string) {\n  return x.length;\n}\n", "parameter f(x)"),
        ("a.ts", "class A {\n  s?: string;\n  f() {\n    return this.s.length;\n  }\n}\n", "attribute A.s"),
        ("a.ts", "function f(s: string) {\n  const m = s.match(/a/);\n  return m.index;\n}\n", "library s.match()"),
        ("a.go", GO, "function Conf.Find()"),
        ("a.go", 'package p\n\nfunc f() {\n\tvar m map[string]int\n\tm["a"] = 1\n}\n', "variable f(m)"),
        ("A.java", JAVA.format("return text.length();"), "attribute A.text"),
        ("A.java", JAVA.format('return find("b").length();'), "function A.find()"),
        ("A.java", JAVA.format("return given.length();"), "parameter A.f(given)"),
    ],
)
def test_our_own_findings_say_where_the_null_comes_from(tmp_path: Path, name: str, text: str, cause: str) -> None:
    repairs, path = opened(tmp_path, {name: text}), tmp_path / name
    file = repairs.file(path)
    assert file is not None
    found = [DereferenceFinding(path, finding, place) for finding in file.findings() if (place := file.place(finding))]
    [only] = causes_of(repairs, found, [path])
    assert f"{only.origin.kind} {only.origin.name}" == cause


def test_causes_of_most_findings_come_first_and_an_attribute_is_one_wherever_it_is_set() -> None:
    here, place = Path("a.py"), Dereference(Span(0, 1), Use.ATTRIBUTE)
    found = DereferenceFinding(here, Finding(place.span, "nullcheck", "none-attribute", ""), place)
    sets = [NullSource(CauseKind.ATTRIBUTE, "A.b", here, Span(at, at + 1)) for at in (3, 9)]
    others = [
        NullSource(CauseKind.ATTRIBUTE, "C.b", here, Span(3, 4)),
        NullSource(CauseKind.VARIABLE, "A.b", here, Span(3, 4)),
    ]
    causes = ranked((each, found) for each in (*others, *sets))
    assert [(each.origin.kind, each.origin.name, len(each.findings)) for each in causes] == [
        (CauseKind.ATTRIBUTE, "A.b", 2), (CauseKind.VARIABLE, "A.b", 1), (CauseKind.ATTRIBUTE, "C.b", 1),
    ]  # fmt: skip
