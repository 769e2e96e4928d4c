"""What counts as new after an edit, and what is an old fault told in other words or in another place."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.verify.oracle.comparing import OffsetMap, compared
from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem
from breadknife.text.document import Span, TextEdit

HERE, THERE = Path("/here"), Path("/there")


TEXT = "one\ntwo\nthree\nfour\n"
EDITS = {
    "nothing": (),
    "a line before": (TextEdit(Span(4, 4), "and\n"),),
    "the word": (TextEdit(Span(4, 7), "2 + 2"),),
    "before the word": (TextEdit(Span(4, 4), "x and "),),
    "after": (TextEdit(Span(8, 13), "3"),),
    "gone": (TextEdit(Span(0, 4), ""),),
    "indented": (TextEdit(Span(4, 4), "  "), TextEdit(Span(8, 8), "  ")),
}


@pytest.mark.parametrize(
    ("edits", "before", "now", "leads"),
    [
        ("nothing", 5, 5, True),
        ("nothing", 5, 6, False),
        ("a line before", 5, 9, True),
        ("a line before", 5, 5, False),
        ("a line before", 1, 1, True),
        ("the word", 4, 8, True),
        ("the word", 4, 9, False),
        ("the word", 7, 9, True),
        ("the word", 7, 4, False),
        ("before the word", 4, 10, True),
        ("before the word", 4, 4, True),
        ("before the word", 4, 6, False),
        ("after", 4, 4, True),
        ("after", 13, 9, True),
        ("gone", 1, 0, False),
        ("gone", 4, 0, True),
        ("indented", 4, 6, True),
        ("indented", 8, 12, True),
        ("indented", 8, 10, True),
        ("indented", 8, 8, False),
    ],
)
def test_where_an_edit_leads_a_position(edits: str, before: int, now: int, leads: bool) -> None:
    assert OffsetMap.of(EDITS[edits]).leads(before, now) is leads


@pytest.mark.parametrize(
    ("was", "now", "new"),
    [
        ([(4, "a")], [(8, "a")], []),
        ([(4, "a")], [], []),
        ([(4, "a")], [(8, "a"), (8, "a")], ["a"]),
        # one has gone, and the same stands elsewhere
        ([(4, "a")], [(12, "a")], ["a"]),
        ([(4, "a | None"), (4, "a")], [(8, "a")], []),
        ([(4, "a | None"), (4, "a")], [(8, "a"), (8, "a")], []),
        ([(4, "a | None"), (4, "a")], [(8, "a | None"), (8, "a"), (8, "b")], ["b"]),
    ],
)
def test_what_is_new(was: list[tuple[int, str]], now: list[tuple[int, str]], new: list[str]) -> None:
    """Four characters were put before what is here; nothing has changed there."""
    moves = {HERE: OffsetMap.of((TextEdit(Span(0, 0), "new\n"),))}
    before = [CheckerProblem(HERE, "c", message, start) for start, message in was]
    after = [CheckerProblem(HERE, "c", message, start) for start, message in now]
    assert [each.message for each in compared(before, after, moves).new] == new
    other = [CheckerProblem(THERE, "c", "a", 4)]
    assert compared(other, other, moves).new == []
    assert (
        len(compared(other, [CheckerProblem(THERE, "c", "a", 8), CheckerProblem(THERE, "d", "a", 4)], moves).new) == 2
    )


@pytest.mark.parametrize(
    ("was", "now", "new"),
    [
        ("18048", "2532", 0),  # the object has lost its name: `a!.b`
        ("reportOperatorIssue", "reportOptionalOperand", 0),  # the other operand is at fault no more
        ("reportOptionalMemberAccess", "reportAttributeAccessIssue", 1),  # its type is wrong now
        ("18048", "2531", 1),
    ],
)
def test_a_fault_is_known_by_its_code(was: str, now: str, new: int) -> None:
    moves = {HERE: OffsetMap.of((TextEdit(Span(5, 5), "!"),))}
    before, after = [CheckerProblem(HERE, was, "it was", 4)], [CheckerProblem(HERE, now, "it is", 4)]
    assert len(compared(before, after, moves).new) == new


@pytest.mark.parametrize(
    ("was", "now", "gone"),
    [
        ("`kil` is no attribute of `Popen`", "", True),
        ("`kil` is no attribute of `Popen`", "`kil` is no attribute of `Popen`", False),
        # a null is why, or nothing is known
        ('"kill" is not a known attribute of "None"', "", False),
        ('"kill" of class "NoneType"', "", False),
        ('Argument of type "A"\n  "A | None" isn\'t "B"', "", False),
        ('Type of "a" is partially unknown', "", False),
        ('"a" of class "A"\n  Attribute "a" is unknown', "", True),
        ('No overloads for "join" match the provided arguments', "", False),
        ('No matching overload found for function "join"', "", False),
    ],
)
def test_what_is_hidden(was: str, now: str, gone: bool) -> None:
    moves = {HERE: OffsetMap.of((TextEdit(Span(0, 0), "new\n"),))}
    before = [CheckerProblem(path, "c", was, 4) for path in (HERE, THERE)]  # of other files nothing is said
    after = [CheckerProblem(HERE, "c", now, 8)] if now else []
    assert [each.path for each in compared(before, after, moves).hidden] == [HERE] * gone
