"""While a line is half written, the findings of the last whole text stay where they are."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from breadknife.plugins.nullcheck.languages.file import NullFile
from breadknife.plugins.nullcheck.open_files import OpenFiles
from breadknife.text.document import Document
from breadknife.text.syntax import parse

PYTHON = """\
def f(a=None):
    a.x

def g():
    ⟦⟧pass

class C:
    def h(self, b=None):
        b.x
"""
TYPESCRIPT = """\
function f(a: string | null) {
  a.length;
}

function g() {
  ⟦⟧
}

class C {
  h(b?: string) { b.length; }
}
"""
GO = """\
package p

func f(s string) {
\ta, _ := Get(s)
\tprintln(a.n)
}

func Get(s string) (*T, error) {
\tif s == "" {
\t\treturn nil, e
\t}
\treturn &T{}, nil
}

func g() {
\t⟦⟧
}

func h(s string) {
\tb, _ := Get(s)
\tprintln(b.n)
}
"""
JAVA = """\
class A {
    void f(@Nullable String a) { a.length(); }
    void g() {
        ⟦⟧
    }
    void h(@Nullable String b) { b.length(); }
}
"""


class Editor:
    def __init__(self, language: str) -> None:
        self._language = language
        self._files = OpenFiles()

    def opened(self, text: str) -> AbstractContextManager[NullFile]:
        tree = parse(text, self._language)
        assert tree is not None
        return self._files.open(Document("file:///a", self._language, text), tree, None)

    def found(self, text: str) -> list[str]:
        with self.opened(text) as file:
            return [text[finding.span.start : finding.span.end] for finding in file.findings()]


@pytest.mark.parametrize(
    ("language", "text", "typed"),
    [
        ("python", PYTHON, "("),
        ("python", PYTHON, "x.y()\n    ("),
        ("python", PYTHON, '"'),
        ("python", PYTHON, "    ("),
        ("typescript", TYPESCRIPT, "const s = `"),
        ("typescript", TYPESCRIPT, "if (x) {"),
        ("typescriptreact", TYPESCRIPT, "return <div"),
        ("javascript", TYPESCRIPT.replace(": string | null", " = null").replace("?: string", " = null"), "`${"),
        ("go", GO, "x := `"),
        ("go", GO, "if x {"),
        ("java", JAVA, 'String s = "'),
        ("java", JAVA, "if (x) {"),
    ],
)
def test_the_others_findings_stay(language: str, text: str, typed: str) -> None:
    editor, (before, _, after) = Editor(language), text.partition("⟦⟧")
    assert editor.found(before + after) == ["a", "b"]
    for end in range(1, len(typed) + 1):
        assert editor.found(before + typed[:end] + after) == ["a", "b"]
    assert editor.found(before + after) == ["a", "b"]


def test_a_line_of_python_on_its_way_from_the_margin_ends_no_class() -> None:
    text = """\
class C:
    b: str | None = None
    def g(self):
        ⟦⟧pass
        return 1
    def h(self):
        self.b.strip()
"""
    editor, (before, _, after) = Editor("python"), text.partition("⟦⟧")
    assert editor.found(before + after) == ["self.b"]
    for typed in ("x()\n" + " " * column for column in range(9)):
        assert editor.found(before + typed + after) == ["self.b"]
    assert editor.found(before + "x()\nreturn 1\n") == []  # a class that really ends there


@pytest.mark.parametrize(
    ("whole", "half", "then", "found"),
    [
        ("def f(a=None):\n    a.x\n", "def f(a=None):\n    a.x(\n", "def f(a=None):\n    a.x()\n", ["a"]),
        ("def f(a=None):\n    a.x\n", "def f(a=None):\n    (b.x\n", "def f(a=None):\n    b.x\n", []),
        ("def f(a=None): a.x\n", "def f(a=None): a.x\ndef g(b=None:\n", "def f(a=None): a.x\ndef g(b=None): b.x\n",
         ["a", "b"]),
    ],
)  # fmt: skip
def test_the_next_whole_text_has_its_own(whole: str, half: str, then: str, found: list[str]) -> None:
    editor = Editor("python")
    editor.found(whole)
    editor.found(half)
    assert editor.found(then) == found == Editor("python").found(then)


def test_a_text_that_stays_half_written_is_analysed_as_it_is() -> None:
    editor, text = Editor("python"), "def f(a=None):\n    a.x\n\ndef g(:\n    pass\n"
    assert editor.found(text) == ["a"]
    assert editor.found(text + "\ndef h(b=None):\n    b.x\n") == ["a", "b"]


def test_a_whole_text_of_which_nobody_has_asked_takes_nothing_away() -> None:
    editor, (before, _, after) = Editor("java"), JAVA.partition("⟦⟧")
    assert editor.found(before + after) == ["a", "b"]
    with editor.opened(before + "x();" + after):
        pass
    half = before + "x(); if (x) {" + after
    assert editor.found(half) == ["a", "b"] != Editor("java").found(half)


def test_what_has_become_quite_another_text_is_analysed_as_it_is() -> None:
    editor = Editor("python")
    assert editor.found("def f(a=None):\n    a.x\n") == ["a"]
    assert editor.found("def g(b=None):\n    b.x\n" + "# a comment\n" * 200 + "(") == ["b"]
