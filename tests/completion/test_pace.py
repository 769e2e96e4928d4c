from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import pytest

from breadknife.plugins.completion.pace import FIRST_SECONDS, TYPICAL_GAP, Pace

QUICK, SLOW = (0.05, 0.02), (0.3, 0.1)
"""Machines: seconds to the first token, and for each that follows."""


def pace(gaps: Sequence[float] = (), machine: tuple[float, float] = QUICK) -> Pace:
    found = Pace()
    for at in accumulate(gaps, initial=100.0):
        found.typed(at)
    first, token = machine
    found.wrote(first, 10 * token, 10, new=1)
    return found


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ((), TYPICAL_GAP),
        ((0.1, 0.1), TYPICAL_GAP),  # too few to tell
        ((0.1, 0.2, 0.3, 0.2, 0.2), 0.2),
        ((0.2, 0.2, 5.0, 0.2, 60.0, 0.2), 0.2),  # pauses
        ((0.5,) * 20 + (0.1,) * 15, 0.1),  # lately
        ((0.0,) * 20, TYPICAL_GAP),  # no person
    ],
)
def test_gap(gaps: Sequence[float], expected: float) -> None:
    assert pace(gaps).gap == pytest.approx(expected)  # pyright: ignore[reportUnknownMemberType]


def test_a_long_prompt_says_nothing_of_the_next() -> None:
    found = Pace()
    found.wrote(6.0, 0.2, 10, new=1_500)
    assert found.writing(4) == pytest.approx(FIRST_SECONDS + 0.08)  # pyright: ignore[reportUnknownMemberType]
    found.wrote(0.05, 0.2, 10, new=2)
    assert found.writing(4) == pytest.approx(0.13)  # pyright: ignore[reportUnknownMemberType]


def test_one_late_start_says_little_of_the_next() -> None:
    found = pace(machine=QUICK)
    found.wrote(0.05, 0.2, 10, new=1)
    found.wrote(6.0, 0.2, 10, new=1)
    found.wrote(0.05, 0.0, 0, new=1)
    assert found.writing(4) == pytest.approx(0.13)  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.parametrize(
    ("gap", "machine", "delay", "budget"),
    [
        (0.25, QUICK, 0.0, 0.1875),
        (0.25, SLOW, 0.0, 0.1875),  # however slow: what is there by then is shown
        (0.1, QUICK, 0.125, 0.075),  # a burst
        (0.1, (0.01, 0.01), 0.0, 0.075),  # a burst, but the machine is faster
        (0.9, QUICK, 0.0, 0.675),
        (0.9, (2.0, 1.0), 0.0, 0.675),
    ],
)
def test_delay_and_budget(gap: float, machine: tuple[float, float], delay: float, budget: float) -> None:
    found = pace((gap,) * 10, machine)
    assert (found.delay, found.budget) == pytest.approx((delay, budget))  # pyright: ignore[reportUnknownMemberType]
