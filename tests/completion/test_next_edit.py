"""What follows from a change: the texts before and after it, and the line that should change in the same way."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.completion.next_edit.change import LONGEST_LINE, Kind, change_of
from breadknife.plugins.completion.next_edit.following import Edit, following_edit
from breadknife.text.document import Document
from breadknife.text.syntax import parse


@pytest.mark.parametrize(
    ("before", "after", "kind", "line", "expected"),
    [
        ("return self.old_name", "return self.new_name", Kind.RENAME, "x = old_name + 1", "x = new_name + 1"),
        ("return self.old_name", "return self.new_name", Kind.RENAME, "x = old_names + 1", None),  # another word
        ("a: List[int] = []", "a: list[int] = []", Kind.RENAME, "b: List[str]", "b: list[str]"),
        ("open(path)", "open(path, encoding='utf-8')", Kind.INSERT, "open(path)", "open(path, encoding='utf-8')"),
        ("open(path)", "open(path, encoding='utf-8')", Kind.INSERT, "open(name)", None),  # another argument
        ('x = "name"', "x = 'name'", Kind.REPLACE, 'y = "name"', "y = 'name'"),
        ("if a == None:", "if a is None:", Kind.SIGNS, "while a == None:", "while a is None:"),
        ("i = 1", "i = 2", Kind.REPLACE, "j = 1", None),  # so short that its neighbours count
        ("i = 1", "i = 2", Kind.REPLACE, "i = 1", "i = 2"),
        ("f(a)", "f(a)  ", None, "", None),
        ("f(a)", "f(a)", None, "", None),
        ("f(" + "a" * LONGEST_LINE, "g(a)", None, "", None),
    ],
)
def test_a_change_is_a_pattern(before: str, after: str, kind: Kind | None, line: str, expected: str | None) -> None:
    change = change_of(before, after)
    assert (change.kind if change else None) is kind
    assert (change.applied(line) if change else None) == expected


def followed(old: str, new: str, *earlier: Edit) -> str | None:
    """Return the line that is shown as the next edit when a text was changed to another of as many lines."""
    before, after = old.split("\n"), new.split("\n")
    changed = [number for number, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    first, end = changed[0], changed[-1] + 1
    document = Document("file:///a.py", "python", new)
    edits: Sequence[Edit] = (Edit(first, before[first:end], after[first:end]), *earlier)
    edit = following_edit(document, parse(new, "python"), edits)
    if edit is None:
        return None
    changed_text = document.edited((edit,))
    return changed_text.line_text(document.line_at(edit.span.start))


CALLS = "def f():\n    {}\n\n\ndef g():\n    connection.commit()\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (CALLS.format("connection.commit()"), CALLS.format("connection.save()"), "    connection.save()"),
        ("a = Optional[int]\nb = Optional[int]\n", "a = Maybe[int]\nb = Optional[int]\n", "b = Maybe[int]"),
        ("a = num + 1\nb = num\n", "a = pos + 1\nb = num\n", None),  # less likely than the margin
        (
            "a = Optional[int]\nb = Optional[int]\nc = Optional[int]\n",
            "a = Maybe[int]\nb = Maybe[int]\nc = Optional[int]\n",
            "c = Maybe[int]",
        ),
        ("x = load(a)\ny = save(a)\n", "x = read(a)\ny = save(a)\n", None),  # nothing is alike
        ("load(a)\n\n# load(a)\n", "read(a)\n\n# load(a)\n", None),  # a comment
        ("load(a)\n", "read(a)\n", None),
        ("b = load_all(a)\nb = load_all(a)\n", "b = load_all(a)\nb = read_all(a)\n", None),  # only above
    ],
)
def test_the_same_change_follows_on_a_line_below(old: str, new: str, expected: str | None) -> None:
    assert followed(old, new) == expected


def test_what_would_parse_worse_is_not_shown() -> None:
    old, new = "a = load(b)\nc = (load(b))\n", "a = load(b\nc = (load(b))\n"
    assert followed(old, new) is None


def test_an_edit_that_is_no_longer_there_counts_for_nothing() -> None:
    document = Document("file:///a.py", "python", "a = 1\nconnection.commit()\n")
    edits = (Edit(0, ["connection.commit()"], ["connection.save()"]), Edit(7, ["x"], ["y"]))
    assert following_edit(document, None, edits) is None


LINES = st.lists(
    st.sampled_from(["a = load(b)", "", "x" * 500, "load(b)\r", "# \u2028 load", "('(", "𝒳 = load(𝒳)"]), max_size=6
)


@given(LINES, LINES, LINES)
def test_any_edit_of_any_document_is_answered(before: list[str], after: list[str], rest: list[str]) -> None:
    document = Document("file:///a.py", "python", "\n".join((*after, *rest)))
    edit = following_edit(document, None, (Edit(0, before, after),))
    assert edit is None or document.edited((edit,)).text != document.text


def test_a_large_document_of_lines_that_fit_takes_no_time() -> None:
    text = "\n".join(("save(b)", *("load(b) " * 30 for _ in range(15_000))))
    begun = time.process_time()
    following_edit(Document("file:///a.py", "python", text), None, (Edit(0, ["load(b)"], ["save(b)"]),))
    assert time.process_time() - begun < 10  # seconds; a pattern that backtracks would take hours
