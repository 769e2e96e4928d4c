"""What is evaluated before what stays so: nothing is put before a statement that reads what it would change."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered


@pytest.mark.parametrize(
    ("statement", "can_stand_before"),
    [
        ("s.n = ⟦s.step()⟧.n", True),
        ("d[s.n] = ⟦s.step()⟧.n", True),
        ("return ⟦s.step()⟧.n + s.n", True),
        ("g(s, ⟦s.step()⟧.n)", True),
        ("g(s.n, ⟦q.pop()⟧.n)", True),
        ("s.log.info(⟦s.step()⟧.n)", True),
        ("g(s.n, ⟦s.find_next()⟧.n)", True),
        ("g(s.n, ⟦s.root.find(k)⟧.n)", True),
        ("g(s.n, ⟦re.match(k, s.text)⟧.n)", True),
        ("g(lambda: s.n, ⟦s.step()⟧.n)", True),
    ],
)
def test_no_check_stands_before_what_reads_what_the_value_changes(statement: str, can_stand_before: bool) -> None:
    _, offers = offered(f"def f(s, q, d, k):\n    {statement}\n")
    assert (Strategy.ASSERT in {offer.strategy for offer in offers}) is can_stand_before
