from __future__ import annotations

from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from breadknife.text.shifted import Offsets

EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 3), st.lists(st.integers(0, 5), max_size=3), st.integers(0, 40)),
    max_size=150,
)
"""Where, how many go, the gaps between those that come, and how much room the edit makes."""


@given(st.lists(st.integers(0, 9), max_size=12), EDITS, st.data())
def test_it_is_the_list_that_would_have_been_made(
    gaps: list[int], edits: list[tuple[float, int, list[int], int]], data: st.DataObject
) -> None:
    plain = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    pieces = Offsets(plain)
    for where, gone, new_gaps, room in edits:
        first = int(where * len(plain))
        end = min(first + gone, len(plain))
        start = plain[first - 1] if first else 0
        new = [start + sum(new_gaps[: n + 1]) for n in range(len(new_gaps))]
        by = room + sum(new_gaps)
        plain = [*plain[:first], *new, *(each + by for each in plain[end:])]
        pieces = pieces.spliced(first, end, new, by)
    assert [*pieces] == plain
    assert [*reversed(pieces)] == plain[::-1]
    assert len(pieces) == len(plain)
    assert [pieces[at] for at in range(-len(plain), len(plain))] == plain * 2
    place = data.draw(st.sampled_from([0, *plain])) + data.draw(st.integers(-1, 1))
    assert pieces.count_up_to(place) == bisect_right(plain, place)
    piece = slice(
        *data.draw(st.tuples(*[st.one_of(st.none(), st.integers(-9, 20))] * 2, st.sampled_from((None, 2, -1))))
    )
    assert pieces[piece] == plain[piece]


def test_what_was_there_before_an_edit_stays() -> None:
    before = Offsets([1, 2, 3])
    assert [*before.spliced(1, 2, [], 10)] == [1, 13]
    assert [*before] == [1, 2, 3]
