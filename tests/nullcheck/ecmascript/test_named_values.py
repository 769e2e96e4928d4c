"""A value without a name gets one before it is checked."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import apply_edits
from nullcheck.ecmascript.asking import told, told_offers


@pytest.mark.parametrize(
    ("value", "name", "said"),
    [
        ("(await load())", "loadValue", "(await load()) is undefined"),
        ("m.get(1)", "value", "m.get(1) is undefined"),
        ("/^a b (c)$/.exec(s)", "match", "the result of exec is null"),
        ("getRow(1)", "row", "getRow(1) is undefined"),
        ("rows[0]", "item", "rows[0] is undefined"),
        (
            "aVeryLongNameOfAFunctionThatGivesSomethingBack(s, m, rows, row)",
            "result",
            "the result of aVeryLongNameOfAFunctionThatGivesSomethingBack is undefined",
        ),
    ],
)
def test_it_is_called_by_what_gives_it(value: str, name: str, said: str) -> None:
    made = told(f"async function f(rows: Row[], m: M, s: string) {{\n  g(⟦{value}⟧.a);\n}}\n")["raise"]
    assert f"const {name} = {value};" in made
    assert f'throw new Error("{said}");' in made


def test_a_name_that_is_taken_is_not_given_again() -> None:
    assert "const result = a[4];" in told("function f(a, item, itemValue) {\n  return g(⟦a[4]⟧ + 1);\n}\n")["raise"]


def test_a_reserved_word_is_no_name() -> None:
    assert "const tryValue = getTry();" in told("function f() {\n  g(⟦getTry()⟧.a);\n}\n")["raise"]


ASSIGNED = """\
function f(points: V[]) {
  let a: V;
  for (const i of is) {
    ⟦a⟧ = points[i];
    g(a.x);
  }
}
"""
NAMED = """\
    const item = points[i];
    if (item === undefined) {
      continue;
    }
    a = item;
"""


def test_what_is_assigned_gets_a_name_and_a_check() -> None:
    text, offers = told_offers(ASSIGNED, message="Type 'V | undefined' is not assignable to type 'V'.")
    [made] = [offer for offer in offers if offer.strategy is Strategy.CONTINUE]
    assert NAMED in apply_edits(text, made.edits)


@pytest.mark.parametrize(("use", "is_right"), [("xs[0].a()", True), ("xs[0]()", False), ("g(xs[0])", True)])
def test_a_method_is_not_called_without_its_object(use: str, is_right: bool) -> None:
    text = f"function f(xs: X[]) {{\n  {use.replace('xs[0]', '⟦xs[0]⟧')};\n}}\n"
    assert ("raise" in told(text)) is is_right
