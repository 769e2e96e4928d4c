"""The rest of a line as lines like it have it: `⟦|⟧` is the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.known_line import WINDOW, known_line
from support import at_cursor

_RAISE = 'raise RuntimeError("Not started. Call on_startup first.")'
_ABOVE = "        self._items = items\n"
_FIRST = f"    def a(self, items):\n{_ABOVE}"
_SECOND = f"\n    def b(self, items):\n{_ABOVE}        ⟦|⟧\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (f"def f():\n    {_RAISE}\n\ndef g():\n    raise Run⟦|⟧\n", _RAISE.removeprefix("raise Run")),
        (f"def g():\n    raise Run⟦|⟧\n\ndef f():\n  {_RAISE}\n", _RAISE.removeprefix("raise Run")),  # below, less deep
        (f"def f():\r\n    {_RAISE}\r\n\r\ndef g():\r\n    raise⟦|⟧\r\n", _RAISE.removeprefix("raise")),
        ("return a + 1\nreturn a + 2\nreturn⟦|⟧\n", ""),  # they disagree
        ("a = f(1)\nreturn a + 1\nb = f(2)\nreturn a + 2\nb = f(2)\nreturn⟦|⟧\n", " a + 2"),  # the same line is above
        ("return a\nret⟦|⟧\n", ""),  # too little is typed
        ("return a\nreturn⟦|⟧ b\n", ""),  # something follows
        ("return\nreturn⟦|⟧\n", ""),  # nothing is left
        (f"{_FIRST}        self.reset()\n{_SECOND}", "self.reset()"),
        (f"{_FIRST}    self.reset()\n{_SECOND}", ""),  # its line is less deep
        ("a()\nb()\n\na()\n⟦|⟧\n", ""),  # below a short line anything may stand
        ("⟦|⟧", ""),
    ],
)  # fmt: skip
def test_known_line(marked: str, expected: str) -> None:
    known = known_line(_cursor(marked))
    assert (known.rest if known else "") == expected


def test_more_lines_that_agree_and_the_same_line_above_make_it_more_certain() -> None:
    once, twice = _certainty("return a.b\n\nreturn⟦|⟧\n"), _certainty("return a.b\n\nreturn a.b\n\nreturn⟦|⟧\n")
    below_the_same = _certainty("x = f()\nreturn a.b\n\nx = f()\nreturn⟦|⟧\n")
    assert 0 < once < below_the_same
    assert once < twice < 1


def test_lines_far_away_have_no_vote() -> None:
    far = "x\n" * (WINDOW // 2)
    assert known_line(_cursor(f"return a.b\n{far}return⟦|⟧\n")) is None


@given(st.lists(st.sampled_from(["    return a.b(1)", "    return a.c", "", "def f():", "\treturn a.b(1)"])))
def test_what_it_gives_stands_elsewhere_after_what_is_typed(lines: list[str]) -> None:
    text = "\n".join(lines)
    known = known_line(_cursor(f"{text}\n    return a⟦|⟧"))
    assert known is None or any(line.strip() == f"return a{known.rest}" for line in lines)
    alike = [line.strip() for line in lines if line.strip().startswith("return a")]
    assert known is not None or not alike or len(set(alike)) > 1


def _certainty(marked: str) -> float:
    known = known_line(_cursor(marked))
    return known.certainty if known else 0


def _cursor(marked: str) -> CursorContext:
    document, offset = at_cursor(marked)
    return CursorContext(document, offset, None)
