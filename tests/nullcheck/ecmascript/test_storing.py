"""Where `?.` would lose what is stored, it is for people to choose."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.ecmascript.asking import offered


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
