"""What the null check finds in a file of Python; the cases of `cases/` are tested with the core."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.languages.python.file import Python, PythonFile
from breadknife.task.values import Finding
from breadknife.text import syntax
from breadknife.text.document import Document, Span
from breadknife.text.syntax import parse
from support import marked_spans


def opened(text: str) -> PythonFile:
    tree = parse(text, "python")
    assert tree is not None
    return Python().open(Document("file:///a.py", "python", text), tree, None)


def found(text: str) -> list[Finding]:
    return list(opened(text).findings())


def check(text: str, expected: list[Span]) -> None:
    assert [finding.span for finding in found(text)] == expected, text


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_line_breaks_and_a_byte_order_mark_are_part_of_the_text(newline: str) -> None:
    text, spans = marked_spans(newline.join(["\ufeffs = '😀'", "def f(x=None):", "    s = '😀'; return ⟦x⟧.y", ""]))
    check(text, spans)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x.y", "none-attribute"),
        ("x()", "none-call"),
        ("x[0]", "none-subscript"),
        ("[*x]", "none-iterate"),
        ("x < 1", "none-operand"),
        ("len(x)", "none-argument"),
        ("with x: pass", "none-with"),
    ],
)
def test_code_names_the_use(text: str, code: str) -> None:
    assert [finding.code for finding in found(f"def f(x=None):\n    {text}\n")] == [code]


@pytest.mark.parametrize(
    ("text", "message", "path"),
    [
        (
            "import re\n\ndef f(s):\n    m = re.match('a', s)\n    return m.group()\n",
            "`m` may be None: `re.match` returns None when nothing matches",
            [
                ("re.match('a', s)", "`re.match` returns None when nothing matches"),
                ("m = re.match('a', s)", "`m` gets it here; nothing checks it before the use"),
            ],
        ),
        (
            "def f(x=None):\n    if x:\n        x.a\n    x.b\n",
            "`x` may be None: the default of `x` in `f` is None",
            [
                ("x=None", "The default of `x` in `f` is None"),
                ("x", "This checks `x`, but doesn't cover the use"),
            ],
        ),
        (
            "import re\n\ndef f(s):\n    return re.match('a', s).group()\n",
            "`re.match('a', s)` may be None: `re.match` returns None when nothing matches",
            [("re.match('a', s)", "`re.match` returns None when nothing matches; nothing checks it before the use")],
        ),
    ],
)
def test_a_finding_says_what_why_and_the_path(text: str, message: str, path: list[tuple[str, str]]) -> None:
    (finding,) = found(text)
    assert finding.message == message
    assert [(text[r.span.start : r.span.end], r.message) for r in finding.related] == path


def test_a_file_that_a_program_has_written_is_left_alone() -> None:
    assert found("# @generated\n\ndef f(x=None):\n    return x.y\n") == []


@pytest.mark.slow
def test_two_hundred_thousand_lines_are_a_normal_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "PARSE_SECONDS", 120.0)  # however busy the machine is
    block = (
        "def f{i}(x=None):\n    y = {i}\n    z = y\n    print(y, z)\n    for a in (y, z):\n        print(a)\n"
        "    if x is None:\n        return y\n    return x.y\n"
    )
    text = "".join(block.format(i=i) for i in range(25_000)) + "def g(x=None):\n    return x.y\n"
    (finding,) = found(text)
    assert text[finding.span.start : finding.span.end] == "x"


@pytest.mark.parametrize("before", ["", "\n", "\r\n", "\n \n\t\n" * 99])
def test_blank_lines_at_the_beginning_move_no_function(before: str) -> None:
    """The grammar's root begins after them."""
    text, spans = marked_spans(f"{before}def f():\n    return None if t else 1\n\ndef g(x=None):\n    ⟦x⟧.y\n")
    check(text, spans)
