"""An edit that ends one null must not hand it to a caller. `«»` is where the edit puts in a line."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.languages.ecmascript.outline import home_of as ecmascript
from breadknife.plugins.nullcheck.languages.go.outline import home_of as go
from breadknife.plugins.nullcheck.languages.java.outline import home_of as java
from breadknife.plugins.nullcheck.languages.python.outline import home_of as python
from breadknife.plugins.nullcheck.verify.checking import handed_on
from breadknife.text.syntax import parse

HOMES = {"python": python, "typescript": ecmascript, "go": go, "java": java}

PYTHON = "import re\ndef find(s):\n    m = re.match('a', s)\n«»    return m.group()\n"
ANNOTATED = PYTHON.replace("(s):", "(s) -> str:")
GO = """\
package a
type T struct{ n int }
func Find(m map[string]*T, k string) *T {
	v := m[k]
«»	v.n = 1
	return v
}
"""
USED = "def f(s):\n    return find(s).upper()\n"
NONE = "    if m is None:\n        return None\n"
NIL = "\tif v == nil {\n\t\treturn nil\n\t}\n"
USE = 'func use(m map[string]*T) int {\n\treturn Find(m, "a").n\n}\n'
CHECKED = """\
func use(m map[string]*T) int {
	if v := Find(m, "a"); v != nil {
		return v.n
	}
	return 0
}
"""
JAVA_USE = "  int use(java.util.Map<String, String> m) { return find(m).length(); }\n"
ELSEWHERE = "class B {\n  int use(A a, java.util.Map<String, String> m) { return a.find(m).length(); }\n}\n"
JAVA = """\
class A {
  String find(java.util.Map<String, String> m) {
    String s = m.get("a");
«»    return s.trim();
  }
%s}
"""
TYPESCRIPT = """\
function find(xs: string[]) {
  const x = xs.find((x) => x);
«»  return x.trim();
}
"""


def analysed(language: str, text: str, uri: str = "") -> FileAnalysis:
    tree = parse(text, language)
    assert tree is not None
    return HOMES[language](tree, None, uri)


@pytest.mark.parametrize(
    ("language", "text", "new", "uses"),
    [
        ("python", PYTHON + USED, NONE, ["find(s)"]),
        ("python", ANNOTATED + USED, NONE, ["find(s)"]),
        ("python", PYTHON + USED, "    if m is None:\n        raise KeyError(s)\n", []),
        ("python", PYTHON + USED, "    if m is None:\n        return ''\n", []),
        ("python", PYTHON + "def f(s):\n    if find(s):\n        print(s)\n", NONE, []),
        ("python", PYTHON + "find('b').upper()\n", NONE, ["find('b')"]),
        ("python", PYTHON + "def g(x):\n    return x.a\ndef f(s):\n    return g(find(s))\n", NONE, ["find(s)"]),
        ("python", PYTHON + "def g(x):\n    return x and x.a\ndef f(s):\n    return g(find(s))\n", NONE, []),
        ("python", PYTHON + "def g(x=None):\n    return x\ndef f(s):\n    return g(find(s))\n", NONE, []),
        (
            "python",
            PYTHON + "class A:\n    def g(self, x):\n        return x.a\ndef f(s):\n    return A().g(find(s))\n",
            NONE,
            ["find(s)"],
        ),
        (
            "typescript",
            TYPESCRIPT + "export const f = (xs: string[]) => { return find(xs).length; };\n",
            "  if (!x) { return undefined; }\n",
            ["find(xs)"],
        ),
        (
            "typescript",
            TYPESCRIPT + "export const f = (xs: string[]) => { return find(xs)?.length; };\n",
            "  if (!x) { return undefined; }\n",
            [],
        ),
        ("go", GO + USE, NIL, ['Find(m, "a")']),
        (
            "go",
            GO + "func g(t *T) int {\n\treturn t.n\n}\nfunc f(k string) int {\n\treturn g(Find(nil, k))\n}\n",
            NIL,
            ["Find(nil, k)"],
        ),
        ("go", GO + CHECKED, NIL, []),
        ("java", JAVA % JAVA_USE, "    if (s == null) { return null; }\n", ["find(m)"]),
        ("java", JAVA % JAVA_USE, '    if (s == null) { return ""; }\n', []),
    ],
)
def test_callers_in_the_same_file(language: str, text: str, new: str, uses: list[str]) -> None:
    before, after = (analysed(language, text.replace("«»", each)) for each in ("", new))
    assert [after.file.source(found.dereference.at) for found in handed_on(before, after)] == uses
