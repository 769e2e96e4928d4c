"""Other checkers' findings: what tsc 5.9 and ESLint 9 with typescript-eslint 8 really say of `fixtures/example.ts.txt`.

Made with `ts.getPreEmitDiagnostics` (strict) and `eslint -f json`; the versions are in `findings.json`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript, EcmaScriptFile
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Span, apply_edits
from breadknife.text.syntax import parse
from support import document, marked_spans

FIXTURES = Path(__file__).parent / "fixtures"
TEXT = (FIXTURES / "example.ts.txt").read_text("utf-8")
REPORTED = [
    Finding(Span(f["start"], f["end"]), f["source"], f["code"], f["message"])
    for f in json.loads((FIXTURES / "findings.json").read_text("utf-8"))["findings"]
]


def opened(text: str, language: str = "typescript") -> EcmaScriptFile:
    tree = parse(text, language)
    assert tree is not None
    return EcmaScript().open(document(text, language), tree, None)


EXPECTED = [
    ("found", "none-attribute"),
    ("find(2)", "none-attribute"),
    ("options.name", "none-attribute"),
    ("both()", "none-attribute"),
    ("maybe", "none-attribute"),
    ("options.run", "none-call"),
    ("find(3)", "none-attribute"),
    ("find(3).run", "none-call"),
    ("xs", "none-iterate"),
    ("xs", "none-iterate"),
    ("found", "none-attribute"),
    ("n", "none-operand"),
    ("xs", "none-subscript"),
    ("options.name", "none-argument"),
    ("options.name", "none-assign"),
    ("options.name", "none-assign"),
    ("(options?.run)", "none-call"),
    ("options.name", "none-return"),
    ("found", "none-attribute"),
    ("(options?.run)", "none-call"),
]


@pytest.mark.parametrize(
    ("finding", "expected"),
    [pair for pair in zip(REPORTED, EXPECTED, strict=True) if "non-null" not in pair[0].code],
    ids=lambda said: f"{said.code}-{said.span.start}" if isinstance(said, Finding) else "",
)
def test_a_real_finding_is_placed_and_gets_actions(finding: Finding, expected: tuple[str, str]) -> None:
    file = opened(TEXT)
    place = file.place(finding)
    assert place is not None
    assert (TEXT[place.span.start : place.span.end], place.use.value) == expected
    offers = list(file.offers(place, (finding,)))
    assert offers
    for offer in offers:
        after = parse(apply_edits(TEXT, offer.edits), "typescript")
        assert after is not None
        assert not after.root.has_error, offer.title


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("ts", "2345", "Argument of type 'number' is not assignable to parameter of type 'string'."),
        ("ts", "2322", "Type 'string' is not assignable to type 'number'."),
        ("ts", "2322", "Type 'null' is not assignable to type 'undefined'."),
        ("ts", "2339", "Property 'name' does not exist on type 'string'."),
        ("ts", "2322", "Type 'Stream' is not assignable to type 'Bytes'.\n  The types returned by 'getByte()' are "
         "incompatible between these types.\n    Type 'undefined' is not assignable to type 'number'."),
        ("ts", "2345", "Argument of type 'A' is not assignable to parameter of type 'B'.\n  Types of property 'c' are "
         "incompatible.\n    Type 'string | undefined' is not assignable to type 'string'."),
        ("ts", "2322", "Type '(number | undefined)[]' is not assignable to type 'number[]'.\n  Type 'number | "
         "undefined' is not assignable to type 'number'."),
        ("ts", "2345", "Argument of type '(x: A) => B | undefined' is not assignable to parameter of type '(x: A) "
         "=> B'."),
        ("eslint", "no-unused-vars", "'found' is assigned a value but never used."),
        ("nobody", "2531", "Object is possibly 'null'."),
    ],
)  # fmt: skip
def test_findings_about_other_things_get_no_place(source: str, code: str, message: str) -> None:
    at = TEXT.index("found.name")
    assert opened(TEXT).place(Finding(Span(at, at + 5), source, code, message)) is None


@pytest.mark.parametrize(
    ("text", "at", "after"),
    [
        ("function f(rows: Row[]) {\n  rows[0].run();\n}\n", "rows[0]",
         "function f(rows: Row[]) {\n  const item = rows[0];\n  if (item === undefined) {\n"
         '    throw new Error("rows[0] is undefined");\n  }\n  item.run();\n}\n'),
        ("function f(m: string[], row: A) {\n  return g(m[1]);\n}\n", "m[1]",
         "function f(m: string[], row: A) {\n  const item = m[1];\n  if (item === undefined) {\n"
         '    throw new Error("m[1] is undefined");\n  }\n  return g(item);\n}\n'),
    ],
)  # fmt: skip
def test_an_element_gets_a_name_to_be_checked_by(text: str, at: str, after: str) -> None:
    assert by_strategy(text, at)["raise"] == after


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("function f(rows: number[]) {\n  rows[0]++;\n}\n", "rows[0]"),
        ("function f(rows: number[]) {\n  rows[0] += 1;\n}\n", "rows[0]"),
        ("function f(rows: A[]) {\n  g(h(), rows[0].a);\n}\n", "rows[0]"),
        ("function f(rows: A[]) {\n  return a && rows[0].a;\n}\n", "rows[0]"),
        ("const f = (rows: A[]) => rows[0].a;\n", "rows[0]"),
    ],
)
def test_an_element_gets_no_name_where_that_would_change_what_is_done(text: str, at: str) -> None:
    assert "raise" not in by_strategy(text, at)


@pytest.mark.parametrize(
    "function",
    ["function f(rows: A[]) {\n  rows[0].run();\n}", "run(rows: A[]) {\n    rows[0].run();\n  }"],
)
def test_only_the_function_around_is_looked_at_again(function: str) -> None:
    holder = "const o = {\n  n: 1,\n  FUNCTION,\n};\n" if function.startswith("run") else "FUNCTION\n"
    text = "const x = 1;\n" + holder.replace("FUNCTION", function) + "function g() {}\n"
    start = text.index(function)
    finding = replace(POSSIBLY, span=Span(text.index("rows[0]"), text.index("rows[0]") + len("rows[0]")))
    file = opened(text)
    place = file.place(finding)
    assert place is not None
    assert {offer.within for offer in file.offers(place, (finding,))} == {Span(start, start + len(function))}


def test_a_repair_within_a_callback_is_seen_with_what_it_is_given() -> None:
    text = "function f(all: A[][], b?: B) {\n  b.run();\n  all.forEach((rows) => {\n    rows[0].run();\n  });\n}\n"
    after = by_strategy(text, "rows[0]")
    assert after["optional-chain"] == text.replace("rows[0].run", "rows[0]?.run")
    assert "    const item = rows[0];\n    if (item === undefined) {\n      throw" in after["raise"]


@pytest.mark.parametrize(
    ("body", "is_asked_for"),
    [
        ("return ⟦x⟧;", True),
        ("⟦this.y⟧ = x;", True),
        ("g({ ⟦y⟧: x });", True),
        ("g({ ⟦x⟧ });", True),
        ("g([⟦x⟧]);", True),
        ("g(⟦x⟧);", True),
        ("new G(⟦x⟧);", True),
        ("this.m.get(⟦x⟧);", True),
        ("helper.run(⟦x⟧);", True),
        # the platform does what its types say
        ("Object.keys(⟦x⟧);", False),
        ("new Date(⟦x⟧);", False),
        # it is used as undefined can't be, here or next
        ("⟦x⟧.run();", False),
        # a variable's type is trusted
        ("const ⟦y⟧: X = x;", False),
    ],
)
def test_what_is_handed_on_may_be_meant_and_is_checked_only_where_somebody_asks(body: str, is_asked_for: bool) -> None:
    imports = 'import lodash from "lodash";\nimport helper from "./helper";\n'
    text, [span] = marked_spans(f"{imports}function f(this: T, a: A, x?: X): X {{\n  {body}\n}}\n")
    said = replace(POSSIBLY, span=span)
    if ".run" not in text[span.end : span.end + 4]:
        code, message = ("2345", "Argument of type") if text[span.start - 1] == "(" else ("2322", "Type")
        message = f"{message} 'X | undefined' is not assignable to {'parameter of ' * (code == '2345')}type 'X'."
        said = replace(said, code=code, message=message)
    file = opened(text, "typescriptreact")
    place = file.place(said)
    assert place is not None
    assert text[place.span.start : place.span.end] == "x"
    [offer] = [offer for offer in file.offers(place, (said,)) if offer.strategy is Strategy.RAISE]
    assert offer.is_asked_for is is_asked_for


@pytest.mark.parametrize(
    ("inner", "first"),
    [
        ("if (!a) break;", Strategy.RAISE),
        ("switch (a) { case 1: break; }", Strategy.RAISE),
        ("for (const b of x) { if (b) continue; }", Strategy.RAISE),
        ("if (!a) continue;", Strategy.CONTINUE),
        ("if (a) continue;", Strategy.RAISE),
    ],
)
def test_a_loop_is_left_as_it_is_left_elsewhere(inner: str, first: Strategy) -> None:
    text, [span] = marked_spans(f"for (const a of y) {{\n  {inner}\n  const x = a.x;\n  ⟦x⟧.run(a);\n  a.y = 1;\n}}\n")
    said = replace(POSSIBLY, span=span)
    file = opened(text, "typescript")
    place = file.place(said)
    assert place is not None
    guards = (Strategy.CONTINUE, Strategy.RAISE)
    assert next(offer.strategy for offer in file.offers(place, (said,)) if offer.strategy in guards) is first


POSSIBLY = Finding(Span(0, 0), "ts", "2532", "Object is possibly 'undefined'.")


def by_strategy(text: str, at: str, said: Finding = POSSIBLY) -> dict[str, str]:
    """What the offers make of a text in which tsc says that of `at`, or of as much of it as the finding is long."""
    start = text.index(at)
    finding = replace(said, span=Span(start, start + (len(said.span) or len(at))))
    file = opened(text)
    place = file.place(finding)
    assert place is not None
    return {offer.strategy.value: apply_edits(text, offer.edits) for offer in file.offers(place, (finding,))}


@pytest.mark.parametrize(
    ("text", "at", "length", "expected"),
    [
        ("const out: [number, number] = [m[0], 1];", "m[0]", 0, "m[0]"),  # its end wasn't printed
        ("const out: [number, number] = [m[0], 1];", "m[0]", 4, "m[0]"),
        ("const out: [number, number] = [m, 1];", "m,", 0, "m"),
    ],
)
def test_an_element_is_taken_whole(text: str, at: str, length: int, expected: str) -> None:
    start = text.index(at)
    said = "Type 'number | undefined' is not assignable to type 'number'."
    place = opened(text).place(Finding(Span(start, start + length), "ts", "2322", said))
    assert place is not None
    assert text[place.span.start : place.span.end] == expected
