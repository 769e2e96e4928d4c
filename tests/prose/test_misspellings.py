"""The misspellings that are known."""

from __future__ import annotations

import pytest

from breadknife.plugins.prose.project.misspellings import meant


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("recieve", ("receive",)),
        ("Recieve", ("Receive",)),
        ("RECIEVE", ()),  # a constant's name, as likely
        ("thay", ("they", "that")),
        ("receive", ()),
        ("ecieve", ()),  # a line's end, not a line
        ("recieve,receive", ()),
        ("", ()),
    ],
)
def test_meant(word: str, expected: tuple[str, ...]) -> None:
    assert meant(word) == expected
