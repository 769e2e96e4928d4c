"""Where `?.` would lose what is stored, it is for people to choose."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import apply_edits
from nullcheck.ecmascript.asking import offered, told_offers

MADE = """\
function group(all: V[], out: Record<string, V[]>) {
  for (const v of all) {
    out[v.x] ??= [];
    ⟦out[v.x]⟧.push(v);
  }
}
"""


@pytest.mark.parametrize(
    "makes",
    [
        "out[v.x] ??= [];",
        "out[v.x] ||= [];",
        "if (!out[v.x]) out[v.x] = [];",
        "if (out[v.x] === undefined) {\n      out[v.x] = [];\n    }",
    ],
)
def test_what_the_line_before_makes_is_made_where_it_is_used(makes: str) -> None:
    text, (first, second, *_) = told_offers(MADE.replace("out[v.x] ??= [];", makes))
    after = text.replace(f"    {makes}\n    out[v.x].push", "    (out[v.x] ??= []).push")
    assert (first.strategy, second.strategy) == (Strategy.MAKE, Strategy.RAISE)
    assert apply_edits(text, first.edits) == after


@pytest.mark.parametrize("makes", ["out[v.y] ??= [];", "out[v.x] ??= make();", "if (!out[v.x]) g();", "out[v.x] = [];"])
def test_what_another_line_makes_is_left(makes: str) -> None:
    offers = told_offers(MADE.replace("out[v.x] ??= [];", makes))[1]
    assert Strategy.MAKE not in {offer.strategy for offer in offers}


@pytest.mark.parametrize(
    ("first", "is_made"),
    [
        ("", True),
        ("    const a = g\n", False),
        ("    const a = function () {}\n", False),
        ("    const a = g; // and\n", True),
        ("    const a = g // and;\n", False),
        ("    if (a) {\n    }\n", True),
    ],
)
@pytest.mark.parametrize("semicolon", ["", ";"])
def test_no_line_before_is_gone_on_with(first: str, is_made: bool, semicolon: str) -> None:
    text = MADE.replace(";", semicolon).replace("    out[v.x] ??=", f"{first}    out[v.x] ??=")
    assert (Strategy.MAKE in {offer.strategy for offer in told_offers(text)[1]}) is is_made


@pytest.mark.parametrize(
    ("made", "statement"),
    [
        ("if (!m.q) m.q = [];", "await ⟦m.q⟧.push(1);"),
        ("m[i++] ??= [];", "⟦m[i++]⟧.push(1);"),
        ("m[g()] ??= [];", "⟦m[g()]⟧.push(1);"),
    ],
)
def test_what_is_done_twice_or_waited_for_stays_so(made: str, statement: str) -> None:
    offers = told_offers(f"async function f(m: M, i: number) {{\n  {made}\n  {statement}\n}}\n")[1]
    assert Strategy.MAKE not in {offer.strategy for offer in offers}


@pytest.mark.parametrize(
    ("statement", "is_lost"),
    [
        ("x.push(1);", True),
        ("x.set(1, 2);", True),
        ("x.insertAt(0, y);", True),
        ("await x.writeLine(y);", True),
        ("x.run(1);", False),
        ("x.add();", False),
        ("x.settle(1);", False),
        ("x.addEventListener('a', b);", False),
        ("x.classList.add('a');", False),
    ],
)
def test_a_step_that_stores_something_is_not_left_out_unasked(statement: str, is_lost: bool) -> None:
    offers = offered(f"async function f(x?: X) {{\n  {statement}\n}}\n")
    [chain] = [offer for offer in offers if offer.strategy is Strategy.OPTIONAL_CHAIN]
    assert chain.is_asked_for is is_lost
    assert (offers[0].strategy is Strategy.RAISE) is is_lost
    assert not [offer for offer in offers if offer.strategy is Strategy.DEFAULT]


@pytest.mark.parametrize(
    ("before", "first"),
    [
        ("if (!x) this.help();", Strategy.RAISE),
        ("if (x === undefined) {\n    help();\n  }", Strategy.RAISE),
        ("if (!y) help();", Strategy.OPTIONAL_CHAIN),
    ],
)
def test_a_test_right_before_says_that_it_is_not_to_go_on(before: str, first: Strategy) -> None:
    assert offered(f"function f(y, x?: X) {{\n  {before}\n  x.run();\n}}\n")[0].strategy is first
