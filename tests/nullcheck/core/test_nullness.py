"""The truth table, and what must hold of it whatever the values are."""

from __future__ import annotations

from itertools import product

import pytest

from breadknife.plugins.nullcheck.core import nullness
from breadknife.plugins.nullcheck.core.nullness import (
    JOIN,
    Fact,
    Nullness,
    NullOrigin,
    OriginKind,
    join_facts,
    non_null,
)
from breadknife.plugins.nullcheck.core.state import FlowState, join

ORIGIN = NullOrigin(OriginKind.LOOKUP, (0, 1), "nothing is found")


def fact(value: Nullness) -> Fact:
    return Fact(value, ORIGIN if value >= Nullness.MAYBE else None)


def test_the_docstring_has_the_table() -> None:
    rows = [line.split("|")[1:6] for line in (nullness.__doc__ or "").splitlines() if line.startswith("| ")][1:5]
    told = [[cell.strip() for cell in row] for row in rows]
    assert told == [[a.name, *(JOIN[a][b].name for b in Nullness)] for a in Nullness]


@pytest.mark.parametrize(("a", "b", "c"), list(product(Nullness, repeat=3)))
def test_join_is_the_same_in_any_order(a: Nullness, b: Nullness, c: Nullness) -> None:
    assert JOIN[a][a] == a
    assert JOIN[a][b] == JOIN[b][a]
    assert JOIN[JOIN[a][b]][c] == JOIN[a][JOIN[b][c]]


@pytest.mark.parametrize(("a", "b"), list(product(Nullness, repeat=2)))
def test_a_null_of_either_path_stays_one_and_has_its_origin(a: Nullness, b: Nullness) -> None:
    joined = join_facts(fact(a), fact(b))
    assert joined.nullness == JOIN[a][b]
    assert (joined.origin is not None) == joined.may_be_null == (fact(a).may_be_null or fact(b).may_be_null)


@pytest.mark.parametrize("value", Nullness)
def test_what_a_test_has_shown_to_be_there_has_no_origin(value: Nullness) -> None:
    assert non_null(fact(value)).nullness == Nullness.NON_NULL
    assert non_null(fact(value)).origin is None


def nothing(_key: str) -> Fact:
    return Fact()


def test_a_null_is_excluded_where_its_path_is() -> None:
    a = FlowState({"x": fact(Nullness.NULL)}, {"ok": False})
    b = FlowState({"x": Fact(Nullness.NON_NULL)}, {"ok": True})
    joined = join(a, b, nothing)
    assert joined.facts["x"].nullness == Nullness.MAYBE
    assert joined.truths == {}
    assert joined.assume("ok", True)
    assert joined.facts["x"].nullness == Nullness.NON_NULL


def test_an_assumption_falls_with_the_value_it_is_about() -> None:
    a = FlowState({"x": fact(Nullness.NULL)}, {"ok": False})
    b = FlowState({"x": Fact(Nullness.NON_NULL)}, {"ok": True})
    joined = join(a, b, nothing)
    joined.forget("ok")
    assert joined.assume("ok", True)
    assert joined.facts["x"].nullness == Nullness.MAYBE


@pytest.mark.parametrize(
    ("target", "gone"),
    [("x", {"x", "x.a", "x.a.b", "d[x]"}), ("x.a", {"x.a", "x.a.b"}), ("d", {"d[x]"}), ("a", set[str]())],
)
def test_a_new_value_takes_what_is_read_through_the_old_one_with_it(target: str, gone: set[str]) -> None:
    keys = {"x", "x.a", "x.a.b", "d[x]", "xs", "y.x"}
    state = FlowState({key: Fact(Nullness.NON_NULL) for key in keys}, {})
    state.forget(target)
    assert keys - state.facts.keys() == gone
