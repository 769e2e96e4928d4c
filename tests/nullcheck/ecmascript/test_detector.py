"""What a finding says, and of which texts. What is found is in `core/ecmascript/test_specification.py`."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span
from breadknife.text.syntax import parse
from nullcheck.ecmascript.asking import opened


def found(text: str, language: str = "typescript") -> Sequence[Finding]:
    tree = parse(text, language)
    assert tree is not None
    return EcmaScript().open(Document("file:///project/src/a.ts", language, text), tree, None).findings()


def marked(text: str) -> tuple[str, list[Span]]:
    """`⟦⟦a⟧.b⟧` as `a.b` with the spans of what was marked, inner marks too."""
    plain, spans, opened = "", [], list[int]()
    for char in text:
        if char == "⟦":
            opened.append(len(plain))
        elif char == "⟧":
            spans.append(Span(opened.pop(), len(plain)))
        else:
            plain += char
    return plain, sorted(spans)


@pytest.mark.parametrize(
    ("name", "count"), [("a.d.ts", 0), ("a.d.mts", 0), ("a.d.cts", 0), ("a.json.d.ts", 0), ("d.ts", 1)]
)
def test_a_file_of_declarations_has_no_code(name: str, count: int) -> None:
    text = "declare const x: X | null;\nx.y;\nfunction f(x?: X) { x.y }\n"
    assert len(opened(text, uri=f"file:///project/{name}").findings()) == count


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_line_breaks_and_a_byte_order_mark_are_part_of_the_text(newline: str) -> None:
    text, spans = marked(newline.join(["\ufeffconst s = '😀'", "function f(x?: X) {", "  '😀'; ⟦x⟧.y", "}", ""]))
    assert [finding.span for finding in found(text)] == spans


@pytest.mark.parametrize(
    ("use", "code"),
    [
        ("x.y", "none-attribute"),
        ("x()", "none-call"),
        ("x[0]", "none-subscript"),
        ("[...x]", "none-iterate"),
    ],
)
def test_code_names_the_use(use: str, code: str) -> None:
    assert [finding.code for finding in found(f"function f(x?: any[] | string) {{ {use} }}")] == [code]


@pytest.mark.parametrize(
    ("text", "message", "path"),
    [
        ("interface P {\n  name?: string;\n}\nfunction f(p: P) {\n  return p.name.trim();\n}\n",
         "`p.name` may be undefined: `name` is declared so that it may be undefined",
         [("name?: string", "`name` is declared so that it may be undefined; nothing checks it before the use")]),
        ("s.match(/a/)[0];\n", "`s.match(/a/)` may be null: `match` returns null when nothing matches",
         [("s.match(/a/)", "`match` returns null when nothing matches; nothing checks it before the use")]),
        ("const m = s.match(/a/);\nm[0];\n", "`m` may be null: `match` returns null when nothing matches",
         [("s.match(/a/)", "`match` returns null when nothing matches"),
          ("m = s.match(/a/)", "`m` gets it here; nothing checks it before the use")]),
        ("function f(x?: X) {\n  if (a && x !== undefined) x.a();\n  x.b();\n}\n",
         "`x` may be undefined: `x` is declared so that it may be undefined",
         [("x", "`x` is declared so that it may be undefined"),
          ("x", "This checks `x`, but doesn't cover the use")]),
        ("function f(x?: X) {\n  if (g(y)) h();\n  x.b();\n}\n",
         "`x` may be undefined: `x` is declared so that it may be undefined",
         [("x", "`x` is declared so that it may be undefined; nothing checks it before the use")]),
    ],
)  # fmt: skip
def test_a_finding_says_what_why_and_the_path(text: str, message: str, path: list[tuple[str, str]]) -> None:
    (finding,) = found(text)
    assert finding.message == message
    assert [(text[r.span.start : r.span.end], r.message) for r in finding.related] == path


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 3000 + "null" + ")" * 3000,
        "function f(x?: X) { return " + " + ".join(["1"] * 20000) + " + x }",
        "function f(x?: X) { return x!" + ".a(null)" * 3000 + " }",
        "if (null) {" * 400 + "}" * 400,
        "function f(x: any = null) {" + "for (const a of x) {" * 40 + "x = null" + "}" * 40 + "}",
        "x => " * 500 + "null",
        "const f0 = () => null;" + "".join(f"function f{i}() {{ if (a) return f{i - 1}() }}\n" for i in range(1, 2000)),
        "interface A extends A { b?: A }\nfunction f(a: A) { a.b!.c }",
        "type A = B; type B = A; function f(a: A | null) { a!.b }",
        "class A { find(): A | null { return this.find() } }",
    ],
    ids=["parentheses", "sum", "chain", "ifs", "loops", "arrows", "calls", "self", "aliases", "recursion"],
)  # fmt: skip
def test_deep_nesting_is_a_normal_file(text: str) -> None:
    assert isinstance(found(text), Sequence)


@pytest.mark.parametrize(
    "text",
    [
        "let x = null;\nfunction set(v) { x = v }\nfunction get() { return x.y + [" + "1, " * 60_000 + "1] }",
        "/** @param {?A} a */\nfunction f(a) { return a.b }\n" + "f(1, (2), " * 5_000,
    ],
    ids=["array", "calls"],
)
def test_what_comments_and_variables_say_is_read_in_time(text: str) -> None:
    started = time.monotonic()
    found(text, "javascript")
    assert time.monotonic() - started < 5
