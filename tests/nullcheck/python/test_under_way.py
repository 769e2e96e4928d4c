"""In `finally` and `except`: what a check there does to the exception that is under way."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered

LEAVES = (Strategy.RETURN, Strategy.CONTINUE)
FINALLY = "    f = None\n    try:\n        f = open(p)\n    finally:\n        {}\n"
EXCEPT = "    f = None\n    try:\n        f = open(p)\n    except OSError:\n        {}\n"
LOOP = "    for p in a:\n        f = p.z()\n        try:\n            g(p)\n        {}:\n            {}\n"


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (FINALLY.format("⟦f⟧.close()"), ()),
        (EXCEPT.format("⟦f⟧.close()\n        raise"), ()),
        (EXCEPT.format("⟦f⟧.close()\n        fail(p)"), ()),
        # nothing is raised again
        (LOOP.format("finally", "⟦f⟧.close()"), ()),
        (LOOP.format("except OSError", "⟦f⟧.close()"), LEAVES),
        # a syntax error
        # the loop's own
        ("    f = g()\n    try:\n        ⟦f⟧.close()\n    finally:\n        g()\n", (Strategy.RETURN,)),
    ],
)
def test_nothing_leaves_there_by_which_an_exception_is_lost(body: str, left: tuple[Strategy, ...]) -> None:
    _, offers = offered(f"def f(a, p):\n{body}")
    assert {offer.strategy for offer in offers if offer.strategy in LEAVES} == set(left)


@pytest.mark.parametrize(
    ("tried", "caught", "first"),
    [
        ("x.y(a)", "(OSError, AttributeError)", Strategy.NARROW),
        ("x.y(a)", "Exception", Strategy.NARROW),
        ("g(a); x.y(a)", "UnicodeError", Strategy.NARROW),  # which may have failed before
        ("x = g(a)", "UnicodeError", Strategy.NARROW),
    ],
)
def test_what_the_try_has_used_is_there_in_its_except(tried: str, caught: str, first: Strategy) -> None:
    marked = f"def f(a, x=None):\n    try:\n        {tried}\n    except {caught}:\n        ⟦x⟧.z(a)\n"
    assert offered(marked)[1][0].strategy is first
