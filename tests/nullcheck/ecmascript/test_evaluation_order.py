"""What is evaluated before what stays so: nothing is put before a statement that reads what it would change."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.ecmascript.asking import told_offers


@pytest.mark.parametrize(
    ("statement", "can_stand_before"),
    [
        ("i += ⟦box[i++]⟧;", False),
        ("const n = i + ⟦box[i++]⟧;", False),
        ("return f(i, ⟦box[i++]⟧ * 2);", False),
        ("o.at = o.at + ⟦box[o.at++]⟧;", False),
        ("out[i] = ⟦box[i++]⟧ + 1;", False),
        ("out.push(q.length, ⟦q.pop()⟧.v);", False),
        ("return { n: q.length, first: ⟦q.shift()⟧.v };", False),
        ("return `${q.length}: ${⟦q.shift()⟧.v}`;", False),
        ("return f(q.length, ⟦next(q)⟧.v);", False),
        ("i += ⟦m.get(i++)⟧.v;", False),
        ("o.at += ⟦(await get(k))⟧.v;", False),
        ("o.at = ⟦(await get(k))⟧.v;", True),
        ("k += ⟦(await get(k))⟧.v;", True),
        ("out.push(⟦q.pop()⟧.v);", True),
        ("out.push(out.length, ⟦q.pop()⟧.v);", False),
        ("q.push(⟦q.pop()⟧.v);", True),
        ("return f(q.length, ⟦q.find((x) => x)⟧.v);", False),
        ("return f(q.length, ⟦getFirst(q)⟧.v);", False),
        ("return f(q, ⟦q.pop()⟧.v);", True),
        ("o.last = ⟦o.all.pop()⟧.v;", True),
    ],
)
def test_no_check_stands_before_what_reads_what_the_value_changes(statement: str, can_stand_before: bool) -> None:
    _, offers = told_offers(
        f"async function f(i: number, k: number, q: Q, m: M, o: O, out: number[]) {{\n  {statement}\n}}\n"
    )
    assert (Strategy.RAISE in {offer.strategy for offer in offers}) is can_stand_before
