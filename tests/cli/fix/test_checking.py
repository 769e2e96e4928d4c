"""What a program says newly after changes, by the text that it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.formats.reading import read
from breadknife.plugins.nullcheck.project.changes import Change
from breadknife.plugins.nullcheck.project.commands import new_in

A = "one\ntwo\nthree\n"


def printed(*told: tuple[int, str]) -> str:
    return "".join(f"  /p/a.py:{line}:1 - error: {message} (reportX)\n" for line, message in told)


@pytest.mark.parametrize(
    ("before", "after", "text", "new"),
    [
        ([(2, "x")], [(3, "x")], "import\n" + A, []),
        ([(2, "x")], [(2, "x")], "import\n" + A, [2]),
        ([(2, "x")], [(2, "x"), (2, "y")], A, [2]),
        ([(2, '"B | None"')], [(2, '"B"')], A, []),  # its type is another
    ],
)
def test_what_is_new(before: list[tuple[int, str]], after: list[tuple[int, str]], text: str, new: list[int]) -> None:
    found = new_in(read(printed(*before)), read(printed(*after)), [Change(Path("/p/a.py"), A, text)])
    assert [each.line for each in found] == new
