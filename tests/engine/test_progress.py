"""Amounts that are shown never go back, whatever a source does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from breadknife.engine.models.progress import MonotonicProgress, ProgressAmount
from engine.advancing import assert_advancing

amounts = st.builds(
    ProgressAmount,
    fraction=st.none() | st.floats(-0.5, 1.5, allow_nan=False),
    done=st.none() | st.integers(0, 1000),
    total=st.none() | st.integers(0, 1000),
)


@given(st.lists(amounts))
def test_nothing_goes_back(told: list[ProgressAmount]) -> None:
    advance = MonotonicProgress()
    assert_advancing([advance.take(now) for now in told])


@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.integers(1, 100))
def test_an_orderly_download_is_shown_as_it_is(blocks: list[int], size: int) -> None:
    advance, done, total = MonotonicProgress(), 0, sum(blocks) + size
    for block in blocks:
        done += block
        now = ProgressAmount(done / total, done, total)
        assert advance.take(now) == now


def test_a_download_that_begins_again_stands_until_it_is_further() -> None:
    advance = MonotonicProgress()
    said = [advance.take(ProgressAmount(done / 100, done, 100)).done for done in (40, 80, 0, 40, 90)]
    assert said == [40, 80, 80, 80, 90]
