"""What counts as typing a suggestion along: `⟦` is where the text began, `|⟧` the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.completion.typed_text import TypedText
from breadknife.text.document import Document


def check(marked: str, text: str, said: str | None, *, unfinished: bool = False) -> None:
    start, offset = marked.index("⟦"), marked.index("|⟧") - 1
    document = Document("file:///a.py", "python", marked.replace("⟦", "").replace("|⟧", ""), 1)
    assert TypedText(document, start, offset).match(text, unfinished=unfinished) == said


@pytest.mark.parametrize(
    ("marked", "text", "said"),
    [
        ("x =⟦ a|⟧", " a + b", " a"),
        ("x =⟦ c|⟧", " a + b", None),
        # The editor has indented with a tab, or not as deep yet.
        ("if a:⟦\n\t|⟧", "\n    return b", "\n    "),
        ("if a:⟦\n\tret|⟧", "\n    return b", "\n    ret"),
        ("if a:⟦\n |⟧", "\n\treturn b", "\n"),
        ("if a:⟦\r\n    ret|⟧", "\n    return b", "\n    ret"),
        ("if a:\n⟦\t|⟧", "    return b", "    "),
        # Deeper than the text has it, which goes on with the block.
        ("if a:⟦\n\t  |⟧", "\n    return b", "\n    "),
        ("if a:⟦\n\t  ret|⟧", "\n    return b", "\n    ret"),
        ("if a:\n    b()⟦\n        |⟧", "\n    c()", "\n    "),
        # The text leaves the block and the user doesn't, or the other way round.
        ("def f():\n    a()⟦\n    |⟧", "\ndef g():", None),
        ("def f():\n    a()⟦\n\n    |⟧", "\n\nb()", None),
        ("if a:\n        b()⟦\n    ret|⟧", "\n        return c", None),
        # A line of its own begins after blanks alone.
        ("x = a⟦  b|⟧", " b", None),
        ("a = (⟦b,\n  c|⟧", "b,\n    c)", None),
        ("a = (⟦b,\n      c|⟧", "b,\n    c)", "b,\n    c"),
        ("a = (⟦b,\n      d|⟧", "b,\n    c)", None),
        ("a⟦\nb\n|⟧", "\nb", None),
    ],
)
def test_what_the_text_says_of_what_is_typed(marked: str, text: str, said: str | None) -> None:
    check(marked, text, said)


@pytest.mark.parametrize(
    ("marked", "text", "said"),
    [
        ("def f():\n    a()⟦\n    |⟧", "\n", "\n"),  # how deep it will be isn't known yet
        ("def f():\n    a()⟦\n    b|⟧", "\n", None),
        ("def f():\n    a()⟦\n    |⟧", "\nd", None),
    ],
)
def test_a_line_that_is_being_written_may_become_as_deep(marked: str, text: str, said: str | None) -> None:
    check(marked, text, said, unfinished=True)


@given(st.text("ab \t\n", max_size=12), st.text("ab \t\n", max_size=12), st.text(" \t\n", max_size=4))
def test_what_is_said_begins_the_text_and_differs_in_blanks_alone(typed: str, text: str, before: str) -> None:
    document = Document("file:///a.py", "python", before + typed, 1)
    said = TypedText(document, len(before), len(before) + len(typed)).match(text)
    if said is not None:
        assert text.startswith(said)
        assert said.split() == typed.split()
    if text.startswith(typed):
        assert said == typed
