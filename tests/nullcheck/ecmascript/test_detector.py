"""What is found and what isn't: the cases are files to read, in `cases/`."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.ecmascript.detector import FileAnalysis
from breadknife.plugins.nullcheck.ecmascript.rules import NULLABLE_CALLS, TYPED_CALLS, users_rules
from breadknife.task.values import Finding
from breadknife.text.document import Span
from breadknife.text.syntax import parse
from nullcheck.ecmascript.asking import opened

CASES = Path(__file__).parent / "cases"


def blocks(name: str) -> list[tuple[str, str]]:
    """(language, text) of each."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", (CASES / name).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def found(text: str, language: str = "typescript") -> list[Finding]:
    tree = parse(text, language)
    assert tree is not None
    return FileAnalysis(tree).findings()


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


@pytest.mark.parametrize(("language", "text"), blocks("fires.md"))
def test_must_fire(language: str, text: str) -> None:
    plain, spans = marked(text)
    assert spans
    assert [finding.span for finding in found(plain, language)] == spans, plain


@pytest.mark.parametrize(("language", "text"), blocks("silent.md"))
def test_must_not_fire(language: str, text: str) -> None:
    assert [finding.message for finding in found(text, language)] == [], text


@pytest.mark.parametrize("rule", NULLABLE_CALLS, ids=lambda rule: f"{rule.owner}.{rule.name}")
def test_each_rule_keeps_its_own_examples(rule) -> None:
    said = f"`{rule.name}` returns {rule.null}"
    assert rule.fires
    assert rule.silent
    for example in rule.fires:
        assert any(said in finding.message for finding in found(example)), example
        if rule.typed_only and ":" not in example and "<" not in example:
            assert found(example, "javascript") == [], example
    for example in rule.silent:
        assert found(example) == [], example


@pytest.mark.parametrize("rule", TYPED_CALLS.values(), ids=lambda rule: rule.name)
def test_each_call_with_a_type_keeps_its_own_examples(rule) -> None:
    assert rule.fires
    assert rule.silent
    for example in rule.fires:
        assert len(found(example)) == 1, example
    for example in rule.silent:
        assert found(example) == [], example


@pytest.mark.parametrize(
    ("language", "row", "text", "why"),
    [
        ("typescript", "Orders.find -> when there is none", "function f(o: Orders) { return o.find(1).name }\n",
         "when there is none"),
        ("typescript", "@acme/orders.find", "import { find } from '@acme/orders';\nfind(1).name;\n", "at times"),
        ("typescript", "@acme/orders.find", "import { find as g } from '@acme/orders';\ng(1).name;\n", "at times"),
        ("typescript", "./orders.find", "import * as o from './orders';\no.find(1).name;\n", "at times"),
        ("javascript", "orders.find", "import orders from 'orders';\nconst a = orders.find(1);\na.name;\n", "at times"),
        ("javascript", "./orders.find", "const o = require('./orders');\no.find(1).name;\n", "at times"),
    ],
)  # fmt: skip
def test_a_user_adds_calls(language: str, row: str, text: str, why: str) -> None:
    tree = parse(text, language)
    assert tree is not None
    (finding,) = FileAnalysis(tree, rules=users_rules((row,))).findings()
    assert re.fullmatch(rf"`.*` may be null: `\w+` returns null {why}", finding.message)
    assert found(text, language) == []


@pytest.mark.parametrize(
    "text",
    [
        "import { find } from './orders';\nfind(1)?.name;\n",
        "import { find } from './other';\nfind(1).name;\n",
        "import { find } from './orders';\nfunction f(find) { return find(1).name }\n",
        "function f(o: Store) { return o.find(1).name }\n",
    ],
)
def test_a_users_row_is_about_that_call_alone(text: str) -> None:
    tree = parse(text, "typescript")
    assert tree is not None
    assert FileAnalysis(tree, rules=users_rules(("./orders.find", "Orders.find"))).findings() == []


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
        ("x * 2", "none-operand"),
        ("parseInt(x)", "none-argument"),
        ("const y: string = x", "none-assign"),
    ],
)
def test_code_names_the_use(use: str, code: str) -> None:
    assert [finding.code for finding in found(f"function f(x?: any[] | string) {{ {use} }}")] == [code]


@pytest.mark.parametrize(
    ("text", "message", "path"),
    [
        ("interface P {\n  name?: string;\n}\nfunction f(p: P) {\n  return p.name.trim();\n}\n",
         "`p.name` may be undefined: the property `name` is optional",
         [("name?: string", "The property `name` is optional; nothing checks it before the use")]),
        ("s.match(/a/)[0];\n", "`s.match(/a/)` may be null: `match` returns null when nothing matches",
         [("match", "`match` returns null when nothing matches; nothing checks it before the use")]),
        ("const m = s.match(/a/);\nm[0];\n", "`m` may be null: `match` returns null when nothing matches",
         [("match", "`match` returns null when nothing matches; nothing checks it before the use")]),
        ("interface P {\n  d?: X;\n}\nfunction f(p: P): Date {\n  return p.d?.x;\n}\n",
         "`p.d?.x` may be undefined: `p.d` may be undefined (the property `d` is optional)",
         [("d?: X", "`p.d` may be undefined (the property `d` is optional); nothing checks it before the use")]),
        ("function f(x?: X) {\n  if (a && x !== undefined) x.a();\n  x.b();\n}\n",
         "`x` may be undefined: this parameter is optional",
         [("x?: X", "This parameter is optional"), ("x", "This checks `x`, but doesn't cover the use")]),
        ("function f(x?: X) {\n  if (g(y)) h();\n  x.b();\n}\n",
         "`x` may be undefined: this parameter is optional",
         [("x?: X", "This parameter is optional; nothing checks it before the use")]),
    ],
)  # fmt: skip
def test_a_finding_says_what_why_and_the_path(text: str, message: str, path: list[tuple[str, str]]) -> None:
    (finding,) = found(text)
    assert finding.message == message
    assert [(text[r.span.start : r.span.end], r.message) for r in finding.related] == path


def test_a_check_that_does_not_reach_into_a_callback_is_explained() -> None:
    text = "class A {\n  x?: X;\n  f() {\n    if (this.x) later(() => this.x.y);\n  }\n}\n"
    (finding,) = found(text)
    assert finding.related[1].message == "The earlier check doesn't cover this function, which may run later"
    assert text[finding.related[1].span.start :].startswith("() => this.x.y")


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
    assert isinstance(found(text), list)


@pytest.mark.parametrize(
    ("declared", "cleared", "said"),
    [
        ("let x = null", "null", "`x` may be null: `x` is null until `set` sets it"),
        ("let x", "undefined", "`x` may be undefined: `x` is undefined until `set` sets it"),
        ("let x", "null", "`x` may be null: `x` is undefined until `set` sets it"),
    ],
)
def test_a_variable_of_the_module_says_who_sets_it(declared: str, cleared: str, said: str) -> None:
    text = (
        f"{declared};\nexport function set(v) {{ x = v }}\nexport function clear() {{ x = {cleared} }}\n"
        "export const get = () => x.y;\n"
    )
    assert [finding.message for finding in found(text, "javascript")] == [said]


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
