"""A value without a name gets one: it stands wherever the same is read, and nothing could have changed it."""

from __future__ import annotations

import pytest
from breadknife.plugins.nullcheck.repairs.ecmascript.names import singular

from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import apply_edits
from nullcheck.ecmascript.asking import told, told_offers


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("f(⟦xs[0]⟧.a, xs[0].b);", "f(item.a, item.b);"),
        ("f(⟦xs[i + 1]⟧.a, xs[i + 1].b, xs[i].b);", "f(item.a, item.b, xs[i].b);"),
        ("f(g(⟦xs[0]⟧.a), xs[0].b);", "f(g(item.a), xs[0].b);"),  # `g` may change it
        ("f(⟦xs[0]⟧.a, () => xs[0].b);", "f(item.a, () => xs[0].b);"),
        ("let a = ⟦xs[0]⟧.a;\n  let b = xs[0].b;", "let a = item.a;\n  let b = xs[0].b;"),
        ("let a = ⟦xs[0]⟧.a;\n  xs[0] = b;", "let a = item.a;\n  xs[0] = b;"),
        ("f(⟦m.get(1)⟧.a, m.get(1).b);", "f(value.a, m.get(1).b);"),
        ("let a = ⟦xs[0]⟧.a;\n  let B = class { b = xs[0].b };", "let a = item.a;\n  let B = class { b = xs[0].b };"),
    ],
)  # fmt: skip
def test_what_is_read_again_has_the_name_too(body: str, after: str) -> None:
    made = told(f"function f(xs: X[], m: M) {{\n  {body}\n}}\n")["raise"]
    assert made.partition("  }\n  ")[2] == f"{after}\n}}\n"


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("rows", "row"),
        ("entries", "entry"),
        ("services", "service"),
        ("prices", "price"),
        ("boxes", ""),
        ("classes", ""),
        ("women", ""),
        ("status", ""),
        ("statuses", ""),
        ("address", ""),
        ("series", ""),
        ("list", ""),
    ],
)
def test_what_one_of_them_is_called(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_an_element_is_called_one() -> None:
    titles = [offer.title for offer in told_offers("function f(rows: Row[]) {\n  g(⟦rows[0]⟧.a);\n}\n")[1]]
    assert "Throw Error if the element is undefined" in titles


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("(await h())", "the result of h is undefined"),
        ("(m.get(1))", "the result of m.get is undefined"),
        ("/^a b (c)$/.exec(s)", "the result of exec is undefined"),
        ("m.toString().match(r)", "the result of match is undefined"),
        ("(await (await h()).json())", "the result of json is undefined"),
        ("(rows[0])", "row is undefined"),
    ],
)
def test_a_message_says_what_is_not_there(value: str, said: str) -> None:
    made = told(f"async function f(rows: Row[], m: M) {{\n  g(⟦{value}⟧.a);\n}}\n")["raise"]
    assert f'throw new Error("{said}");' in made


def test_a_reserved_word_is_no_name() -> None:
    assert "const newValue = news[0];" in told("function f(news: New[]) {\n  g(⟦news[0]⟧.a);\n}\n")["raise"]


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
    const point = points[i];
    if (point === undefined) {
      continue;
    }
    a = point;
"""


def test_what_is_assigned_gets_a_name_and_a_check() -> None:
    text, offers = told_offers(ASSIGNED, message="Type 'V | undefined' is not assignable to type 'V'.")
    checks = {offer.strategy: offer for offer in offers if offer.strategy in (Strategy.RAISE, Strategy.CONTINUE)}
    assert not any(offer.is_asked_for for offer in checks.values())
    assert NAMED in apply_edits(text, checks[Strategy.CONTINUE].edits)


@pytest.mark.parametrize(("use", "is_right"), [("xs[0].a()", True), ("xs[0]()", False), ("g(xs[0])", True)])
def test_a_method_is_not_called_without_its_object(use: str, is_right: bool) -> None:
    text = f"function f(xs: X[]) {{\n  {use.replace('xs[0]', '⟦xs[0]⟧')};\n}}\n"
    assert ("raise" in told(text)) is is_right


def test_a_row_of_elements_has_names_for_each() -> None:
    text = "function f(a, item, itemValue, maybeItem, item2) {\n  return g(⟦a[4]⟧ + 1);\n}\n"
    assert "const item3 = a[4];" in told(text)["raise"]
