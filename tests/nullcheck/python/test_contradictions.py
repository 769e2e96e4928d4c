"""Where a test around says that the value is None, another test would deny it."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered

LIST = "def f(a, b, x: list | None):\n"


@pytest.mark.parametrize(
    "body",
    [
        "return ⟦x⟧.y if x is None else a",
        "return a if x is not None else ⟦x⟧.y",
        "return x is None and ⟦x⟧.y",
        "return x is not None or ⟦x⟧.y",
        "if a and x is None:\n        ⟦x⟧.y()",
        "if x is None:\n        ⟦x⟧.y()\n    else:\n        x.z()",
        "if x is not None:\n        g()\n    else:\n        ⟦x⟧.y()",
        "while x is None:\n        ⟦x⟧.y()",
        "if a.v is None:\n        a.w = a.b\n        ⟦a.v⟧.y()",
    ],
)
def test_nothing_is_offered_where_a_test_says_that_it_is_none(body: str) -> None:
    _, offers = offered(f"{LIST}    {body}\n")
    assert {offer.strategy for offer in offers} <= {Strategy.IGNORE}


@pytest.mark.parametrize(
    "body",
    [
        "if a.v is None:\n        g()\n        ⟦a.v⟧.y()",
        "if x is None:\n        x = g()\n        ⟦x⟧.y()",
        "def g():\n        nonlocal x\n        x = b\n    if x is None:\n        g()\n        ⟦x⟧.y()",
        "if x is None or a:\n        ⟦x⟧.y()",
        "if not x:\n        ⟦x⟧.y()",
    ],
)
def test_a_test_says_nothing_of_a_value_that_may_be_set_since(body: str) -> None:
    _, offers = offered(f"{LIST}    {body}\n")
    assert Strategy.ASSERT in {offer.strategy for offer in offers}


def test_a_global_may_be_set_by_any_call() -> None:
    _, offers = offered(
        "x = None\ndef connect():\n    global x\n    x = open(0)\n"
        "def f():\n    if x is None:\n        connect()\n    if x is None:\n        connect()\n        ⟦x⟧.y()\n"
    )
    assert Strategy.ASSERT in {offer.strategy for offer in offers}
