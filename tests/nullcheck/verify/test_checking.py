"""What the verifier says of an edit, in every language. Something is put in at `«»`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.languages.ecmascript.outline import home_of as ecmascript
from breadknife.plugins.nullcheck.languages.go.outline import home_of as go
from breadknife.plugins.nullcheck.languages.java.outline import home_of as java
from breadknife.plugins.nullcheck.languages.python.outline import home_of as python
from breadknife.plugins.nullcheck.verify.checking import EditVerifier
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import SyntaxTree, parse

LANGUAGES: Mapping[str, Callable[[SyntaxTree], FileAnalysis]] = {
    "python": python, "typescript": ecmascript, "go": go, "java": java,
}  # fmt: skip

PYTHON = """\
import re
def name(s):
    return re.match("a", s)
class A:
    def f(self, s):
        m = name(s)
        «»m.start()
        m.end()
def other(s):
    return name(s).group()
"""
TYPESCRIPT = """\
function find(xs: string[]): string | null {
  return xs.length ? xs[0] : null;
}
export function use(xs: string[]) {
  const x = find(xs);
  «»x.trim();
}
"""
GO = """\
package a
func find(m map[string]*T, k string) *T {
	if v, ok := m[k]; ok {
		return v
	}
	return nil
}
func use(m map[string]*T, k string) int {
	v := find(m, k)
	«»return v.n
}
type T struct{ n int }
"""
JAVA = """\
class A {
  String find(boolean b) {
    if (b) { return "x"; }
    return null;
  }
  int use(boolean b) {
    String s = find(b);
    «»return s.length();
  }
}
"""


def opened(language: str, text: str) -> tuple[EditVerifier, Span]:
    at = text.index("«»")
    tree = parse(text.replace("«»", ""), language)
    assert tree is not None
    return EditVerifier(LANGUAGES[language](tree), tree, LANGUAGES[language]), Span(at, at)


@pytest.mark.parametrize(
    ("language", "text", "new", "found"),
    [
        ("python", PYTHON, "", ["m.start"]),
        ("python", PYTHON, "assert m is not None\n        ", []),
        ("python", PYTHON, "m = name(s) or name(s)\n        ", ["m.start"]),
        ("python", PYTHON, "if m is not None:\n            ", ["m.end"]),
        ("typescript", TYPESCRIPT, "", ["x.trim"]),
        ("typescript", TYPESCRIPT, "if (x === null) { return; }\n  ", []),
        ("typescript", TYPESCRIPT, "if (xs) ", ["x.trim"]),
        ("go", GO, "", ["v.n\n}\ntype T struct{ n int }\n"]),
        ("go", GO, "if v == nil {\n\t\treturn 0\n\t}\n\t", []),
        ("java", JAVA, "", ["s.length"]),
        ("java", JAVA, "if (s == null) { return 0; }\n    ", []),
    ],
)
def test_only_the_edited_function_is_looked_at(language: str, text: str, new: str, found: list[str]) -> None:
    verifier, place = opened(language, text)
    after = verifier.after(place, (TextEdit(place, new),))
    assert after is not None
    assert [after.tree.text[each.span.start :].partition("(")[0] for each in after.findings] == found


@pytest.mark.parametrize("new", ["if (", ")", "def \n"])
def test_an_edit_that_breaks_the_text_has_no_state(new: str) -> None:
    verifier, place = opened("python", PYTHON)
    assert verifier.after(place, (TextEdit(place, new),)) is None
