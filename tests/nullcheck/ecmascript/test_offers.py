"""What is offered for a finding, in which order, and what it writes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.ecmascript.language import EcmaScript, EcmaScriptFile
from breadknife.plugins.nullcheck.values import Content, Offer, Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, apply_edits
from breadknife.text.syntax import parse


def opened(text: str, language: str = "typescript", uri: str = "file:///project/src/a.ts") -> EcmaScriptFile:
    tree = parse(text, language)
    assert tree is not None
    return EcmaScript().open(Document(uri, language, text), tree, None)


def offered(text: str, language: str = "typescript", at: int = 0, uri: str = "file:///project/src/a.ts") -> list[Offer]:
    """The offers for the file's finding number `at`."""
    file = opened(text, language, uri)
    finding = file.findings()[at]
    place = file.place(finding)
    assert place is not None
    return list(file.offers(place, (finding,)))


def results(text: str, language: str = "typescript") -> dict[str, str]:
    return {offer.strategy.value: apply_edits(text, offer.edits) for offer in offered(text, language)}


@pytest.mark.parametrize(
    ("strategy", "before", "after"),
    [
        ("raise", "function f(x?: X) {\n  return x.y;\n}\n",
         'function f(x?: X) {\n  if (x === undefined) {\n    throw new Error("x is undefined");\n  }\n'
         "  return x.y;\n}\n"),
        ("raise", "function f(x: X | null) {\r\n\treturn x.y\r\n}\r\n",
         'function f(x: X | null) {\r\n\tif (x === null) {\r\n\t\tthrow new Error("x is null")\r\n\t}\r\n'
         "\treturn x.y\r\n}\r\n"),
        ("raise", "const m = 'ü'.match(/a/);\nm[0];\n",
         "const m = 'ü'.match(/a/);\nif (m === null) {\n  throw new Error('m is null');\n}\nm[0];\n"),
        ("raise", "function f(s: string) {\n  return s.match(/a/)[0];\n}\n",
         "function f(s: string) {\n  const match = s.match(/a/);\n  if (match === null) {\n"
         '    throw new Error("the result of s.match is null");\n  }\n  return match[0];\n}\n'),
        ("raise", "function f(x?: X | null) {\n  if (!a) throw new TypeError('a');\n  return x.y;\n}\n",
         "function f(x?: X | null) {\n  if (!a) throw new TypeError('a');\n"
         "  if (x == null) throw new TypeError('x is null or undefined');\n  return x.y;\n}\n"),
        ("raise", "function f(x?: X) {\n  for (let i = 0; i < x.length; i++) g(i);\n}\n",
         'function f(x?: X) {\n  if (x === undefined) {\n    throw new Error("x is undefined");\n  }\n'
         "  for (let i = 0; i < x.length; i++) g(i);\n}\n"),
        ("raise", "function f(x?: X) {\n  while (x.next()) g();\n}\n",
         'function f(x?: X) {\n  if (x === undefined) {\n    throw new Error("x is undefined");\n  }\n'
         "  while (x.next()) g();\n}\n"),
        ("return", "function f(x?: X): void {\n  g();\n  x.y();\n}\n",
         "function f(x?: X): void {\n  g();\n  if (x === undefined) {\n    return;\n  }\n  x.y();\n}\n"),
        ("return", "async function f(x?: X): Promise<number | null> {\n  return x.y;\n}\n",
         "async function f(x?: X): Promise<number | null> {\n  if (x === undefined) {\n    return null;\n  }\n"
         "  return x.y;\n}\n"),
        ("continue", "function f(xs: X[], m: Map<X, Y>) {\n  for (const x of xs) {\n    m.get(x).run();\n  }\n}\n",
         "function f(xs: X[], m: Map<X, Y>) {\n  for (const x of xs) {\n    const value = m.get(x);\n"
         "    if (value === undefined) {\n      continue;\n    }\n    value.run();\n  }\n}\n"),
        ("break",
         "function f(xs: X[], m: Map<X, Y>) {\n  for (const x of xs) {\n    if (x.last) break;\n"
         "    m.get(x).run();\n  }\n}\n",
         "function f(xs: X[], m: Map<X, Y>) {\n  for (const x of xs) {\n    if (x.last) break;\n"
         "    const value = m.get(x);\n    if (value === undefined) break;\n    value.run();\n  }\n}\n"),
        ("annotate", "const f = (x?: string) => {\n  const y: string = x;\n  return y;\n};\n",
         "const f = (x?: string) => {\n  const y: string | undefined = x;\n  return y;\n};\n"),
        ("assert", 'import assert from "node:assert";\nfunction f(x?: X) {\n  return x.y;\n}\n',
         'import assert from "node:assert";\nfunction f(x?: X) {\n  assert(x !== undefined, "x is undefined");\n'
         "  return x.y;\n}\n"),
        ("narrow", "function f(x?: X) {\n  x.y({\n    a: 1,\n  });\n}\n",
         "function f(x?: X) {\n  if (x !== undefined) {\n    x.y({\n      a: 1,\n    });\n  }\n}\n"),
        ("narrow", "function f(x?: X) {\n  x.y.z = g();\n}\n",
         "function f(x?: X) {\n  if (x !== undefined) {\n    x.y.z = g();\n  }\n}\n"),
        ("narrow", "function f(x?: X) {\n  x.count++;\n}\n",
         "function f(x?: X) {\n  if (x !== undefined) {\n    x.count++;\n  }\n}\n"),
        ("raise",
         "class A {\n  constructor(x) {\n    this.x = x;\n  }\n  x: X | null;\n"
         "  f() {\n    while (this.x.y) g();\n  }\n}\n",
         "class A {\n  constructor(x) {\n    this.x = x;\n  }\n  x: X | null;\n  f() {\n    if (this.x === null) {\n"
         '      throw new Error("this.x is null");\n    }\n    while (this.x.y) g();\n  }\n}\n'),
        ("optional-chain", "function f(x?: X) {\n  x.y.z();\n}\n", "function f(x?: X) {\n  x?.y.z();\n}\n"),
        ("optional-chain", "function f(x?: X[]) {\n  if (x[0]) g();\n}\n",
         "function f(x?: X[]) {\n  if (x?.[0]) g();\n}\n"),
        ("optional-chain", "function f(g?: () => void) {\n  g();\n}\n", "function f(g?: () => void) {\n  g?.();\n}\n"),
        ("default", "function f(x?: string) {\n  return x.trim();\n}\n",
         'function f(x?: string) {\n  return (x ?? "").trim();\n}\n'),
        ("default", "function f(xs?: X[]) {\n  for (const x of xs) g(x);\n}\n",
         "function f(xs?: X[]) {\n  for (const x of xs ?? []) g(x);\n}\n"),
        ("default", "function f(x?: string): string { return x }\n",
         'function f(x?: string): string { return x ?? "" }\n'),
        ("non-null", "function f(x?: X) { return g(x.y) }\n", "function f(x?: X) { return g(x!.y) }\n"),
        ("annotate", "function f(x?: string): string { return x }\n",
         "function f(x?: string): string | undefined { return x }\n"),
        ("required", "function f(a: A, x?: X) { return x.y }\nf(1, 2); f(3, 4);\n",
         "function f(a: A, x: X) { return x.y }\nf(1, 2); f(3, 4);\n"),
        ("field", "interface P { a: A; b?: B }\nconst p: P = { a: 1, b: 2 };\nfunction f(p: P) { return p.b.c }\n",
         "interface P { a: A; b: B }\nconst p: P = { a: 1, b: 2 };\nfunction f(p: P) { return p.b.c }\n"),
        ("drop-none",
         "class A {\n  private x: X | null;\n  constructor() { this.x = new X(); }\n  f() { return this.x.y }\n}\n",
         "class A {\n  private x: X;\n  constructor() { this.x = new X(); }\n  f() { return this.x.y }\n}\n"),
        ("return-type", "function f(): X | null {\n  return new X();\n}\nf().y;\n",
         "function f(): X {\n  return new X();\n}\nf().y;\n"),
        ("initial", "function f() {\n  let xs: X[] | null = null;\n  return xs.map(g);\n}\n",
         "function f() {\n  let xs: X[] = [];\n  return xs.map(g);\n}\n"),
    ],
)  # fmt: skip
def test_edit(strategy: str, before: str, after: str) -> None:
    assert results(before).get(strategy) == after


@pytest.mark.parametrize(
    "body",
    [
        "return a || x.y;",
        "return a && x.y;",
        "return a ?? x.y;",
        "return a ? x.y : 0;",
        "return a?.b(x.y);",
        "return () => x.y;",
        "a ||= x.y;",
        "if (a) x.y();",
        "while (x.y) x = x.z;",
        "do a(); while (x.y);",
        "for (; a; x.y) {}",
        "for (let b; x.y; x = b) {}",
        "if (a) {} else if (x.y) {}",
        "a(); x.y();",
        "const { b = x.y } = a;",
        "class B { c = x.y }",
        "for (const b of c) { } for (;x.y;) {}",
    ],
)
def test_nothing_is_put_before_a_statement_that_may_not_reach_the_use(body: str) -> None:
    assert not {"raise", "return", "assert", "narrow"} & results(f"function f(a, x?: X) {{\n  {body}\n}}\n").keys()


@pytest.mark.parametrize("statement", ["x.q = y = z;", "x.q(y = z);", "x[y++] = 1;"])
def test_what_gives_another_name_a_value_is_not_skipped(statement: str) -> None:
    assert "narrow" not in results(f"function f(y, z, x?: X) {{\n  {statement}\n  return y;\n}}\n")


@pytest.mark.parametrize("change", ["delete this.x;", "this.x &&= null;", "this.x = null;"])
def test_a_loop_that_changes_the_member_has_no_check_before_it(change: str) -> None:
    assert "raise" not in results(
        f"class A {{\n  x: X | null;\n  f() {{\n    while (this.x.y) {{\n      {change}\n    }}\n  }}\n}}\n"
    )


TYPES = """\
interface U { p?: { d: Date | null; e?: Date }; t?: string[] }
function g(d: Date) {}
const m = new Map<number, U>();
"""


@pytest.mark.parametrize(
    ("use", "value", "test", "message"),
    [
        ("g(u.p?.e)", "u.p?.e", "=== undefined", "u.p.e is undefined"),
        ("g(u.p?.d)", "u.p?.d", "== null", "u.p.d is null"),  # undefined, too: where there is no `p`
        ("m.get(1).t", "m.get(1)", "=== undefined", "the result of m.get is undefined"),
        ("us[0].t.at(0)", "us[0].t", "=== undefined", "t is undefined"),
    ],
)
def test_a_value_without_a_name_gets_one_and_a_message_that_can_be_read(
    use: str, value: str, test: str, message: str
) -> None:
    made = results(f"{TYPES}function f(u: U, us: U[]) {{\n  return {use};\n}}\n")["raise"]
    name = made.partition(f" = {value};\n")[0].rpartition(" ")[2]
    assert f'  if ({name} {test}) {{\n    throw new Error("{message}");\n' in made


@pytest.mark.parametrize(
    ("method", "is_right"),
    [("filter", True), ("some", True), ("every", True), ("findLast", True), ("map", False), ("flatMap", False)],
)
def test_a_function_that_is_only_asked_whether_it_is_true_may_give_undefined(method: str, is_right: bool) -> None:
    made = results(f"{TYPES}const f = (us: U[]) => us.{method}((u) => u.t.includes('a'));\n")
    assert ("optional-chain" in made) is is_right


def test_a_call_is_not_moved_before_another_ones_effects() -> None:
    assert "raise" not in results("function f(s: string) {\n  return g(h(), s.match(/a/)[0]);\n}\n")


@pytest.mark.parametrize(
    "text",
    [
        "function f(x?: X) {\n  return g(x.y);\n}\n",
        "function f(x?: X) {\n  x.y = 1;\n}\n",
        "function f(x?: X) {\n  return `${x.y}`;\n}\n",
        "function f(x?: X) {\n  const z: number = x.y;\n}\n",
        "function f(x?: X) {\n  return new x.Y();\n}\n",
        "function f(x?: X) {\n  return x.tag`a`;\n}\n",
        "function f(x?: X) {\n  return (x.y).z;\n}\n",
        "const f = (x?: X) => x.y;\n",
        "function f(x?: X) {\n  return once(() => x.y);\n}\n",
        "function f(x?: X) {\n  return _.once(() => x.y());\n}\n",
        "function f(xs: X[], x?: X) {\n  return xs.map(() => x.y);\n}\n",
    ],
)
def test_an_optional_chain_is_not_offered_where_undefined_would_go_on(text: str) -> None:
    assert "optional-chain" not in results(text)


@pytest.mark.parametrize("call", ["a.on('b', {})", "a.once('b', {})", "setTimeout({}, 1)", "a.b.forEach({})"])
def test_a_function_whose_result_nobody_looks_at_may_give_undefined(call: str) -> None:
    made = results(f"function f(x?: X) {{\n  {call.format('() => x.y()')};\n}}\n")
    assert "() => x?.y()" in made["optional-chain"]


@pytest.mark.parametrize(("body", "asked"), [("", False), ("  if (!a) throw new Error();\n", True)])
def test_a_function_that_throws_elsewhere_gives_no_undefined_by_itself(body: str, asked: bool) -> None:
    offers = offered(f"function f(x?: string): string {{\n{body}  return x;\n}}\n")
    assert [offer.is_asked_for for offer in offers if offer.strategy is Strategy.ANNOTATE] == [asked]
    [throwing] = [offer for offer in offers if offer.strategy is Strategy.RAISE]
    assert all("undefined {" not in edit.new_text and " | " not in edit.new_text for edit in throwing.edits)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("function f(x?: X) {\n  x.y();\n}\n", "optional-chain"),
        ("function f(x?: X) {\n  if (!a) throw new Error('a');\n  return x.y;\n}\n", "raise"),
        ("function f(xs, m: Map<X, Y>) {\n  for (const x of xs) {\n    if (!x) continue;\n    m.get(x).y();\n  }\n}\n",
         "continue"),
        ("function f(x?: X) {\n  return x.y;\n}\nf(1);\n", "required"),
        ("function f(x?: X) {\n  x.y();\n  xs.push(x);\n}\n", "raise"),
        ("function f(x?: X, a = x?.b) {\n  return x.y ?? 0;\n}\n", "optional-chain"),
        ("function f(x?: X, a = x?.b) {\n  return x.y ?? x.z;\n}\n", "raise"),
        ("function f(x?: X, a = x?.b) {\n  return x.y ?? 'x.z';\n}\n", "optional-chain"),
        ("function f(x?: X) {\n  return x.y ?? x.z ?? x?.a;\n}\n", "raise"),
        ("const f = (x?: X) => {\n  x.a.b();\n  x.b();\n};\n", "raise"),
        ("const f = (x?: X) => {\n  x.a.b();\n  if (x) x.b();\n};\n", "optional-chain"),
        ("const f = (x?: X) => {\n  x.a.b();\n  x?.b();\n};\n", "optional-chain"),
        ("import invariant from 'tiny-invariant';\nfunction f(x?: X) {\n  return x.y;\n}\n", "assert"),
    ],
)  # fmt: skip
def test_the_surroundings_decide_what_comes_first(text: str, first: str) -> None:
    offers = offered(text)
    assert offers[0].strategy.value == first
    assert offers[-1].strategy is Strategy.NON_NULL


@pytest.mark.parametrize(
    ("loop", "goes_on"),
    [
        ("for (const y of ys) {\n    x.y(y);\n  }", True),
        ("for (const y of ys) x.y(y);", False),  # no block for the check
        ("for (let i = 0; i < n; i++) {\n    x.y(i);\n  }", True),
        ("for (let i = 0; i < n;) {\n    x.y(i);\n    i++;\n  }", False),
        ("for (;;) {\n    x.y();\n  }", False),
        ("while (true) {\n    x.y();\n    x = m.get(1);\n  }", False),
        ("while (true) {\n    x = m.get(1);\n    x.y();\n  }", True),
        ("while (g()) {\n    if (g()) {\n      x = m.get(1);\n    }\n    x.y();\n  }", False),
        ("while (g()) {\n    const z = m.get(1);\n    if (g()) {\n      z.y();\n    }\n    g();\n  }", True),
        ("while (i < n) {\n    const z = m.get(i);\n    z.y();\n    i++;\n  }", False),
        ("while (i < n) {\n    i++;\n    const z = m.get(i);\n    z.y();\n  }", True),
        ("while (i < n) {\n    m.get(i).y();\n    i += 1;\n  }", False),
        ("while (g()) {\n    m.get(g()).y();\n    n = 1;\n  }", True),
        ("while (g()) {\n    const z = s.match(/a/);\n    z.at(1);\n    s.shift();\n  }", False),
        ("do {\n    x.y();\n  } while ((x = m.get(1)));", True),
        ("do {\n    const z = m.get(i);\n    z.y();\n    i++;\n  } while (i < n);", False),
    ],
)  # fmt: skip
def test_a_round_is_skipped_where_the_next_one_may_find_another_value(loop: str, goes_on: bool) -> None:
    made = results(f"function f(ys: Y[], m: Map<number, X>, s: string, i, n, x?: X) {{\n  {loop}\n}}\n")
    assert made
    assert ("continue" in made) is goes_on
    assert ("break" in made) is (not goes_on and "for (const" not in loop)


@pytest.mark.parametrize(
    ("after", "is_right"),
    [
        ("x.b();", False),
        ("g(x.b);", False),
        ("return x[0];", False),
        ("if (x.b) g();", False),
        ("x?.b();", True),
        ("if (x) x.b();", True),
        ("x = new X();\n  x.b();", True),
        ("g();", True),
    ],
)
def test_a_check_of_one_use_alone_is_no_way_where_the_value_is_used_after_it(after: str, is_right: bool) -> None:
    text = f"function f(x?: X | null) {{\n  x.a();\n  {after}\n}}\n"
    made = results(text)
    assert {"optional-chain", "narrow"} & made.keys() == ({"optional-chain", "narrow"} if is_right else set())
    assert {"raise", "non-null"} <= made.keys()


def test_a_value_that_is_given_a_name_is_told_of_by_it() -> None:
    """The place of the second finding, `address`, lies within what moves, and the first one's isn't ended by it."""
    types = "interface U { address?: { city?: string } }\nconst m = new Map<number, U>();\n"
    text = types + "function f() {\n  return m.get(1).address.city.trim();\n}\n"
    made = [{offer.strategy: apply_edits(text, offer.edits) for offer in offered(text, at=at)} for at in range(3)]
    names = {"value": "m.get(1)", "addressValue": "m.get(1).address", "cityValue": "m.get(1).address.city"}
    named = [f"  const {name} = {value};\n" for name, value in names.items()]
    assert [name in each[Strategy.RAISE] for name, each in zip(named, made, strict=True)] == [True] * 3


LOOPS = "function f(xs: X[], m: Map<X, Y>) {\n  for (const x of xs) {\n    const y = m.get(x);\n    y.run();\n  }\n}\n"


@pytest.mark.parametrize(
    ("text", "first", "reason"),
    [
        ("function f(x?: X) {\n  return x.y;\n}\n", Strategy.RAISE, "it throws anyway, without a message"),
        ("function g(x?: X) {\n  if (!x) throw new Error('x');\n}\nfunction f(x?: X) {\n  x.y();\n}\n",
         Strategy.RAISE, "the file throws elsewhere when `x` is undefined"),
        ("function g(x?: X) {\n  if (x === undefined) {\n    return;\n  }\n}\nfunction f(x?: X) {\n  x.y();\n}\n",
         Strategy.RETURN, "the file does so elsewhere when `x` is undefined"),
        (LOOPS + "for (const y of ys) if (!y) continue;\n", Strategy.CONTINUE,
         "the file does so elsewhere when `y` is undefined"),
        (LOOPS + "for (const y of ys) if (y == null) break;\n", Strategy.BREAK,
         "the file does so elsewhere when `y` is undefined"),
        ("function f(x?: X) {\n  try {\n    g();\n    return x.y;\n  } catch (e) {\n    return 0;\n  }\n}\n",
         Strategy.RAISE, "a `catch` around it handles that"),
        ("function f(x?: X) {\n  try {\n    return x.y;\n  } finally {\n    g();\n  }\n}\n",
         Strategy.RAISE, "it throws anyway, without a message"),
    ],
)  # fmt: skip
def test_evidence_decides_what_comes_first(text: str, first: Strategy, reason: str) -> None:
    best = offered(text)[0]
    assert (best.strategy, best.reason) == (first, reason)


@pytest.mark.parametrize(
    ("uri", "is_test"),
    [
        ("src/a.test.ts", True),
        ("src/a.spec.tsx", True),
        ("src/__tests__/deep/a.ts", True),
        ("test/a.ts", True),
        ("src/a.ts", False),
        ("src/latest/a.ts", False),
        ("tests/app/src/a.ts", False),
    ],
)
def test_a_test_fails_and_says_why(uri: str, is_test: bool) -> None:
    text = "it('runs', () => {\n  const x = document.querySelector('a');\n  x.click();\n});\n"
    best = offered(text, uri=f"file:///project/{uri}")[0]
    assert best.strategy is (Strategy.RAISE if is_test else Strategy.OPTIONAL_CHAIN)
    assert (best.reason == "this is a test") is is_test


@pytest.mark.parametrize(
    "text",
    [
        "export function f(x?: X) { return x.y }\nf(1);\n",
        "function f(x?: X) { return x.y }\nf(1); f();\n",
        "function f(x?: X) { return x.y }\nf(1); g(f);\n",
        "function f(a?: A, x?: X) { return x.y }\nf(1, 2);\n",
        "interface P { b?: B }\nfunction f(p: P) { return p.b.c }\nf({ b: 1 }); f({});\n",
        "class A {\n  private x: X | null;\n  constructor() { this.x = make(); }\n  f() { return this.x.y }\n}\n",
        "function f(): X | null { return g() }\nf().y;\n",
    ],
)
def test_a_declaration_is_left_alone_without_evidence(text: str) -> None:
    assert not {"required", "field", "drop-none", "return-type", "initial"} & results(text).keys()


def test_a_title_says_what_a_null_leads_to_and_the_reason_why_it_is_offered() -> None:
    offers = {
        o.strategy.value: o for o in offered("function f(x?: X) {\n  if (!a) throw new RangeError('a');\n  x.y();\n}\n")
    }
    assert offers["raise"].title == "Throw RangeError if `x` is undefined"
    assert offers["raise"].reason == "the function throws elsewhere"
    assert offers["optional-chain"].title == "Use `?.` (nothing happens if `x` is undefined)"
    assert offers["non-null"].title == "Claim with `!`: `x` isn't undefined (unchecked)"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # above what is said of the statement
        ("function f(x?: X) {\n  g();\n  // eslint-disable-next-line\n  // it is\n  return x.y;\n}\n",
         "function f(x?: X) {\n  g();\n  if (x === undefined) {\n    throw new Error('x is undefined');\n  }\n"
         "  // eslint-disable-next-line\n  // it is\n  return x.y;\n}\n"),
        ("function f(x?: X) { // it is\n  return x.y;\n}\n",
         "function f(x?: X) { // it is\n  if (x === undefined) {\n    throw new Error('x is undefined');\n  }\n"
         "  return x.y;\n}\n"),
    ],
)  # fmt: skip
def test_a_check_stands_above_the_comments_of_its_statement(before: str, after: str) -> None:
    quotes = "const a = 'b' + 'c' + 'd';\n"
    assert results(quotes + before)["raise"] == quotes + after


def test_comments_have_no_say_in_style() -> None:
    prose = "/**\n * Nothing ends\n * with a semicolon\n * in what isn't there, it's \n * not code\n */\n// it's \n"
    text = prose + 'import "a";\nfunction f(x?: X) {\n  return x.y;\n}\n'
    assert '    throw new Error("x is undefined");\n' in results(text)["raise"]


@pytest.mark.parametrize(
    ("expression", "default"),
    [
        ("JSON.parse(localStorage.getItem('a'))", "'null'"),
        ("parseInt(localStorage.getItem('a'))", "''"),
        ("4 * x", "0"),
        ("x / 4", "0"),
        ("4 / x", None),
        ("4 % x", None),
    ],
)
def test_a_default_does_no_harm(expression: str, default: str | None) -> None:
    made = results(f"const b = 'c' + 'd';\nfunction f(x?: number) {{\n  return {expression};\n}}\n").get("default")
    assert made is None if default is None else f"?? {default}" in (made or "")


DISCOUNT = (
    "interface Discount {{ percent: {type}; name: string; isOn: boolean }}\n"
    "type P = {{ price: number; d?: Discount }};\n"
)


@pytest.mark.parametrize(
    ("expression", "after"),
    [
        ("p.price * p.d.percent", "p.price * (p.d?.percent ?? 0)"),
        ("p.price * (1 - p.d.percent / 100)", "p.price * (1 - (p.d?.percent ?? 0) / 100)"),
        ("p.d.percent > 3", "(p.d?.percent ?? 0) > 3"),
        ("show(p.d.percent)", "show(p.d?.percent ?? 0)"),
        ("show(1, p.d.name)", 'show(1, p.d?.name ?? "")'),
        ("show(p.d['name'])", None),
        ("show(p.d.isOn)", "show(p.d?.isOn ?? false)"),
        ("new Show(p.d.isOn)", "new Show(p.d?.isOn ?? false)"),
        ("p.price / p.d.percent", None),
        ("p.price + p.d.percent", "p.price + (p.d?.percent ?? 0)"),
        ("p.d.other * 2", None),
        ("p.d.percent.toFixed() * 2", None),
        ("p.d.percent", None),
        ("p.price * p?.d.percent", "p.price * (p?.d?.percent ?? 0)"),
    ],
)
def test_a_member_of_a_type_that_the_file_says_has_a_default(expression: str, after: str | None) -> None:
    text = f"{DISCOUNT.format(type='number')}function f(p: P) {{\n  return {expression};\n}}\n"
    made = results(text).get("default")
    assert made == (after and text.replace(expression, after))


@pytest.mark.parametrize("type", ["number | undefined", "Percent", "string[]"])
def test_of_another_type_a_member_has_no_default(type: str) -> None:
    text = f"{DISCOUNT.format(type=type)}function f(p: P) {{\n  return 2 * p.d.percent;\n}}\n"
    assert "default" not in results(text)


def test_what_two_types_say_differently_has_no_default() -> None:
    text = DISCOUNT.format(type="number") + "interface Other { percent: string }\n"
    assert "default" not in results(f"{text}function f(p: P) {{\n  return 2 * p.d.percent;\n}}\n")


LOOKED_UP = "function f(m: Map<string, X>, k: string, xs: X[]) {{\n  const v = m.get(k);\n{}}}\n"


@pytest.mark.parametrize(
    ("body", "is_known"),
    [
        ("  if (v) {\n    g(m.get(k).x);\n  }\n", True),
        ("  if (!v) return;\n  m.get(k).x();\n", True),
        ("  if (v === undefined) {\n    throw k;\n  }\n  const y = m.get(k).x;\n", True),
        ("  return v && m.get(k).x;\n", True),
        ("  return v ? m.get(k).x : 0;\n", True),
        ("  m.get(k).x();\n", False),
        ("  if (v) g();\n  m.get(k).x();\n", False),
        ("  if (v) {\n    g();\n    m.get(k).x();\n  }\n", False),
        ("  if (v) {\n    m.delete(k);\n    m.get(k).x();\n  }\n", False),
        ("  if (!v) return;\n  k = 'b';\n  m.get(k).x();\n", False),
        ("  if (!v) return;\n  m = n;\n  m.get(k).x();\n", False),
        ("  if (v) {\n    xs.map((k) => m.get(k).x);\n  }\n", False),
        ("  if (v) {\n    later(() => m.get(k).x);\n  }\n", False),
        ("  if (v) {\n    m.get(l).x();\n  }\n", False),
    ],
)
def test_what_was_looked_up_and_tested_is_not_looked_up_again(body: str, is_known: bool) -> None:
    text = LOOKED_UP.format(body)
    offers = offered(text)
    assert (offers[0].strategy is Strategy.REUSE) is is_known
    assert any(offer.strategy is Strategy.REUSE for offer in offers) is is_known
    if is_known:
        assert apply_edits(text, offers[0].edits) == text[:60] + text[60:].replace("m.get(k).x", "v.x")
        assert offers[0].title == "Use `v`, which is the same and was tested"


@pytest.mark.parametrize("before", ["let v = m.get(k)", "const v = m.pop()", "const { v } = m.get(k)"])
def test_another_value_is_not_used_instead(before: str) -> None:
    called = before.partition("= ")[2]
    text = f"function f(m: X[], k: string) {{\n  {before};\n  if (v) {{\n    g({called}.x);\n  }}\n}}\n"
    file = opened(text)
    at = text.index(f"{called}.x")
    said = Finding(Span(at, at + len(called)), "ts", "2532", "Object is possibly 'undefined'.")
    place = file.place(said)
    assert place is not None
    assert Strategy.REUSE not in {offer.strategy for offer in file.offers(place, (said,))}


@pytest.mark.parametrize(
    ("call", "is_asked_for"),
    [("JSON.parse(x)", True), ("parseInt(x)", False), ("JSON.stringify(parseFloat(x))", False)],
)
def test_what_goes_on_with_null_is_for_people(call: str, is_asked_for: bool) -> None:
    offers = offered(f"function f(x?: string) {{\n  return {call};\n}}\n")
    assert {offer.is_asked_for for offer in offers if offer.strategy is Strategy.RAISE} == {is_asked_for}


def test_a_return_in_a_loop_comes_late() -> None:
    loop = "  for (const x of xs) {\n    if (x.a) return true;\n    if (m.get(x).b) return true;\n  }\n"
    text = f"function f(xs: X[], m: Map<X, Y>): boolean {{\n{loop}  return false;\n}}\n"
    strategies = [offer.strategy.value for offer in offered(text)]
    assert strategies.index("return") > strategies.index("raise")


def test_javascript_has_no_types_to_change() -> None:
    assert results("function f(x = null) {\n  x.y();\n}\n", "javascript").keys() == {
        "optional-chain",
        "raise",
        "return",
        "narrow",
    }


def test_jsx_is_part_of_the_language() -> None:
    text = "const C = ({ go, a }: { go?: () => void; a?: A }) => <p onClick={() => go()}>{a.b}</p>;\n"
    file = opened(text, "typescriptreact")
    chains = [
        apply_edits(text, offer.edits)
        for finding in file.findings()
        if (place := file.place(finding))
        for offer in file.offers(place)
        if offer.strategy is Strategy.OPTIONAL_CHAIN
    ]
    assert chains == [text.replace("go()", "go?.()"), text.replace("{a.b}", "{a?.b}")]


def test_a_model_may_write_the_message_and_the_default() -> None:
    text = "function f(x?: string) {\n  return x.trim();\n}\n"
    file = opened(text)
    place = file.place(file.findings()[0])
    assert place is not None
    made = file.repair(place, Strategy.RAISE, Content("Error", "no name was given"))
    assert made is not None
    assert 'throw new Error("no name was given");' in apply_edits(text, made)
    made = file.repair(place, Strategy.DEFAULT, Content(default='"unknown"'))
    assert made is not None
    assert '(x ?? "unknown").trim()' in apply_edits(text, made)


@pytest.mark.parametrize(
    ("default", "like", "same"),
    [
        ('"a"', '""', True),
        ("'a'", '""', True),
        ("1", "0", True),
        ("true", "false", True),
        ("[]", "[]", True),
        ("1", '""', False),
        ("null", '""', False),
        ("f()", '""', False),
        ("[f()]", "[]", False),
        ('"a", b()', '""', False),
        ("", '""', False),
    ],
)
def test_a_default_must_be_a_literal_of_the_same_type(default: str, like: str, same: bool) -> None:
    assert EcmaScript().literal(default, like) is same


# --- every edit, whatever the code ---

USES = ("x.y()", "x[0]", "x.y.z", "g(1, x.z)", "const a = x.y", "return x.y", "for (const b of x.c) {}", "if (x.y) g()")
SHAPES = (
    "function f(x?: X) {{{nl}{ind}{use};{nl}}}{nl}",
    "class A {{{nl}{ind}f(x: X | null) {{{nl}{ind}{ind}{use};{nl}{ind}}}{nl}}}{nl}",
    "const f = async (a, x?: X) => {{{nl}{ind}for (const b of a) {{{nl}{ind}{ind}{use};{nl}{ind}}}{nl}}};{nl}",
    "it('é', () => {{{nl}{ind}const x = find(1);{nl}{ind}{use};{nl}}});{nl}"
    "function find(a): X | null {{ return a }}{nl}",
)


@given(
    st.sampled_from(SHAPES),
    st.sampled_from(USES),
    st.sampled_from(["    ", "  ", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.text("aé😀 /'", max_size=8),
)
def test_every_offered_edit_parses_ends_the_finding_and_changes_nothing_else(
    shape: str, use: str, ind: str, nl: str, comment: str
) -> None:
    text = f"// {comment}{nl}" + shape.format(ind=ind, use=use, nl=nl)
    file = opened(text)
    assert file.findings()
    for finding in file.findings():
        place = file.place(finding)
        assert place is not None
        for offer in file.offers(place):
            after = opened(apply_edits(text, offer.edits))
            assert not after.tree.root.has_error
            assert len(after.findings()) < len(file.findings())
            assert ("\r\n" in after.tree.text) == (nl == "\r\n")
            assert offer.within is not None
            assert all(offer.within.contains(edit.span) for edit in offer.edits)


# --- the real tsc ---

TSC = """\
interface Options { name?: string; run?: () => void; tags: string[] | null }
declare function find(id: number): Options | null;
export function uses(options: Options, xs: number[] | undefined): void {
  const found = find(1);
  found.tags;
  find(2).run;
  options.name.trim();
  options.run();
  for (const x of xs) console.log(x);
  options.tags.forEach((tag) => console.log(tag));
}
export function text(options: Options): string {
  return options.name;
}
function inner(a: number, b?: string) {
  return b.length;
}
inner(1, "a");
class Timer {
  private handle: Date | null = null;
  constructor() {
    this.handle = new Date();
  }
  stop() {
    this.handle.getTime();
  }
}
new Timer().stop();
type Product = { price: number; discount?: { percent: number; name: string } };
export function total(product: Product, seen: Map<string, Product>, key: string) {
  const known = seen.get(key);
  if (known) console.log(seen.get(key).price);
  return product.price * (1 - product.discount.percent / 100);
}
export function shown(product: Product) {
  console.log(product.discount.name);
}
"""


TYPESCRIPT = Path(__file__).parents[3] / "clients" / "vscode" / "node_modules" / "typescript" / "lib" / "typescript.js"
"""At the version that the extension's lock file has."""


def test_after_each_edit_the_real_tsc_has_one_error_less_and_no_new_one(tmp_path: Path) -> None:
    file = opened(TSC)
    texts = [TSC]
    for finding in file.findings():
        place = file.place(finding)
        assert place is not None
        offers = list(file.offers(place))
        assert offers, finding.message
        texts += [apply_edits(TSC, offer.edits) for offer in offers]
    assert len(texts) > 12
    before, *after = tsc_errors(texts, tmp_path)
    assert len(before) == len(file.findings())
    for text, errors in zip(texts[1:], after, strict=True):
        assert len(errors) < len(before), text
        assert set(errors) <= set(before), text


def tsc_errors(texts: list[str], folder: Path) -> list[list[str]]:
    """The messages of each text's errors, without their places."""
    node = shutil.which("node")
    if node is None or not TYPESCRIPT.exists():
        assert not os.environ.get("CI"), "TypeScript is missing: make extension"
        pytest.skip("TypeScript isn't installed: make extension")
    (folder / "texts.json").write_text(json.dumps(texts), "utf-8")
    script = """
      const ts = require(process.argv[1]), fs = require("fs");
      const options = {strict: true, noEmit: true, target: 9, lib: ["lib.es2022.d.ts", "lib.dom.d.ts"], types: []};
      const host = ts.createCompilerHost(options), read = host.getSourceFile.bind(host), libs = {};
      const found = JSON.parse(fs.readFileSync("texts.json", "utf8")).map((text) => {
        host.getSourceFile = (name, target) => name === "a.ts" ? ts.createSourceFile(name, text, target)
          : (libs[name] ??= read(name, target));
        const program = ts.createProgram(["a.ts"], options, host);
        return ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, " "));
      });
      console.log(JSON.stringify(found));
    """
    done = subprocess.run([node, "-e", script, str(TYPESCRIPT)], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("return this.rows.pop();",
         "  const itemValue = q.item;\n  if (itemValue == null) {\n"
         '    throw new Error("q.item is null or undefined");\n  }\n'
         "  return itemValue.a;\n"),
        ("return this.row;",
         '  if (q.item == null) {\n    throw new Error("q.item is null or undefined");\n  }\n  return q.item.a;\n'),
    ],
)  # fmt: skip
def test_a_getter_that_gives_what_a_call_gives_is_asked_once(body: str, after: str) -> None:
    head = f"class Queue {{\n  get item(): Row | null | undefined {{\n    {body}\n  }}\n}}\n"
    text = head + "function f(q: Queue) {\n  return q.item.a;\n}\n"
    assert results(text)["raise"] == head + f"function f(q: Queue) {{\n{after}}}\n"


def test_nothing_is_told_of_minified_code() -> None:
    line = "function f(x){var m=x.match(/a/);return m[0]}"
    assert opened(f"{line}\n" * 20, "javascript").findings()
    assert not opened(line * 20, "javascript").findings()


CALLER = """\
function f(m: Map<string, string>, s: string) {
  const a = m.get("k");
  a.trim();
  const b = g(s);
  b.trim();
}
"""
HELPER = "function g(s: string) {\n  if (s) {\n    return null;\n  }\n  return s;\n}\n"


@pytest.mark.parametrize("text", [CALLER + HELPER, HELPER + CALLER], ids=["below", "above"])
def test_a_fix_ends_its_own_finding_alone_wherever_the_functions_stand_that_are_called(text: str) -> None:
    """The text below a function moves with an edit in it: what stands there is read where it was."""
    assert {(offer.strategy, offer.removes) for offer in offered(text) if offer.removes != 1} == set()
    assert len(offered(text)) > 3
