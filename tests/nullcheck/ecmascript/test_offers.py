"""What is offered for a finding, and what it writes."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import MessageContent, Strategy
from breadknife.text.document import apply_edits
from nullcheck.ecmascript.asking import offered, opened, results


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
         "const m = 'ü'.match(/a/);\nif (m === null) {\n  throw new Error('m not found');\n}\nm[0];\n"),
        ("raise", "function f(s: string) {\n  return s.match(/a/)[0];\n}\n",
         "function f(s: string) {\n  const match = s.match(/a/);\n  if (match === null) {\n"
         '    throw new Error("the result of match is null");\n  }\n  return match[0];\n}\n'),
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
        ("non-null", "function f(x?: X) { return g(x.y) }\n", "function f(x?: X) { return g(x!.y) }\n"),
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
        "return (x?: X) => x.y;",
        "a ||= x.y;",
        "if (a) x.y();\n  else b();",
        "while (x.y) x = x.z;",
        "do a(); while (x.y);",
        "for (; a; x.y) {}",
        "for (let b; x.y; x = b) {}",
        "if (a) {} else if (x.y) {}",
        "a(); x.y();",
        "const { b = x.y } = a;",
        "for (const b of c) { } for (;x.y;) {}",
    ],
)
def test_nothing_is_put_before_a_statement_that_may_not_reach_the_use(body: str) -> None:
    assert not {"raise", "return", "assert"} & results(f"function f(a, x?: X) {{\n  {body}\n}}\n").keys()


@pytest.mark.parametrize("statement", ["x.q = y = z;", "x.q(y = z);", "x[y++] = 1;"])
def test_what_gives_another_name_a_value_is_not_skipped(statement: str) -> None:
    assert "narrow" not in results(f"function f(y, z, x?: X) {{\n  {statement}\n  return y;\n}}\n")


@pytest.mark.parametrize("change", ["delete this.x;", "this.x &&= null;", "this.x = null;"])
def test_a_loop_that_changes_the_member_has_no_check_before_it(change: str) -> None:
    assert "raise" not in results(
        f"class A {{\n  x: X | null;\n  f() {{\n    while (this.x.y) {{\n      {change}\n    }}\n  }}\n}}\n"
    )


TYPES = """\
interface U { p?: { d: string | null; e?: string }; t?: string[] }
const m = new Map<number, U>();
"""


@pytest.mark.parametrize(
    ("use", "value", "test", "message"),
    [
        ("m.get(1).t", "m.get(1)", "=== undefined", "m.get(1) is undefined"),
        ("us[0].t.at(0)", "us[0].t", "=== undefined", "us[0].t is undefined"),
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
    made = results(f"{TYPES}const f = (us: U[]) => us.{method}((u: U) => u.t.includes('a'));\n")
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
        "function f() {\n  return once((x?: X) => x.y);\n}\n",
        "function f() {\n  return _.once((x?: X) => x.y());\n}\n",
        "function f(xs: X[]) {\n  return xs.map((x?: X) => x.y);\n}\n",
    ],
)
def test_an_optional_chain_is_not_offered_where_undefined_would_go_on(text: str) -> None:
    assert "optional-chain" not in results(text)


@pytest.mark.parametrize("call", ["a.on('b', {})", "setTimeout({}, 1)", "a.b.forEach({})"])
def test_a_function_whose_result_nobody_looks_at_may_give_undefined(call: str) -> None:
    made = results(f"function f() {{\n  {call.format('(x?: X) => x.y()')};\n}}\n")
    assert "(x?: X) => x?.y()" in made["optional-chain"]


ACTION = "function F() {{\n  {}\n  return <b onClick={{act}} />;\n}}\n"


@pytest.mark.parametrize(
    ("function", "is_right"),
    [
        ("const act = (x?: X) => x.y();", True),
        ("const act = (x?: X) => { return x.y(); };", False),
        ("const act = useCallback((x?: X) => x.y(), []);", True),
        ("const act = (x?: X) => x.y();\n  act();", True),
        ("const act = (x?: X) => x.y;", False),
        ("const act = (x?: X): Y => x.y();", False),
        ("const act: (x?: X) => Y = (x?: X) => x.y();", False),
        ("const act = useMemo((x?: X) => x.y(), []);", False),
    ],
)
def test_what_a_function_that_only_does_something_gives_may_be_undefined(function: str, is_right: bool) -> None:
    offers = offered(ACTION.format(function), "typescriptreact")
    assert any(offer.strategy is Strategy.OPTIONAL_CHAIN for offer in offers) is is_right
    assert not is_right or offers[0].strategy is Strategy.OPTIONAL_CHAIN


@pytest.mark.parametrize(
    "text",
    [
        "export function f(x?: X) { return x.y }\nf(1);\n",
        "function f(x?: X) { return x.y }\nf(1); f();\n",
        "function f(x?: X) { return x.y }\nf(1); g(f);\n",
        "interface P { b?: B }\nfunction f(p: P) { return p.b.c }\nf({ b: 1 }); f({});\n",
        "class A {\n  private x: X | null;\n  constructor() { this.x = make(); }\n  f() { return this.x.y }\n}\n",
        "function f(): X | null { return g() }\nf().y;\n",
    ],
)
def test_a_declaration_is_left_alone_without_evidence(text: str) -> None:
    assert not {"annotate", "field", "initial"} & results(text).keys()


def test_a_title_says_what_a_null_leads_to_and_the_reason_why_it_is_offered() -> None:
    offers = {
        o.strategy.value: o for o in offered("function f(x?: X) {\n  if (!a) throw new RangeError('a');\n  x.y();\n}\n")
    }
    assert offers["raise"].title == "Throw RangeError if `x` is undefined"
    assert offers["raise"].reason == "the function does so elsewhere"
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
    text = "interface P { go?: A; a?: A }\nconst C = ({ go, a }: P) => <p>{go.c} {a.b}</p>;\n"
    file = opened(text, "typescriptreact")
    chains = [
        apply_edits(text, offer.edits)
        for finding in file.findings()
        if (place := file.place(finding))
        for offer in file.offers(place)
        if offer.strategy is Strategy.OPTIONAL_CHAIN
    ]
    assert chains == [text.replace("{go.c}", "{go?.c}"), text.replace("{a.b}", "{a?.b}")]


def test_a_model_may_write_the_message() -> None:
    text = "function f(x?: string) {\n  return x.trim();\n}\n"
    file = opened(text)
    place = file.place(file.findings()[0])
    assert place is not None
    made = file.repair(place, Strategy.RAISE, MessageContent("Error", "no name was given"))
    assert made is not None
    assert 'throw new Error("no name was given");' in apply_edits(text, made)


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
