"""An attribute that its method has surely set before: a checker that forgets it gets its ignore comment first."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered, swapped_in, written

CLASS = """\
class Foo:
    pass

class A:
    def __init__(self):
        self.x = None
    def other(self):
        pass
    def f(self, foo):
"""
LATER = CLASS + "        self.x = Foo()\n        self.other()\n        return lambda: ⟦self.x⟧.bar()\n"
INNER = CLASS + "        self.x = Foo()\n        def inner():\n            ⟦self.x⟧.bar()\n        inner()\n"
CALL = CLASS + "        self.x = Foo()\n        self.other()\n        if foo:\n            ⟦self.x⟧.bar()\n"
SET = "self.x = Foo()"


@pytest.mark.parametrize(
    "marked",
    [
        LATER,
        swapped_in(INNER, ("        pass\n    def f", "        return self.x is None\n    def f")),
        CALL,
        swapped_in(CALL, ("self.x = None", "self.x: Foo | None = None")),
        swapped_in(CALL, ("    def __init__(self):\n        self.x = None\n", "    x = None\n")),
        swapped_in(CALL, ("f(self, foo)", "__init__(self, foo)"), (SET, f"self.x = None\n        {SET}")),
        swapped_in(CALL, ("        pass\n    def f", "        self.x = Foo()\n    def f")),
        swapped_in(CALL, (SET, "self.x = a = Foo()")),
        swapped_in(CALL, (SET, "self.x = []")),
    ],
)
def test_the_ignore_comment_comes_before_a_check(marked: str) -> None:
    text, (first, *others) = offered(marked)
    assert first.strategy is Strategy.IGNORE
    assert "  # it is set above, and never to None after that\n" in written(text, first)
    assert all(offer.strategy is not Strategy.IGNORE for offer in others)


@pytest.mark.parametrize(
    "marked",
    [
        swapped_in(CALL, (SET, "self.x = foo")),
        swapped_in(CALL, (SET, "self.x = make()")),
        swapped_in(CALL, (SET, f"if foo:\n            {SET}")),
        swapped_in(CALL, (SET, f"for each in foo:\n            {SET}")),
        swapped_in(CALL, (SET, f"try:\n            {SET}\n        except OSError:\n            pass")),
        swapped_in(CALL, (SET, f"def g():\n            {SET}")),
        swapped_in(CALL, (f"        {SET}\n", ""), ("⟦self.x⟧.bar()\n", f"⟦self.x⟧.bar()\n        {SET}\n")),
        swapped_in(CALL, ("        pass\n    def f", "        self.x = None\n    def f")),
        swapped_in(CALL, ("        pass\n    def f", "        self.x = make()\n    def f")),
        swapped_in(CALL, ("        pass\n    def f", "        del self.x\n    def f")),
        swapped_in(CALL, ("        pass\n    def f", "        setattr(self, 'x', None)\n    def f")),
        swapped_in(CALL, ("f(self, foo)", "__init__(self, foo)"), ("self.other()", "self.x = None")),
        CALL + "def g(a: A):\n    a.x = None\n",
        CALL + "class B(A):\n    def other(self):\n        self.x = None\n",
    ],
)
def test_where_nothing_proves_it_a_check_comes_first(marked: str) -> None:
    _, (first, *_) = offered(marked)
    assert first.strategy is not Strategy.IGNORE


def test_a_declaration_that_says_it_better_comes_first() -> None:
    marked = swapped_in(INNER, ("self.x = None", "self.x: Foo | None = None"))
    _, (first, second, *_) = offered(marked)
    assert (first.strategy, second.strategy) == (Strategy.FIELD, Strategy.IGNORE)


def test_of_our_own_finding_nothing_changes() -> None:
    _, offers = offered(CALL, source="nullcheck")
    assert all(offer.strategy is not Strategy.IGNORE for offer in offers)
