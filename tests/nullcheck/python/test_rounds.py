"""What a None may skip: a round of a loop whose next one has another value, and a use after which no other comes."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.asking import findings
from nullcheck.python.cases import offered
from support import document


@pytest.mark.parametrize(
    ("head", "lines", "is_skipped"),
    [
        ("for x in a:", ["⟦x⟧.y()"], True),
        ("for b in a:", ["⟦x⟧.y()", "x = x.z"], True),  # it ends anyhow
        ("while True:", ["⟦x⟧.y()", "x = x.z"], False),
        ("while True:", ["⟦x⟧.y()"], False),
        ("while x:", ["g()", "⟦x⟧.y()"], False),
        ("while True:", ["if a:", "    x = g()", "⟦x⟧.y()"], False),
        ("while True:", ["x = n.z", "⟦x⟧.y()"], False),
        ("while True:", ["⟦n.g⟧.y()"], False),
        ("while i < 9:", ["x = g(a[i])", "⟦x⟧.y()", "i += 1"], False),
        ("while i < 9:", ["x = g(a)", "⟦x⟧.y()", "i += 1"], False),
        ("while i < 9:", ["if a:", "    i += 1", "x = g(a)", "⟦x⟧.y()", "i += 1"], False),
        ("while a:", ["x = g(a[0])", "⟦x⟧.y()", "a.pop(0)"], False),
        ("while a:", ["x = g(a[0])", "⟦x⟧.y()", "del a[0]"], False),
        ("while i < 9:", ["b = g(i)", "x = a[b]", "⟦x⟧.y()", "i = b.end"], False),
        ("while i < 9:", ["x = a[i]", "x = x.z", "⟦x⟧.y()", "i += 1"], False),
        ("while a:", ["x = a.peek()", "⟦x⟧.y()", "a.pop()"], False),
        ("while i < 9:", ["b = a[i]", "x = g(b)", "⟦x⟧.y()", "i += 1"], False),
        ("while True:", ["for x in a:", "    ⟦x⟧.y()"], True),
        ("while True:", ["for b in a:", "    x = g()", "⟦x⟧.y()"], False),
    ],
)
def test_a_round_is_skipped_where_the_next_one_has_another_value(head: str, lines: list[str], is_skipped: bool) -> None:
    body = "".join(f"        {line}\n" for line in lines)
    _, offers = offered(f"def f(a, n, i, x):\n    {head}\n{body}")
    strategies = {offer.strategy for offer in offers}
    assert (Strategy.CONTINUE in strategies) == is_skipped


@pytest.mark.parametrize(
    ("lines", "is_skipped"),
    [
        (["⟦x⟧.y()", "x.z()"], False),
        (["⟦x⟧.y()", "return x"], True),
        (["⟦x⟧.y()", "a = [x.z for b in a]"], False),
        (["⟦x⟧.y()", "if x:", "    x.z()"], True),
        (["⟦x⟧.y()", "x = g()", "x.z()"], True),
        (["⟦x⟧.y()", "x = x.z"], False),
        (["⟦x⟧.y()", "if a:", "    x = g()", "x.z()"], False),
        (["if a:", "    ⟦x⟧.y()", "else:", "    x.z()"], True),
        (["if a:", "    ⟦x⟧.y()", "x.z()"], False),
        (["if a:", "    ⟦x⟧.y()", "    return", "x.z()"], True),
        (["⟦n.p⟧.y()", "n.z()"], True),
        (["⟦n.p⟧.y()", "n.p.z()"], False),
        (["⟦n.p⟧.y()", "n = g()", "n.p.z()"], True),
    ],
)
def test_a_use_is_skipped_alone_where_no_other_comes_after_it(lines: list[str], is_skipped: bool) -> None:
    _, offers = offered("def f(a, n, x):\n    g()\n" + "".join(f"    {line}\n" for line in lines))
    assert (Strategy.NARROW in {offer.strategy for offer in offers}) == is_skipped


@pytest.mark.parametrize(
    ("lines", "is_narrowed"),
    [
        (["if b and ⟦o⟧.c:", "    b = 1", "return b"], True),
        (["if b and ⟦o⟧.c:", "    b = 1", "return o.d"], True),  # that is one by itself
        (["if ⟦o⟧.c:", "    b = o.d", "return b"], True),
        (["if ⟦o⟧.c:", "    b = o.d", "return o.d"], False),
    ],
)
def test_a_test_that_leaves_the_next_use_as_a_finding_is_not_offered(lines: list[str], is_narrowed: bool) -> None:
    """It has the same message: only the place tells them apart."""
    head = "def f(a, b):\n    o = next((x for x in a if x.c), None)\n"
    text, offers = offered(head + "".join(f"    {line}\n" for line in lines), "nullcheck")
    assert findings(document(text))
    assert (Strategy.NARROW in {offer.strategy for offer in offers}) == is_narrowed
