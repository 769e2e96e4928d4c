"""Which offer comes first, and why: what the code around the place says."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered


@pytest.mark.parametrize(
    ("marked", "first", "reason"),
    [
        ("def f(x):\n    ⟦x⟧.y()\n", Strategy.ASSERT, "nothing says what else should happen"),
        (
            "def g(x):\n    if x is None:\n        raise LookupError('x')\ndef f(x):\n    ⟦x⟧.y()\n",
            Strategy.RAISE,
            "the file does so elsewhere",
        ),
        (
            "def g(x):\n    if not x:\n        return\ndef f(x):\n    ⟦x⟧.y()\n",
            Strategy.RETURN,
            "the file does so elsewhere",
        ),
        (
            "def g(x):\n    while 1:\n        if not x:\n            x = 1\n            break\n"
            "def f(x):\n    for a in b:\n        ⟦x⟧.y()\n",
            Strategy.ASSERT,
            "nothing says what else should happen",
        ),
        
        (
            "def g(x):\n    if x is not None:\n        x.z = 1\ndef f(a, x):\n    a.b(⟦x⟧.y)\n",
            Strategy.ASSERT,
            "nothing says what else should happen",  # that isn't what is done with `x`
        ),
        (
            "def g(x):\n    if x is not None:\n        x.z = 1\ndef f(x):\n    ⟦x⟧.y()\n",
            Strategy.ASSERT,
            "nothing says what else should happen",
        ),
        
        
        ("def g(x):\n    assert x\ndef f(a, x):\n    if a:\n        raise ValueError('a')\n    ⟦x⟧.y()\n"
         "", Strategy.ASSERT,
         "the file does so elsewhere"),
        
        (
            "def f(self):\n    try:\n        return ⟦self.x⟧.y()\n    except ValueError:\n        return 0\n",
            Strategy.ASSERT,
            "nothing says what else should happen",  # what is handled is what the call says
        ),
        (
            "def f(a):\n    for x in a:\n        if x.z:\n            break\n        b = x.y\n        ⟦b⟧.c()\n",
            Strategy.ASSERT,
            "nothing says what else should happen",
        ),
        (
            "def f(a):\n    for x in a:\n        if x.z:\n            continue\n        b = x.y\n        ⟦b⟧.c()\n",
            Strategy.ASSERT,
            "nothing says what else should happen",  # rounds are skipped for another reason
        ),
        ("def f(**kw):\n    ⟦kw.get('a')⟧.strip()\n", Strategy.DEFAULT, "the call takes one"),
        (
            "def g(x, a):\n    if x is None and a:\n        return\ndef f(x):\n    ⟦x⟧.y()\n",
            Strategy.ASSERT,
            "nothing says what else should happen",  # what is done if `a` isn't so is another matter
        ),
        
        (
            "def f(n):\n    try:\n        ⟦n.x⟧.y()\n    except AssertionError:\n        raise\n",
            Strategy.ASSERT,
            "nothing says what else should happen",
        ),
    ],
)  # fmt: skip
def test_evidence_decides_what_comes_first(marked: str, first: Strategy, reason: str) -> None:
    _, offers = offered(marked)
    assert (offers[0].strategy, offers[0].reason) == (first, reason)
    weights = [offer.weight for offer in offers]
    assert weights == sorted(weights, reverse=True)
    assert len({offer.strategy for offer in offers}) == len(offers)


@pytest.mark.parametrize(
    ("marked", "is_asked_for"),
    [
        ("def f(a, x):\n    if a:\n        pass\n    elif ⟦x⟧.y:\n        a()\n", False),
        ("def f(a, x):\n    if a:\n        pass\n    elif a != ⟦x⟧.y:\n        raise ValueError(a)\n", False),
        ("def f(a, x):\n    if ⟦x⟧.y > 3:\n        raise ValueError(a)  # too much\n", False),
        (
            "def f(a, x):\n    if ⟦x⟧.y:\n        if a:\n            raise ValueError\n        else:\n"
            "            raise TypeError\n",
            False,
        ),
        # which does something
        ("def f(a, x):\n    if ⟦x⟧.y:\n        if a:\n            raise ValueError\n        a()\n", False),
        ("def f(a, x):\n    if a or ⟦x⟧.y:\n", False),  # that is being written
    ],
)
def test_who_repairs_unasked_lets_no_none_pass_what_something_else_may_not(marked: str, is_asked_for: bool) -> None:
    narrowing = [offer for offer in offered(marked)[1] if offer.strategy is Strategy.NARROW]
    assert [offer.is_asked_for for offer in narrowing] == [is_asked_for]


@pytest.mark.parametrize(
    ("raised", "title"),
    [
        ("Missing('x')", "Raise Missing if `x` is None"),
        ("errors.Missing(f'no {x}')", "Raise errors.Missing if `x` is None"),
        (
            "Missing(x)",
            "Assert that `x` is not None (AssertionError if it is)",
        ),  # whether it takes a message isn't known
        ("kind('x')", "Assert that `x` is not None (AssertionError if it is)"),  # a name of that function alone
        ("kind.missing('x')", "Assert that `x` is not None (AssertionError if it is)"),
    ],
)
def test_what_is_raised_is_what_the_file_raises(raised: str, title: str) -> None:
    _, offers = offered(
        "import errors\nfrom errors import Missing\n"
        f"def g(x, kind):\n    if x is None:\n        raise {raised}\ndef f(x):\n    ⟦x⟧.y()\n"
    )
    assert offers[0].title == title
