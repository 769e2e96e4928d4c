"""How much is wanted at a cursor, which is `|`, or `^` where the text has bars of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.completion.cursor import CursorContext, Region
from breadknife.plugins.completion.shape import Extent, Shape, shape_at
from breadknife.text.languages import LANGUAGES
from breadknife.text.syntax import parse
from support import document


def shape(marked: str, language: str, *, invoked: bool = False, grammar: bool = True, max_lines: int = 12) -> Shape:
    before, _, after = marked.partition("^" if "^" in marked else "|")
    text = document(before + after, language)
    tree = parse(text.text, language) if grammar else None
    return shape_at(CursorContext(text, len(before), tree), max_lines, invoked=invoked)


def told(shape: Shape) -> str:
    where = "" if shape.region is Region.CODE else f" in {shape.region}"
    return (shape.reason or str(shape.extent)) + where


SHAPES = {
    "python": [
        # a line's end, and empty lines
        ("x = |\n", "statement"),
        ("x = 1|\n", "statement"),
        ("x = 1\n|\ny = 2\n", "statement"),
        ("def f():\n    x = 1\n    |\n    return x\n", "statement"),
        ("|\n", "statement"),
        ("|", "statement"),
        ("import os\n\n\n|", "statement"),
        # the start of a block
        ("def f():|", "block"),
        ("f = lambda: |\n", "statement"),
        ("def f():|\n", "block"),
        ("def f():\n    |\n", "block"),
        ("def f():\n|", "block"),
        ("def f():\n    |\n\ndef g():\n    pass\n", "block"),
        ("class A:\n    def f(self):\n        |\n\n    def g(self):\n        pass\n", "block"),
        ('def f():\n    """Does it."""\n    |\n', "block"),
        ("def f():\n    # first\n    |\n", "block"),
        ("def f(\n    a,\n    b,\n):\n    |\n", "block"),
        ("def f(a):  # why\n    |\n", "block"),
        ("if x:\n    y()\nelse:\n    |\n", "block"),
        ("try:\n    f()\nexcept ValueError:|\n", "block"),
        # a block that has its lines
        ("def f():\n    |\n    return y\n", "statement"),
        ('def f():\n    """Does it."""\n    |\n    return y\n', "statement"),
        ("for x in xs:|\n    f(x)\n", "statement"),
        # brackets
        ("f(|", "statement"),
        ("f(|)\n", "line"),
        ("f(a, |)\n", "line"),
        ("f(a|, b)\n", "line"),
        ("f(\n    a,\n    |\n)\n", "statement"),
        ("f(\n    |\n)\n", "block"),
        ("x = {\n    |\n}\n", "block"),
        ("x = {|}\n", "block"),
        ("x = {'a': |}\n", "line"),
        ("x = {\n    'a':|\n}\n", "statement"),
        ("if f(x|):\n    pass\n", "line"),
        ("if x|:\n    pass\n", "line"),
        ("x[|]\n", "line"),
        # what follows on the line
        ("na|me = 1\n", "inside-word"),
        ("return |x\n", "mid-line"),
        ("x = |'a'\n", "mid-line"),
        ("x = |(1)\n", "mid-line"),
        ("  |  x = 1\n", "mid-line"),
        ("for | in items:\n    pass\n", "line"),
        ("x| = 1\n", "line"),
        ("foo|(x)\n", "line"),
        ("|x = 1\n", "line"),
        ("x = 1|;\n", "line"),
        # comments
        ("# what|\n", "line in comment"),
        ("# what|", "line in comment"),
        ("x = 1  # what |\n", "line in comment"),
        ("# what | is\n", "mid-comment in comment"),
        ("# one|\n# two\n", "mid-comment in comment"),
        ("x = 1  # one|\n# two\n", "line in comment"),
        ("# one\n|\n", "statement"),
        # strings
        ("x = 'a|'\n", "line in string"),
        ("x = '|'\n", "line in string"),
        ("x = 'a|\n", "line in string"),
        ("x = 'a|\ny = 'b'\n", "line in string"),
        ("x = 'a| b'\n", "mid-line in string"),
        ("x = 'a'|\n", "statement"),
        ("f('a|', b)\n", "line in string"),
        ('def f():\n    """Does|\n    """\n', "line in string"),
        ('def f():\n    """Does|"""\n', "line in string"),
        ('def f():\n    """|\n    More.\n    """\n', "line in string"),
        ('x = f"a {b|}"\n', "line"),
        ('x = f"a {b}|"\n', "line in string"),
        ("x = 'it\\'s|'\n", "line in string"),
        # broken files
        ("def f(:\n    x = |\n", "statement"),
        ("def f(a, b:\n    pass\n\nx = |\n", "statement"),
        ("x = (1 + \n\ndef f():\n    |\n", "block"),
        ("class\n\ndef f():\n    y = 'a|\n", "line in string"),
        ("class\n\ndef f():\n    # a|\n", "line in comment"),
        ("print('a)\nfor x in xs:\n    |\n", "block"),
    ],
    "javascript": [
        ("const x = |\n", "statement"),
        ("const x = |;\n", "line"),
        ("function f() {|", "block"),
        ("function f() {\n  |\n}\n", "block"),
        ("function f() {\n  |\n", "block"),
        ("function f() {|}\n", "block"),
        ("function f() {\n  |\n  return 1;\n}\n", "statement"),
        ("function f() {\n  g();\n  |\n}\n", "statement"),
        ("if (x) {\n  a();\n} else {\n  |\n}\n", "block"),
        ("xs.map(x => {\n  |\n});\n", "block"),
        ("const f = (|) => 1;\n", "line"),
        ("f({\n  a: 1,\n  |\n});\n", "statement"),
        ("// what|\n", "line in comment"),
        ("/* what| */\n", "line in comment"),
        ("/**\n * One|\n */\nf();\n", "line in comment"),
        ("/**\n * One|\n * two\n */\nf();\n", "mid-comment in comment"),
        ("const x = 'a|';\n", "line in string"),
        ("const x = `a ${b|} c`;\n", "line"),
        ("const x = `a|`;\n", "line in string"),
        ("const x = 'a|\nf();\n", "line in string"),
        ("const r = a |/ b;\n", "line"),
    ],
    "typescript": [
        ("function f(a: |): void {}\n", "line"),
        ("interface A {\n  |\n}\n", "block"),
        ("const f = async (): Promise<void> => {\n  |\n};\n", "block"),
        ("type A = |\n", "statement"),
    ],
    "typescriptreact": [
        ("const a = <div>|</div>;\n", "line"),
        ('const a = <p className="|" />;\n', "line in string"),
        ("function A() {\n  return (\n    |\n  );\n}\n", "block"),
    ],
    "go": [
        ("func f() {\n\t|\n}\n", "block"),
        ("func f() error {\n\terr := g()\n\tif err != nil {\n\t\t|\n\t}\n}\n", "block"),
        ("x := |\n", "statement"),
        ("x := []string{|}\n", "block"),
        ("x := `a|`\n", "line in string"),
        ("// F does|\nfunc F() {}\n", "line in comment"),
        ("import (\n\t|\n)\n", "block"),
    ],
    "rust": [
        ("fn f<'a>(x: &'a str) -> &'a str {\n    |\n}\n", "block"),
        ("let x = 'a|';\n", "line in string"),
        ("let x: &'a str = |\n", "statement"),
        ("/// Does|\nfn f() {}\n", "line in comment"),
        ("match x {\n    Some(y) => |,\n}\n", "line"),
        ("impl A {\n    fn f(&self) {}\n\n    |\n}\n", "statement"),
    ],
    "java": [
        ("class A {\n    void f() {\n        |\n    }\n}\n", "block"),
        ("class A {\n    void f()\n    {\n        |\n    }\n}\n", "block"),
        ("class A {\n    int x = |;\n}\n", "line"),
        ("class A {\n    void f() {\n        g(|);\n    }\n}\n", "line"),
        ('class A { String s = "a|"; }\n', "line in string"),
    ],
    "c": [
        ("int main(void)\n{\n\t|\n}\n", "block"),
        ("#define A |\n", "statement"),
        ("/* what| */\n", "line in comment"),
        ("/* what|\nint x;\n", "line in comment"),
        ("int x = f(a, |);\n", "line"),
        ("void f() {\n#ifdef A\n    |\n#endif\n}\n", "statement"),
    ],
    "cpp": [
        ("namespace a {\nvoid f() {\n    |\n}\n}\n", "block"),
        ("auto x = [&](int a) {|};\n", "block"),
        ("for (auto& x : |)\n", "line"),
    ],
    "csharp": [
        ("class A\n{\n    void F()\n    {\n        |\n    }\n}\n", "block"),
        ('var s = $"a {b|}";\n', "line"),
        ("int X { get; |}\n", "line"),
    ],
    "ruby": [
        ("def f\n  |\nend\n", "block"),
        ("def f\n  |\n", "block"),
        ("def f(a)\n  x = 1\n  |\nend\n", "statement"),
        ("xs.each do |x|\n  ^\nend\n", "block"),
        ("xs.map { |x| ^ }\n", "line"),
        ("if x\n  y\nelse\n  |\nend\n", "block"),
        ('x = "a#{b|}"\n', "line"),
        ('x = "a|"\n', "line in string"),
        ("x = y if |\n", "statement"),
    ],
    "php": [
        ("<?php\nfunction f() {\n    |\n}\n", "block"),
        ("<?php\n$x = |;\n", "line"),
        ("<?php\n$x = 'a|';\n", "line in string"),
        ("<?php\n# a|\n", "line in comment"),
    ],
    "lua": [
        ("function f(a)\n  |\nend\n", "block"),
        ("local f = function(a)\n  |\nend\n", "block"),
        ("if x then\n  |\nend\n", "block"),
        ("if x then|", "block"),
        ("local x = |\n", "statement"),
        ("-- a|\n", "line in comment"),
    ],
    "shellscript": [
        ("if [ -f a ]; then\n  |\nfi\n", "block"),
        ("for x in a b; do\n  |\ndone\n", "block"),
        ("f() {\n  |\n}\n", "block"),
        ('echo "a|"\n', "line in string"),
        ('echo "a $b|"\n', "line in string"),
        ("x=|\n", "statement"),
        ("# a|\n", "line in comment"),
    ],
    "kotlin": [
        ("fun f() {\n    |\n}\n", "block"),
        ('val x = "a ${b|}"\n', "line"),
        ("val x = |\n", "statement"),
    ],
    "html": [
        ("<ul>\n  |\n</ul>\n", "block"),
        ("<ul>\n  <li>a</li>\n  |\n</ul>\n", "statement"),
        ("<p>|</p>\n", "line"),
        ('<a href="b|">\n', "line in string"),
        ("<!-- a| -->\n", "line in comment"),
    ],
    "css": [
        ("a {\n  |\n}\n", "block"),
        ("a {\n  color: |;\n}\n", "line"),
        ("a {\n  color: |\n}\n", "statement"),
        ("/* a| */\n", "line in comment"),
    ],
    "json": [
        ("{\n  |\n}\n", "block"),
        ('{\n  "a": |\n}\n', "statement"),
        ('{\n  "a": 1,\n  |\n}\n', "statement"),
        ('{"a": "b|"}\n', "line in string"),
    ],
    "yaml": [
        ("a:|\n", "block"),
        ("a:\n  |\n", "block"),
        ("a: |\n", "statement"),
        ("- a: 1\n- |\n", "statement"),
        ("a:\n  b: 1\n  |\n", "statement"),
        ("a: 'b|'\n", "line in string"),
        ("# a|\n", "line in comment"),
    ],
    "toml": [
        ("[a]\nb = |\n", "statement"),
        ("[a]\n|\n", "statement"),
        ('b = "c|"\n', "line in string"),
        ("b = [\n  |\n]\n", "block"),
    ],
    "sql": [
        ("select |\n", "statement"),
        ("select * from a where b = 'c|'\n", "line in string"),
        ("create table a (\n  |\n);\n", "block"),
        ("-- a|\n", "line in comment"),
    ],
    "markdown": [
        ("Some text|\n", "line in prose"),
        ("Some | text\n", "mid-line in prose"),
        ("# Head|\n", "line in prose"),
        ("```py\nx = |\n```\n", "statement"),
        ("```py\ndef f():\n    |\n```\n", "block"),
    ],
    "plaintext": [("Dear |\n", "line in prose")],
    "swift": [
        ("func f() {\n    |\n}\n", "block"),
        ("// a|\n", "line in comment"),
        ("// a|\n// b\n", "mid-comment in comment"),
    ],
    "elixir": [("def f do\n  |\nend\n", "block"), ("x = |\n", "statement"), ('x = "a|"\n', "line in string")],
}
CASES = [(language, *case) for language, cases in SHAPES.items() for case in cases]


@pytest.mark.parametrize(("language", "marked", "expected"), CASES)
def test_extent(language: str, marked: str, expected: str) -> None:
    assert told(shape(marked, language)) == expected


def test_every_language_has_a_case() -> None:
    family = {"javascriptreact": "javascript", "markdown_inline": "markdown"}
    assert {family.get(syntax.id, syntax.id) for syntax in LANGUAGES.values()} <= set(SHAPES)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("return |x\n", "line"),
        ("# one|\n# two\n", "line in comment"),
        ("x = 'a| b'\n", "line in string"),
        ("na|me = 1\n", "inside-word"),
    ],
)
def test_who_asks_gets_an_answer_nearly_everywhere(marked: str, expected: str) -> None:
    assert told(shape(marked, "python", invoked=True)) == expected


@pytest.mark.parametrize(
    ("language", "marked", "expected"),
    [
        ("python", "x = |\n", "statement"),
        ("python", "def f():\n    |\n", "block"),
        ("python", "x = 'a|'\n", "line in string"),
        ("python", "# a|\n", "line in comment"),
        ("javascript", "f(a, |);\n", "line"),
        ("rust", "fn f<'a>() {\n    |\n}\n", "block"),
    ],
)
def test_without_a_grammar(language: str, marked: str, expected: str) -> None:
    assert told(shape(marked, language, grammar=False)) == expected


def test_never_more_than_a_line() -> None:
    assert told(shape("def f():\n    |\n", "python", max_lines=1)) == "line"


@pytest.mark.parametrize(
    ("language", "marked", "unclosed"),
    [
        ("python", "f(|", "("),
        ("python", "f(|)", ""),
        ("python", "f(g(|)\n", "("),
        ("python", "f(\n    a,\n    |\n)\n", ""),
        ("python", "f(\n    a,\n    |\n\ndef g():\n    pass\n", "("),
        ("python", "x = ')' + f([|\n", "(["),
        ("javascript", "function f() {\n  |\n}\n", ""),
        ("javascript", "function f() {\n  |\n\nfunction g() {}\n", "{"),
        ("javascript", "describe('a', () => {\n  |\n", "({"),
        ("javascript", "if (x) {\n  |\n} else {\n  y();\n}\n", ""),
        ("go", "func f() {\n\tif x {\n\t\t|\n\treturn\n}\n", "{"),
        ("lua", "f(function()\n  g(|)\nend)\n", ""),
        ("c", "void f() {\n  if (x) {\n    |\n#endif\n  }\n}\n", ""),
    ],
)
def test_brackets_that_nothing_closes(language: str, marked: str, unclosed: str) -> None:
    assert shape(marked, language).unclosed == unclosed


@pytest.mark.parametrize(
    ("marked", "needs_end"),
    [
        ("def f\n  |\nend\n", False),
        ("def f\n  |\n\ndef g\nend\n", True),
        ("class A\n  def f\n    |\nend\n", True),
        ("if x\n  |\nelse\n  y\nend\n", False),
    ],
)
def test_blocks_that_lack_their_end(marked: str, needs_end: bool) -> None:
    assert shape(marked, "ruby").needs_end == needs_end


@given(
    st.lists(st.sampled_from(["def f():", "    ", "x", '"', "'", "(", ")", "{", "}", "\n", "#", "/*", "é", "\r\n"])),
    st.sampled_from([*LANGUAGES, "plaintext", "elixir"]),
    st.booleans(),
    st.data(),
)
def test_any_text_has_a_shape(pieces: list[str], language: str, grammar: bool, data: st.DataObject) -> None:
    text = "".join(pieces)
    at = data.draw(st.integers(0, len(text)))
    found = shape(text[:at] + "|" + text[at:], language, grammar=grammar)
    assert (found.extent is Extent.NOTHING) == bool(found.reason)
