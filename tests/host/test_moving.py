"""Where findings of an older text are in a newer one."""

from __future__ import annotations

import pytest

from breadknife.task.moving import moved
from breadknife.task.values import Finding, Fix, Related
from breadknife.text.document import Span, TextEdit

# The finding is at «», an edit replaces what is between | and | by the text beside it; None: it has been touched.
CASES = [
    ("ab «cd» ef", (0, 0, "x"), "xab «cd» ef"),
    ("ab «cd» ef", (0, 2, ""), " «cd» ef"),
    ("ab «cd» ef", (6, 8, "xyz"), "ab «cd» xyz"),
    ("ab «cd» ef", (5, 5, " "), "ab «cd»  ef"),
    ("ab «cd» ef", (5, 5, "."), "ab «cd». ef"),
    ("ab «cd» ef", (5, 5, "x"), None),
    ("ab «cd» ef", (3, 3, "x"), None),
    ("ab «cd» ef", (3, 3, "x "), "ab x «cd» ef"),
    ("ab «cd» ef", (4, 4, " "), None),
    ("ab «cd» ef", (5, 6, ""), None),
    ("ab «cd» ef", (3, 5, "cd"), None),
    ("ab «cd» ef", (8, 8, ""), "ab «cd» ef"),
    ("ab «cd» ef", (5, 5, ""), "ab «cd» ef"),
]


def read(marked: str) -> tuple[str, Span]:
    start, end = marked.index("«"), marked.index("»") - 1
    return marked.replace("«", "").replace("»", ""), Span(start, end)


@pytest.mark.parametrize(("before", "edit", "after"), CASES)
def test_a_finding_after_an_edit(before: str, edit: tuple[int, int, str], after: str | None) -> None:
    text, span = read(before)
    start, end, new = edit
    fix = Fix("fix", (TextEdit(span, "better"),))
    finding = Finding(
        span, "s", "c", "m", fixes=(fix,), related=(Related(span, "here"), Related(span, "x", "file:///x"))
    )
    found = moved(finding, TextEdit(Span(start, end), new))
    if after is None:
        assert found is None
        return
    expected, place = read(after)
    assert text[:start] + new + text[end:] == expected
    assert found is not None
    assert (found.span, found.fixes[0].edits[0].span, found.related[0].span) == (place, place, place)
    assert found.related[1].span == span
