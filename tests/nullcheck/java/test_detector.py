"""What is found in Java and what isn't: the cases are files to read, in `cases/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.java.file import Java
from breadknife.task.values import Finding
from breadknife.text.syntax import parse
from support import document, marked_spans

CASES = Path(__file__).parent / "cases"


def blocks(name: str) -> list[str]:
    return re.findall(r"^```java\n(.*?)^```$", (CASES / name).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def method(body: str) -> str:
    return "import java.util.*;\nclass A {\n    void a() throws Exception {\n" + body + "\n    }\n}\n"


def found(text: str) -> list[Finding]:
    tree = parse(text, "java")
    assert tree is not None
    return list(Java().open(document(text, "java"), tree, None).findings())


@pytest.mark.parametrize("marked", blocks("fires.md"))
def test_must_fire(marked: str) -> None:
    text, spans = marked_spans(marked)
    assert spans
    assert [finding.span for finding in found(text)] == spans, marked


@pytest.mark.parametrize("text", blocks("silent.md"))
def test_must_not_fire(text: str) -> None:
    assert [finding.message for finding in found(text)] == [], text


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_line_breaks_and_a_byte_order_mark_are_part_of_the_text(newline: str) -> None:
    lines = ["\ufeffclass A {", '    int f() { String a = "😀", s = null; return ⟦s⟧.length(); }', "}", ""]
    text, spans = marked_spans(newline.join(lines))
    assert [finding.span for finding in found(text)] == spans


@pytest.mark.parametrize(
    ("body", "code", "message", "path"),
    [
        ('System.getenv("A").trim();', "none-attribute",
         "`System.getenv(\"A\")` may be null: `System.getenv` returns null when it isn't set",
         [('System.getenv("A")', "`System.getenv` returns null when it isn't set; nothing checks it before the use")]),
        ("String s = null;\ns.trim();", "none-attribute", "`s` is null here: `s` is null at first",
         [("null", "`s` is null at first"), ("s = null", "`s` gets it here; nothing checks it before the use")]),
        ("String s = System.getenv(p);\nif (s == null) { g(); }\ns.trim();", "none-attribute",
         "`s` may be null: `System.getenv` returns null when it isn't set",
         [("System.getenv(p)", "`System.getenv` returns null when it isn't set"),
          ("s = System.getenv(p)", "`s` gets it here"), ("s", "This checks `s`, but doesn't cover the use")]),
        ("String s = System.getenv(p), r = g();\nif (null != r) { g(); }\ns.trim();", "none-attribute",
         "`s` may be null: `System.getenv` returns null when it isn't set",
         [("System.getenv(p)", "`System.getenv` returns null when it isn't set"),
          ("s = System.getenv(p)", "`s` gets it here; nothing checks it before the use")]),
        ("String s = System.getenv(p);\nif (s == null) { s.trim(); }", "none-attribute",
         "`s` is null here: `System.getenv` returns null when it isn't set",
         [("System.getenv(p)", "`System.getenv` returns null when it isn't set"),
          ("s = System.getenv(p)", "`s` gets it here"), ("s", "This checks `s`, but doesn't cover the use")]),
        ("for (String s : new java.io.File(p).list()) g(s);", "none-iterate",
         "`new java.io.File(p).list()` may be null: `File.list` returns null when it isn't a directory",
         [("new java.io.File(p).list()",
           "`File.list` returns null when it isn't a directory; nothing checks it before the use")]),
    ],
)  # fmt: skip
def test_a_finding_says_what_why_and_the_path(body: str, code: str, message: str, path: list[tuple[str, str]]) -> None:
    text = method(body)
    (finding,) = found(text)
    assert (finding.code, finding.message) == (code, message)
    assert [(text[r.span.start : r.span.end], r.message) for r in finding.related] == path


@pytest.mark.parametrize(
    "body",
    [
        "Object x = " + "(" * 3000 + "null" + ")" * 3000 + ";",
        "String x = null; x = " + " + ".join(["1"] * 20000) + " + x;",
        "A x = null; x" + ".a(null)" * 3000 + ";",
        "if (null == null) {" * 400 + "}" * 400,
        "A x = null;" + "for (A a : x) {" * 40 + "x = null;" + "}" * 40,
    ],
    ids=["parentheses", "sum", "chain", "ifs", "loops"],
)
def test_deep_nesting_is_a_normal_file(body: str) -> None:
    assert isinstance(found(method(body)), list)
