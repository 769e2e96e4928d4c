"""What is suggested of what the model writes. The cursor is `|`, or `^` where the text has bars of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.completion.cursor import CursorContext, Region
from breadknife.plugins.completion.shape import Extent, Shape, shape_at
from breadknife.plugins.completion.truncate import truncate, truncate_unfinished
from breadknife.text.syntax import parse
from support import document


def shape(marked: str, language: str, max_lines: int = 12) -> Shape:
    before, _, after = marked.partition("^" if "^" in marked else "|")
    text = document(before + after, language)
    return shape_at(CursorContext(text, len(before), parse(text.text, language)), max_lines)


CUTS = [
    # language, text, what the model writes, what is suggested
    # lines and statements
    ("python", "x = |\n", "1 + 2\ny = 3\n", "1 + 2"),
    ("python", "x = |\n", "f(\n    1,\n    2,\n)\ny = 3\n", "f(\n    1,\n    2,\n)"),
    ("python", "x = |\n", '"""a\nb"""\ny\n', '"""a\nb"""'),
    ("python", "x = 1|\n", "\ny = 2\nz = 3\n", "\ny = 2"),
    ("python", "def f():\n    x = 1\n    |\n    return x\n", "y = 2\n    z = 3\n", "y = 2"),
    ("python", "def f():\n    x = 1|\n", "\n    y = 2\n    z = 3\n", "\n    y = 2"),
    ("python", "def f():\n    x = 1|\n", "\n\n\ndef g():\n", ""),
    ("python", "def f():\n    x = 1\n    |\n", "\n\ndef g():\n    pass\n", ""),
    ("python", "x = 1\n\n\n|", "def f():\n    return 1\n\n\ndef g():\n", "def f():\n    return 1"),
    ("python", "x = 1  |\n", "# why (so\ny = 2\n", "# why (so"),
    ("javascript", "const x = |\n", "f(1);\nconst y = 2;\n", "f(1);"),
    ("javascript", "xs.|\n", "map((x) => {\n  return x;\n});\nf();\n", "map((x) => {\n  return x;\n});"),
    ("javascript", "|\n", "if (x) {\n  a();\n} else {\n  b();\n}\nc();\n", "if (x) {\n  a();\n} else {\n  b();\n}"),
    ("go", "func f() {\n\tx := 1\n\t|\n}\n", "if x > 0 {\n\t\tg()\n\t}\n\th()\n", "if x > 0 {\n\t\tg()\n\t}"),
    ("rust", "let x: &'a str = |\n", "y;\nlet z = 'c';\n", "y;"),
    ("lua", "local x = 1\n|\n", "if x then\n  f()\nend\nlocal y\n", "if x then\n  f()\nend"),
    ("lua", "|\n", "if x then\n  f()\nelse\n  g()\nend\nh()\n", "if x then\n  f()\nelse\n  g()\nend"),
    ("ruby", "x = 1\n|\n", "def f\n  y\nend\n\ndef g\n", "def f\n  y\nend"),
    ("ruby", "x = 1\n|\n", "xs.each do |x|\n  y\nend\n\nz\n", "xs.each do |x|\n  y\nend"),
    ("shellscript", "x=1\n|\n", "if [ $x ]; then\n  y\nfi\nz\n", "if [ $x ]; then\n  y\nfi"),
    ("shellscript", "case $x in\n  |\nesac\n", "a) b ;;\nc\n", "a) b ;;"),
    ("sql", "select |\n", "a, b\nfrom c\n", "a, b"),
    # an opened block brings its lines, and no more
    (
        "python",
        "def f(xs):\n    y = 0\n    |\n",
        "for x in xs:\n        y += x\n    return y\n",
        "for x in xs:\n        y += x",
    ),
    ("python", "def f(xs):\n|        y += x\n", "    for x in xs:\n        z", "    for x in xs:\n"),
    ("python", "y = 0\n|\n    y += x\n", "for x in xs:\n    z\n", "for x in xs:"),
    ("javascript", "|\n  g();\n});\n", "f(() => {\n  h();\n});\n", "f(() => {"),
    ("yaml", "a: 1\n|\n", "b:\n  c: 1\nd: 2\n", "b:\n  c: 1"),
    # brackets
    ("python", "print(|)\n", "x, y)\nz", "x, y"),
    ("python", "print(|)\n", "len(x), y)\nz", "len(x), y"),
    ("python", "print(|\n", "x, y)\nz\n", "x, y)"),
    ("python", "print(|\n", "\n    x,\n    y,\n)\nz\n", "\n    x,\n    y,\n)"),
    ("python", "if f(|)\n", "x):\n    y\n", "x"),
    ("python", "f(|, b)\n", "a, c)\n", "a"),
    ("python", "f(\n    a,\n    |\n)\n", "b,\n    c,\n)\n", "b,"),
    ("python", "f(\n    |\n)\n", "a,\n    b,\n)\nx = 1\n", "a,\n    b,"),
    ("python", "f(\n    |\n\n\ny = 1\n", "a,\n    b,\n)\nx = 1\n", "a,\n    b,\n)"),
    ("python", "x = [|\n", "')', 1]\ny\n", "')', 1]"),
    ("python", "x = {|\n", "\n    'a': 1,\n}\ny = 2\n", "\n    'a': 1,\n}"),
    ("javascript", "const x = f(|);\n", "a, b);\nc", "a, b"),
    ("json", '{\n  "a": |\n}\n', '[\n    1\n  ],\n  "b": 2\n', "[\n    1\n  ],"),
    ("json", "{\n  |\n}\n", '"a": 1,\n  "b": 2\n}\n', '"a": 1,\n  "b": 2'),
    # what follows on the line
    ("python", "for | in items:\n    pass\n", "item in items:\n", "item"),
    ("python", "for | in items:\n    pass\n", "inner in items:\n", "inner"),
    ("python", "if x|:\n    pass\n", " > d[1:2] :\n", " > d[1:2]"),
    ("python", "x| = 1\n", "_y = 1\n", "_y"),
    ("javascript", "const x = |;\n", "f(a);\nb", "f(a)"),
    ("html", "<p>|</p>\n", "Some text</p>\n", "Some text"),
    # strings, comments, prose
    ("python", "x = 'a|'\n", "b c'\ny = 1\n", "b c"),
    ("python", "x = 'a|'\n", 'b "c"\'\n', 'b "c"'),
    ("python", "x = 'a|\n", "b'\ny = 1\n", "b'"),
    ("python", "f('a|', b)\n", "b')\n", "b"),
    ("python", "x = {'a': '|\n", "b'}\ny = 1\n", "b'}"),
    ("python", 'def f():\n    """Do|"""\n', 'es "it".\n\n    More."""\n', 'es "it".'),
    ("python", 'def f():\n    """Do|"""\n', 'es it."""\n', "es it."),
    ("python", 'x = "\\|"\n', 'n"\n', "n"),
    ("go", "x := `a|`\n", 'b"c`\n', 'b"c'),
    ("python", "# what|\n", " it (does\nx = 1\n", " it (does"),
    ("javascript", "/* what| */\n", " it does */\nf();\n", " it does"),
    ("html", "<!-- a| -->\n", " b -->\n<p>", " b"),
    ("markdown", "Some|\n", " text (so.\n\nMore\n", " text (so."),
    # blocks
    (
        "python",
        "def f(xs):\n    |\n",
        "for x in xs:\n        g(x)\n    return 1\n\ndef g():\n",
        "for x in xs:\n        g(x)\n    return 1",
    ),
    ("python", "def f():|\n", "\n    return 1\n\nx = 1\n", "\n    return 1"),
    ("python", "def f():|\n", " return 1\n\nx = 1\n", " return 1"),
    ("python", "def f():\n    |\n    return y\n", "y = 1\n    z = 2\n", "y = 1"),
    ("python", "if x:\n    |\n", "y()\nelse:\n    z()\n", "y()"),
    ("python", "class A:\n    def f(self):\n        |\n", "x = 1\n        y\n    def g(self):\n", "x = 1\n        y"),
    ("javascript", "function f() {\n  |\n}\n", "a();\n  b();\n}\n\nfunction g() {\n", "a();\n  b();"),
    ("javascript", "function f() {\n  |\n", "a();\n  b();\n}\n\nfunction g() {\n", "a();\n  b();\n}"),
    ("javascript", "function f() {|\n", "\n  a();\n}\n\nfunction g() {\n", "\n  a();\n}"),
    ("javascript", "function f() {|}\n", "\n  a();\n}\n\nfunction g() {\n", "\n  a();\n"),
    ("javascript", "function f() {|}\n", " return 1; }\n", " return 1;"),
    ("javascript", "it('a', () => {\n  |\n", "b();\n});\n\nit('c'\n", "b();\n});"),
    ("javascript", "if (x) {\n  |\n", "a();\n} else {\n  b();\n}\n", "a();\n}"),
    ("java", "class A {\n    void f() {\n        |\n    }\n}\n", "g();\n    }\n\n    void h() {\n", "g();"),
    ("css", "a {\n  |\n}\n", "color: red;\n  top: 0;\n}\n\nb {\n", "color: red;\n  top: 0;"),
    ("ruby", "def f\n  |\nend\n", "x\nend\n\ndef g\n", "x"),
    ("ruby", "def f\n  |\n", "x\nend\n\ndef g\n", "x\nend"),
    ("ruby", "def f\n  |\nend\n", "if x\n    y\n  end\nend\n\n", "if x\n    y\n  end"),
    ("lua", "function f()\n  |\nend\n", "return 1\nend\n\nfunction g()\n", "return 1"),
    ("shellscript", "f() {\n  |\n}\n", "case $1 in\n    a) b ;;\n  esac\n}\n\n", "case $1 in\n    a) b ;;\n  esac"),
    ("yaml", "a:\n  |\n", "b: 1\n  c: 2\nd: 3\n", "b: 1\n  c: 2"),
    ("html", "<ul>\n  |\n</ul>\n", "<li>a</li>\n  <li>b</li>\n</ul>\n", "<li>a</li>\n  <li>b</li>"),
    ("elixir", "def f do\n  |\nend\n", "x\n  y\nend\n\n", "x\n  y"),
    # line breaks of Windows
    ("python", "x = |\r\n", "1\r\ny\r\n", "1"),
    ("python", "def f():\r\n    |\r\n", "x\r\n    y\r\n\r\nz\r\n", "x\r\n    y"),
    # nothing is wanted
    ("python", "na|me\n", "x\n", ""),
]


@pytest.mark.parametrize(("language", "marked", "model", "expected"), CUTS)
def test_wanted(language: str, marked: str, model: str, expected: str) -> None:
    assert truncate(model, shape(marked, language)) == (expected, True)


@pytest.mark.parametrize(
    ("language", "marked", "model"),
    [
        ("python", "x = |\n", "1 + "),
        ("python", "x = |\n", "f(\n    1,\n"),
        ("python", "def f():\n    |\n", "x = 1\n    y = 2\n"),
        ("python", "y = 0\n|\n", "for x in xs:\n"),
        ("ruby", "def f\n  |\n", "x\nen"),
        ("javascript", "it('a', () => {\n  |\n", "b();\n}"),
    ],
)
def test_what_may_go_on_is_not_complete(language: str, marked: str, model: str) -> None:
    assert truncate(model, shape(marked, language)) == (model, False)


def test_no_more_lines_than_allowed() -> None:
    model = "".join(f"x{i} = {i}\n    " for i in range(20))
    assert truncate(model, shape("def f():\n    |\n", "python", max_lines=3)) == (
        "x0 = 0\n    x1 = 1\n    x2 = 2",
        True,
    )
    assert truncate(model, shape("def f():\n    |\n", "python", max_lines=1)) == ("x0 = 0", True)
    model = 'x = 1\n    y = """\n\n\n'
    assert truncate(model, shape("def f():\n    |\n", "python", max_lines=3)) == ("x = 1", True)


@pytest.mark.parametrize(
    ("language", "marked", "model", "expected"),
    [
        # whole words
        ("python", "x = |\n", "some_na", ""),
        ("python", "x = |\n", "some_name ", "some_name"),
        ("python", "x = |\n", "some_name + oth", "some_name"),
        ("python", "x = |\n", "some_name.", "some_name"),
        ("python", "x = |\n", "a, b, ", "a, b"),
        ("python", "|\n", "return ", ""),
        ("python", "|\n", "return not x ", "return not x"),
        ("python", "x = |\n", "y if z else ", "y if z"),
        # brackets and quotes that it opens are closed
        ("python", "x = |\n", "f(a, b", "f"),
        ("python", "x = |\n", "f(a, b)", "f(a, b)"),
        ("python", "x = |\n", "f(a)[1", "f(a)"),
        ("python", "x = |\n", "'some text", ""),
        ("python", "x = |\n", "'some text' ", "'some text'"),
        ("python", "x = |\n", 'f"some', ""),
        ("python", "f(|\n", "a, b)", "a, b)"),
        ("python", "f(|)\n", "a, g(b", "a, g"),
        # a block's first line by words, the others whole
        ("python", "def f():\n    |\n", "for x in ", "for x"),
        ("python", "def f():\n    |\n", "for x in xs:\n        y += ", "for x in xs:"),
        ("python", "def f():\n    |\n", "for x in xs:\n        y += x\n", "for x in xs:\n        y += x"),
        ("javascript", "function f() {\n  |\n}\n", "a();\n  if (b) {\n    c();\n", "a();"),
        (
            "javascript",
            "function f() {\n  |\n}\n",
            "a();\n  if (b) {\n    c();\n  }\n",
            "a();\n  if (b) {\n    c();\n  }",
        ),
        # strings and comments by words
        ("python", "x = 'a|'\n", " few wor", " few"),
        ("python", "# a|\n", " few (wor", " few"),
        ("markdown", "A|\n", " few wor", " few"),
        # a line of its own comes whole
        ("python", "|x = 1\n", "y = 1 ", ""),
        ("python", "|x = 1\n", "y = 1\n", "y = 1\n"),
        # what is complete is shown as it is
        ("python", "x = |\n", "some_name\n", "some_name"),
    ],
)
def test_showable(language: str, marked: str, model: str, expected: str) -> None:
    assert truncate_unfinished(model, shape(marked, language)) == expected


PIECES = [
    *"()[]{}'\"`,:;.#/*<>-=\\ \n",
    "\n    ",
    "\n        ",
    "word",
    "end",
    "else:",
    "if x:",
    '"""',
    "*/",
    "</",
    "//",
]
SHAPES = st.builds(
    Shape,
    st.sampled_from(Extent),
    st.sampled_from(Region),
    st.sampled_from([0, 4]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([1, 2, 12]),
    st.sampled_from(["python", "javascript", "rust", "ruby", "shellscript", "html", "sql", ""]),
    st.just(""),
    st.sampled_from(["", ")", "}", ",", "in", "</", "*/"]),
    st.sampled_from(["", "(", "{", "({"]),
    st.booleans(),
)
QUOTED = st.sampled_from(["'", '"', '"""']).flatmap(
    lambda quote: st.builds(
        Shape,
        st.just(Extent.LINE),
        st.just(Region.STRING),
        st.just(0),
        language=st.just("python"),
        quote=st.just(quote),
        ahead=st.sampled_from(["", quote]),
    )
)


def check_monotone(text: str, shape: Shape) -> None:
    shown, done = "", None
    for count in range(len(text) + 1):
        part, complete = truncate(text[:count], shape)
        assert text.startswith(part) or part.endswith("\n")
        assert done is None or (part, complete) == done, "what is complete doesn't change"
        done = (part, True) if complete else None
        new = truncate_unfinished(text[:count], shape)
        assert new.startswith(shown), f"{new!r} takes back {shown!r}"
        shown = new


@given(st.lists(st.sampled_from(PIECES)).map("".join), SHAPES | QUOTED)
def test_what_is_shown_is_never_taken_back(text: str, shape: Shape) -> None:
    check_monotone(text, shape)


@pytest.mark.parametrize(("language", "marked", "model", "expected"), CUTS)
def test_what_is_shown_of_the_examples_is_never_taken_back(
    language: str, marked: str, model: str, expected: str
) -> None:
    check_monotone(model, shape(marked, language))
