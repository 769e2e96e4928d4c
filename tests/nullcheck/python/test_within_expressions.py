"""What is offered within an expression, where no check can stand before it."""

from __future__ import annotations

import re

import pytest

from breadknife.plugins.nullcheck.values import Strategy, Use
from nullcheck.python.cases import offered, written


@pytest.mark.parametrize(
    ("strategy", "old", "new"),
    [
        (Strategy.NARROW, "while ⟦n.p⟧.q:", "while n.p is not None and n.p.q:"),
        (
            Strategy.NARROW,
            "if a:\n        pass\n    elif ⟦x⟧.y:",
            "if a:\n        pass\n    elif x is not None and x.y:",
        ),
        (Strategy.NARROW, "if a and ⟦x⟧.y:", "if a and x is not None and x.y:"),
        (Strategy.NARROW, "if a or not ⟦x⟧.y:", None),  # or is and would both be a riddle
        (Strategy.NARROW, "if b(a and ⟦x⟧.y):", None),
        (Strategy.NARROW, "if (lambda: ⟦x⟧.y)():", None),
    ],
)
def test_a_condition_tests_it_where_nothing_can_stand_before(strategy: Strategy, old: str, new: str | None) -> None:
    text, offers = offered(f"def f(a, b, n, x=None):\n    {old}\n        pass\n")
    made = [written(text, offer) for offer in offers if offer.strategy is strategy]
    assert made == ([] if new is None else [f"def f(a, b, n, x=None):\n    {new}\n        pass\n"])


@pytest.mark.parametrize(
    ("condition", "is_let_in"),
    [
        ("a not in ⟦x⟧.y", True),
        ("a != ⟦x⟧.y", True),
        ("not ⟦x⟧.y", True),
        ("a in ⟦x⟧.y", False),
        ("⟦x⟧.y > a", False),
        ("⟦x⟧.y", False),
    ],
)
def test_a_none_is_let_in_where_something_is_denied_of_the_value(condition: str, is_let_in: bool) -> None:
    text, offers = offered(f"def f(x, a):\n    if {condition}:\n        return\n    g(a)\n")
    narrow = next(offer for offer in offers if offer.strategy is Strategy.NARROW)
    plain = condition.replace("⟦", "").replace("⟧", "")
    assert written(text, narrow).splitlines()[1] == f"    if x is {'None or' if is_let_in else 'not None and'} {plain}:"
    truth = "true" if is_let_in else "false"
    assert narrow.title == f"Test `x` in the condition (it is {truth} if that is None)"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("if not ⟦x⟧.y(a):", "if x is None or not x.y(a):"),
        ("if a or not ⟦x⟧.y:", "if a or x is None or not x.y:"),
        ("if a and not ⟦x⟧.y:", "if a and (x is None or not x.y):"),
        ("if a and 1 < ⟦x⟧.y:", "if a and x is not None and 1 < x.y:"),
        ("if a and (b or not ⟦x⟧.y):", "if a and (b or x is None or not x.y):"),
        ("if (b if ⟦x⟧.y else a):", "if (b if x is not None and x.y else a):"),
        (
            "if a:\n        pass\n    elif not ⟦x⟧.y:",
            "if a:\n        pass\n    elif x is None or not x.y:",
        ),
        (
            "if a:\n        pass\n    elif a and not ⟦x⟧.y:",
            "if a:\n        pass\n    elif a and (x is None or not x.y):",
        ),
        (
            "if a:\n        pass\n    elif a and 1 != ⟦x⟧.y:",
            "if a:\n        pass\n    elif a and (x is None or 1 != x.y):",
        ),
        ("while a and ⟦x⟧.y:", "while a and x is not None and x.y:"),  # a round, not a refusal
    ],
)
def test_how_a_none_is_let_into_what_refuses_it(old: str, new: str) -> None:
    text, offers = offered(f"def f(a, b, x=None):\n    {old}\n        raise ValueError(a)\n")
    made = [written(text, each) for each in offers if each.strategy is Strategy.NARROW]
    assert made == [f"def f(a, b, x=None):\n    {new}\n        raise ValueError(a)\n"]


@pytest.mark.parametrize("line", ['⟦d["k"]⟧ += 1', "⟦self.d[k]⟧ -= a"])
def test_what_is_written_to_as_well_gets_no_name(line: str) -> None:
    text, offers = offered(f"def f(self, d, k, a):\n    {line}\n", use=Use.OPERAND)
    assert not [offer.title for offer in offers if "result" in written(text, offer)]


@pytest.mark.parametrize(
    ("line", "strategies"),
    [
        ("b = ⟦c(1)⟧.y", []),
        ("b = a and ⟦c(1)⟧.y", []),
        ("def f(self): return b if a else ⟦c(1)⟧.y", []),
        ("b = lambda: ⟦c(1)⟧.y", []),
        ("class B(⟦c(1)⟧.y): pass", []),
    ],
)
def test_a_class_gets_no_attribute_for_a_check(line: str, strategies: list[str]) -> None:
    text, offers = offered(f"class A:\n    {line}\n")
    assert [offer.strategy for offer in offers if offer.strategy is not Strategy.IGNORE] == strategies
    assert not any(re.search(r"^    (?!b )\w+ =", written(text, offer), re.MULTILINE) for offer in offers)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("print(a.b(), ⟦a['x']⟧.c)", "no check can be placed before it here"),
        ("return sorted(a, key=lambda b: ⟦g(b)⟧.y)", "no check can be placed before it here"),
        ("return [b for b in a if g(b and ⟦x⟧.y)]", "no check can be placed before it here"),
    ],
)
def test_a_checkers_comment_is_there_where_nothing_can_be_done_unasked(line: str, reason: str) -> None:
    marked = f"def f(a, x):\n    {line}\n"
    *others, last = offered(marked)[1]
    assert (last.strategy, last.reason) == (Strategy.IGNORE, reason)
    assert all(offer.is_asked_for for offer in others)
    assert all(offer.is_asked_for for offer in offered(marked, "nullcheck")[1])  # there the menu has it anyway
