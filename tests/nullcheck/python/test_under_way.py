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
        (EXCEPT.format("⟦f⟧.close()"), (Strategy.RETURN,)),  # nothing is raised again
        (EXCEPT.format("if a:\n            raise\n        ⟦f⟧.close()"), (Strategy.RETURN,)),
        (LOOP.format("finally", "⟦f⟧.close()"), ()),
        (LOOP.format("except OSError", "⟦f⟧.close()\n            raise"), ()),
        (LOOP.format("except OSError", "⟦f⟧.close()"), LEAVES),
        (LOOP.format("except* OSError", "⟦f⟧.close()"), ()),  # a syntax error
        (FINALLY.format("for f in a:\n            ⟦f⟧.close()"), (Strategy.CONTINUE,)),  # the loop's own
        ("    f = g()\n    try:\n        ⟦f⟧.close()\n    finally:\n        g()\n", (Strategy.RETURN,)),
    ],
)
def test_nothing_leaves_there_by_which_an_exception_is_lost(body: str, left: tuple[Strategy, ...]) -> None:
    _, offers = offered(f"def f(a, p):\n{body}")
    assert {offer.strategy for offer in offers if offer.strategy in LEAVES} == set(left)


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("⟦f⟧.close()", "Skip this if `f` is None — an exception in progress continues"),
        (
            "if ⟦f⟧.is_open(): f.close()",
            "Test `f` in the condition (it is false if that is None) — an exception in progress continues",
        ),
        (
            "a = ⟦f⟧.close()",
            "Assert that `f` is not None (AssertionError if it is) — it would replace an exception in progress",
        ),
    ],
)
@pytest.mark.parametrize("block", [FINALLY, EXCEPT])
def test_what_goes_on_comes_first(block: str, line: str, first: str) -> None:
    marked = "def g(f):\n    assert f is not None\ndef f(a, p):\n" + block.format(line)
    if block == EXCEPT:  # which has caught it
        first = first.replace("an exception in progress continues", "the exception stays caught then")
    assert offered(marked)[1][0].titled == first
    raises = [offer.reason for offer in offered(marked)[1] if offer.strategy in (Strategy.ASSERT, Strategy.RAISE)]
    assert raises == ["it would replace an exception in progress"] * 2


@pytest.mark.parametrize(
    ("tried", "caught", "first"),
    [
        ("x.y(a)", "UnicodeError", Strategy.ASSERT),
        ("x.y(a)", "(OSError, AttributeError)", Strategy.NARROW),
        ("x.y(a)", "Exception", Strategy.NARROW),
        ("g(a); x.y(a)", "UnicodeError", Strategy.NARROW),  # which may have failed before
        ("x = g(a)", "UnicodeError", Strategy.NARROW),
    ],
)
def test_what_the_try_has_used_is_there_in_its_except(tried: str, caught: str, first: Strategy) -> None:
    marked = f"def f(a, x=None):\n    try:\n        {tried}\n    except {caught}:\n        ⟦x⟧.z(a)\n"
    assert offered(marked)[1][0].strategy is first
