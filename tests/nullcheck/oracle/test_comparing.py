"""What counts as new after an edit, and what is an old fault told in other words or in another place."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.verify.oracle.comparing import Moves, compared, is_reworded
from breadknife.plugins.nullcheck.verify.oracle.values import Problem
from breadknife.text.document import Span, TextEdit

HERE, THERE = Path("/here"), Path("/there")


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("x is missing", "x is missing", True),
        ("x is missing", "y is missing", False),
        # the type has been narrowed, and something else is wrong with it
        ('"a" of class "int | None"', '"a" of class "int"', True),
        ('"a" of "Optional | None" in "B"', '"a" of "Optional" in "B"', True),
        ("Type 'null | A' isn't 'B'", "Type 'A' isn't 'B'", True),
        ("Type 'A | null | undefined' isn't 'B'", "Type 'A' isn't 'B'", True),
        ("`list[int | None]` isn't `B`", "`list[int]` isn't `B`", True),
        ('"A | None" isn\'t "B | None"', '"A" isn\'t "B"', True),
        ('"A | None" isn\'t "B"\n  "None" isn\'t "B"', '"A" isn\'t "B"\n  "A" isn\'t "B"', True),
        # the members of a union stand in any order
        ("Type 'A | B | null' isn't 'C'", "Type 'B | null | A' isn't 'C'", True),
        ("Type 'M<A | (() => B) | C, D>' isn't 'E'", "Type 'M<C | A | (() => B), D>' isn't 'E'", True),
        ("Type '{ a: A | B; b?: C; }' isn't 'E'", "Type '{ a: B | A; b?: C; }' isn't 'E'", True),
        ("Type '\"a\" | \"b | c\"' isn't 'E'", "Type '\"b | c\" | \"a\"' isn't 'E'", True),
        ("Type 'M<\"a\" | A>' isn't 'E'", "Type 'M<A | \"a\">' isn't 'E'", True),
        ("Type '\"a\" | \"b\"' isn't 'E'", "Type '\"a\" | \"c\"' isn't 'E'", False),
        ("Type 'M<A, B>' isn't 'E'", "Type 'M<B, A>' isn't 'E'", False),
        ("Type '(a: A | B) => C' isn't 'E'", "Type '(a: C | B) => A' isn't 'E'", False),
        ("Type 'M<A | B>' isn't 'E'", "Type 'M<A> | B' isn't 'E'", False),
        ("Type 'A | B' isn't 'C'", "Type 'A | C' isn't 'B'", False),
        # what isn't known is never at fault
        ('"Unknown | A" isn\'t "B"', '"Any | A" isn\'t "B"', True),
        ('"A" isn\'t "B"', '"A | Any" isn\'t "B"', True),
        ('"list[Unknown]" isn\'t "B"', '"list[Any] | list[Unknown]" isn\'t "B"', True),
        ('"A | Unknown | None" isn\'t "B"', '"Any" isn\'t "B"', True),
        ('"tuple[A | None, Unknown]" isn\'t "B"', '"tuple[Any, Any]" isn\'t "B"', True),
        ('"tuple[dict[str, list[int]], A]" isn\'t "B"', '"tuple[Any, A]" isn\'t "B"', True),
        ('"() -> (Unknown | None)" is no list', '"() -> Any" is no list', True),
        ('"Unknown | None" isn\'t "B"', '"Any" isn\'t "B"', True),
        ('"Any" isn\'t "B"', '"A" isn\'t "B"', False),
        ('"tuple[A, C]" isn\'t "B"', '"tuple[Any]" isn\'t "B"', False),
        ('"A" isn\'t "B"', '"Any" isn\'t "C"', False),
        # one None of several has gone, and no other type speaks of any
        ('"tuple[A | None, C | None]" isn\'t "B"', '"tuple[A | None, C]" isn\'t "B"', True),
        ('"tuple[A, None]" isn\'t "tuple[B | None, C | None]"', '"tuple[A, None]" isn\'t "tuple[B | None, C]"', False),
        # a None has come
        ('"A" isn\'t "B"', '"A | None" isn\'t "B"', False),
        ('"list[A]" isn\'t "B"', '"list[A | None]" isn\'t "B"', False),
        ('"A | None" isn\'t "B"', '"A | None | None" isn\'t "B"', False),
        # it is given where it isn't taken any more
        ('"A | None" isn\'t "B | None"', '"A | None" isn\'t "B"', False),
        ("Expected `B | None`, found `A | None`", "Expected `B`, found `A | None`", False),
        # other types, other faults
        ('"int | None" isn\'t "B"', '"str | None" isn\'t "B"', False),
        ('"int | str | None" isn\'t "B"', '"int" isn\'t "B"', False),
        ('"A" isn\'t "None"', '"A" isn\'t "int"', False),
        ('"a" of "None"', '"a" of "A"', False),
    ],
)
def test_a_fault_in_other_words(old: str, new: str, same: bool) -> None:
    assert is_reworded(old, new) is same


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
    assert Moves.of(EDITS[edits]).leads(before, now) is leads


@pytest.mark.parametrize(
    ("after", "before", "now", "leads"),
    [
        (TEXT, 1, 1, True),
        ("zero\n" + TEXT, 1, 2, True),
        ("zero\n" + TEXT, 1, 1, False),
        (TEXT.replace("two", "2\n2"), 1, 2, True),
        (TEXT.replace("two", "2\n2"), 1, 3, False),
        (TEXT.replace("two", "2\n2"), 3, 4, True),
        (TEXT.replace("two\n", ""), 1, 1, False),
        (TEXT.replace("two\n", ""), 2, 1, True),
    ],
)
def test_where_a_change_leads_a_line(after: str, before: int, now: int, leads: bool) -> None:
    assert Moves.of_lines(TEXT, after).leads(before, now) is leads


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
        ([(4, "a | None"), (4, "a")], [(8, "a | None"), (8, "b")], ["b"]),
    ],
)
def test_what_is_new(was: list[tuple[int, str]], now: list[tuple[int, str]], new: list[str]) -> None:
    """Four characters were put before what is here; nothing has changed there."""
    moves = {HERE: Moves.of((TextEdit(Span(0, 0), "new\n"),))}
    before = [Problem(HERE, "c", message, start) for start, message in was]
    after = [Problem(HERE, "c", message, start) for start, message in now]
    assert [each.message for each in compared(before, after, moves).new] == new
    other = [Problem(THERE, "c", "a", 4)]
    assert compared(other, other, moves).new == []
    assert len(compared(other, [Problem(THERE, "c", "a", 8), Problem(THERE, "d", "a", 4)], moves).new) == 2


A, AB = ("18048", "'a' is possibly 'undefined'."), ("18048", "'a.b' is possibly 'undefined'.")
OBJECT = ("2532", "Object is possibly 'undefined'.")


@pytest.mark.parametrize(
    ("was", "now", "new"),
    [
        ([A, AB], [OBJECT], 0),  # `a!.b.c`
        ([A, ("18047", "'a.b' is possibly 'null'.")], [("2531", "Object is possibly 'null'.")], 0),
        ([A, AB], [AB], 0),
        ([A, AB], [AB, OBJECT], 1),
        ([A, AB], [OBJECT, OBJECT], 1),
        ([A], [OBJECT], 1),  # `a?.[0].c`: the fault has moved on
        ([A], [AB], 1),
        ([A, AB], [("2531", "Object is possibly 'null'.")], 1),
        ([A, ("18048", "'ab.c' is possibly 'undefined'.")], [OBJECT], 1),
    ],
)
def test_an_object_that_has_lost_its_name(was: list[tuple[str, str]], now: list[tuple[str, str]], new: int) -> None:
    moves = {HERE: Moves.of((TextEdit(Span(5, 5), "!"),))}
    before, after = ([Problem(HERE, code, message, 4) for code, message in each] for each in (was, now))
    assert len(compared(before, after, moves).new) == new


NO_XOR = 'Operator "^" not supported for '


@pytest.mark.parametrize(
    ("types", "operator", "new"),
    [
        ('types "int | None" and "str | None"', "^", 0),
        ('types "None" and "str | None"', "^", 0),
        ('types "int" and "str | None"', "^", 1),
        ('types "list[int | None]" and "str | None"', "^", 1),
        ('types "dict[A | None | B, C]" and "str | None"', "^", 1),
        ('types "int | None" and "str | None"', "+", 1),
    ],
)
@pytest.mark.parametrize("bracket", [0, 1])
def test_an_operand_whose_neighbour_is_at_fault_no_more(types: str, operator: str, new: int, bracket: int) -> None:
    before = [Problem(HERE, "reportOperatorIssue", f"{NO_XOR}{types}\n  and so on", 4)]
    after = [Problem(HERE, "reportOptionalOperand", f'{NO_XOR.replace("^", operator)}"None"', 4 + bracket)]
    assert len(compared(before, after, {HERE: Moves()}).new) == new


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
    moves = {HERE: Moves.of((TextEdit(Span(0, 0), "new\n"),))}
    before = [Problem(path, "c", was, 4) for path in (HERE, THERE)]  # of other files nothing is said
    after = [Problem(HERE, "c", now, 8)] if now else []
    assert [each.path for each in compared(before, after, moves).hidden] == [HERE] * gone
