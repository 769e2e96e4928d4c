from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.project.edits import EDITS, LINES, RecentEdits

NUMBERS = "".join(f"{number}\n" for number in range(100))
LINE = st.sampled_from(["a\n", "b\n", "\n", "a", "b\nb\n"])
TEXT = st.lists(LINE, max_size=8).map("".join)


def after(*texts: str) -> list[tuple[int, str, str]]:
    recent = RecentEdits()
    for at, (old, new) in enumerate(pairwise(texts)):
        recent.changed("a", old, new, at)
    return [(each.start, "".join(each.before), "".join(each.after)) for each in recent.newest()]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["a\nb\n", "a\nb\n"], []),
        (["a\nb\n", "a\nbc\n"], [(1, "b\n", "bc\n")]),
        (["a\nb\n", "a\nbc\n", "a\nbcd\n"], [(1, "b\n", "bcd\n")]),
        (["a\nb\n", "a\nbc\n", "a\nb\n"], []),  # taken back
        (["a\nb\n", "a\nb\nnew\n"], [(2, "", "new\n")]),
        (["a\nb\nc\n", "a\nc\n"], [(1, "b\n", "")]),
        (["x\ny", "x\ny2"], [(1, "y", "y2")]),
        (["", "a"], [(0, "", "a")]),
        # another place is another edit, the newest first; lines above move a place
        (["0\n1\n2\n3\n4\n", "0!\n1\n2\n3\n4\n", "0!\n1\n2\n3\n4!\n"], [(4, "4\n", "4!\n"), (0, "0\n", "0!\n")]),
        (["0\n1\n2\n3\n4\n", "0\n1\n2\n3\n4!\n", "0\nnew\n1\n2\n3\n4!\n"], [(1, "", "new\n"), (5, "4\n", "4!\n")]),
        # an edit between two joins them
        (["0\n1\n2\n3\n", "0!\n1\n2\n3\n", "0!\n1\n2\n3!\n", "0!\n2\n3!\n"], [(0, "0\n1\n2\n3\n", "0!\n2\n3!\n")]),
    ],
)
def test_what_was_edited(texts: list[str], expected: object) -> None:
    assert after(*texts) == expected


@pytest.mark.parametrize("lines", [LINES - 3, LINES + 1])
def test_a_large_change_is_nobodys(lines: int) -> None:
    assert len(after("a\n", "a\n" + "b\n" * lines)) == (lines < LINES)


def test_the_oldest_go() -> None:
    texts = [NUMBERS]
    for number in range(0, 90, 3):
        texts.append(texts[-1].replace(f"\n{number}\n", f"\n{number}!\n"))
    newest = [f"{number}\n" for number in range(87, 87 - 3 * EDITS, -3)]
    assert [before for _, before, _ in after(*texts)] == newest


@given(st.lists(TEXT, min_size=1, max_size=6))
def test_taking_all_edits_back_gives_the_first_text(texts: list[str]) -> None:
    lines = texts[-1].splitlines(keepends=True)
    for start, before, new in sorted(after(*texts), reverse=True):
        count = len(new.splitlines())
        assert "".join(lines[start : start + count]) == new
        lines[start : start + count] = before.splitlines(keepends=True)
    assert "".join(lines) == texts[0]
