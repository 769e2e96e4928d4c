"""Which patterns find something in any text, so that a match is never None."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.python.invariants import matches_any_text


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (r're.match(r"^([ \t]*)", text)', True),
        (r're.match("a|b*", text)', True),
        (r're.search(".*", text)', True),
        (r'search(".*", text)', False),
        (r're.match("", text).group("a") or g(text)', False),
        (r're.match("a*", given(text))', True),
        (r're.match(r"\w*\s*=?", text, re.DOTALL)', True),
        (r're.fullmatch(r"\s*", text)', False),
        (r're.match(r"\s+", text)', False),
        (r're.match(r"[^b]*$", text)', False),
        (r're.match(r"(?!b)", text)', False),
        (r're.match(r"\b", text)', False),
        (r're.match("a{0,9}", text)', False),
        (r're.match("(", text)', False),
        (r're.match("a*" "b", text)', False),
        (r"re.match(pattern, text)", False),
    ],
)
def test_a_pattern_that_matches_any_text(call: str, expected: bool) -> None:
    assert matches_any_text(call) == expected
