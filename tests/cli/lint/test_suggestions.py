"""The suggestions of `--format rdjson`: what reviewdog makes of them in a pull request is what the fix does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cli.formats.values import ReportedFile, ReportedFinding
from breadknife.task.values import Finding, Fix
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from cli.lint.writing import written

TEXT = "one\ntwo two é\n    three\nfour\nfive\n"


def diagnostic(text: str, span: Span, *fixes: Sequence[TextEdit]) -> dict[str, Any]:
    """What is written of a finding with these fixes."""
    document = Document("file:///a.md", "markdown", text)
    named = tuple(Fix(f"fix {at}", tuple(edits)) for at, edits in enumerate(fixes))
    finding = Finding(span, "harper", "Rule", "so", fixes=named)
    [item] = json.loads(written("rdjson", ReportedFinding(ReportedFile(Path("a.md"), document), finding)))[
        "diagnostics"
    ]
    return item


def accepted(text: str, suggestion: dict[str, Any]) -> str:
    """The text after somebody has accepted a suggestion. As reviewdog 0.21 makes a comment of it: without columns, its
    text takes the place of the lines, else that with what is before and behind it; GitHub replaces whole lines."""
    lines = text.split("\n")
    start, end = suggestion["range"]["start"], suggestion["range"]["end"]
    first, last = lines[start["line"] - 1].encode(), lines[end["line"] - 1].encode()
    new = suggestion["text"]
    if "column" in start:
        new = first[: start["column"] - 1].decode() + new + last[end["column"] - 1 :].decode()
    elif not new:
        return "\n".join([*lines[: start["line"] - 1], *lines[end["line"] :]])
    return "\n".join([*lines[: start["line"] - 1], new, *lines[end["line"] :]])


@pytest.mark.parametrize(
    ("edits", "lines"),
    [
        ([TextEdit(Span(8, 12), "")], (2, 2)),  # a word goes
        ([TextEdit(Span(4, 14), "")], (2, 2)),  # a line goes: the next one isn't part of it
        ([TextEdit(Span(4, 24), "")], (2, 3)),
        ([TextEdit(Span(4, 14), "\n")], (2, 3)),  # a line becomes a blank one
        ([TextEdit(Span(4, 14), "2\n2b\n")], (2, 2)),  # a line becomes two
        ([TextEdit(Span(14, 14), "if x:\n    return\n")], (3, 3)),  # a guard before a line
        ([TextEdit(Span(18, 18), "if x:\n        return\n    ")], (3, 3)),
        ([TextEdit(Span(8, 18), "")], (2, 3)),  # two lines are joined
        ([TextEdit(Span(12, 13), "e"), TextEdit(Span(18, 23), "drei")], (2, 3)),  # two edits are one suggestion
        ([TextEdit(Span(29, 34), "end")], (5, 6)),  # the file ends there
    ],
)
def test_an_accepted_suggestion_is_the_fix(edits: Sequence[TextEdit], lines: tuple[int, int]) -> None:
    [suggestion] = diagnostic(TEXT, edits[0].span, edits)["suggestions"]
    assert (suggestion["range"]["start"]["line"], suggestion["range"]["end"]["line"]) == lines
    assert accepted(TEXT, suggestion) == apply_edits(TEXT, edits)


@given(
    st.text("ab\n é", max_size=30), st.integers(0, 30), st.integers(0, 10), st.text("x\n", max_size=6),
    st.integers(0, 10), st.text("y\n", max_size=3),
)  # fmt: skip
def test_any_accepted_suggestion_is_the_fix(text: str, at: int, size: int, new: str, gap: int, other: str) -> None:
    first = Span(min(at, len(text)), min(at + size, len(text)))
    second = min(first.end + gap, len(text))
    edits = [TextEdit(first, new)] + ([TextEdit(Span(second, second), other)] if second > first.end else [])
    for suggestion in diagnostic(text, first, edits).get("suggestions", []):
        assert accepted(text, suggestion) == apply_edits(text, edits)


def test_all_suggestions_of_a_comment_are_about_the_same_lines() -> None:
    """reviewdog shows an error in place of another one."""
    near, far = [TextEdit(Span(4, 7), "zwei")], [TextEdit(Span(24, 28), "vier")]
    suggestions = diagnostic(TEXT, Span(4, 7), near, far, [TextEdit(Span(4, 8), "")])["suggestions"]
    assert [each["text"] for each in suggestions] == ["zwei", ""]
    assert len(diagnostic(TEXT, Span(4, 7), *[near] * 9)["suggestions"]) == 3
    many = "a\n" * 40
    assert "suggestions" not in diagnostic(many, Span(0, 1), [TextEdit(Span(0, 80), "b\n")])


def test_a_place_ends_in_its_last_line() -> None:
    """All its lines must be in the pull request, or it has no comment of its own."""
    assert diagnostic(TEXT, Span(4, 14))["location"]["range"]["end"] == {"line": 2, "column": 11}
