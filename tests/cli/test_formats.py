"""What a person sees of findings in a terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from breadknife.cli.formats import Problem, write_text
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "marked", "shown"),
    [
        ("x = a.b", "a", ["    x = a.b", "        ^"]),
        ("\tm[1]", "m", ["        m[1]", "        ^"]),
        ("a\tb", "b", ["    a   b", "        ^"]),
        ("日本 x", "x", ["    日本 x", "         ^"]),
        ("日本", "本", ["    日本", "      ^^"]),
    ],
)
def test_the_caret_stands_under_what_it_means(
    text: str, marked: str, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    start = text.index(marked)
    finding = Finding(Span(start, start + len(marked)), "harper", "Rule", "so")
    out = Terminal()
    write_text([Problem(Path("a.txt"), Document("file:///a.txt", "plaintext", text), finding)], out)
    _, *lines, last = out.getvalue().splitlines()
    assert lines == shown
    assert last == "1 finding in 1 file"
