"""Which of several repairs comes first is weighed from what the text around a place shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.menu.features import RANKED, about, clues_of
from breadknife.plugins.nullcheck.menu.ranking import by_likelihood, fitted
from breadknife.plugins.nullcheck.values import Offer, Place, Strategy, Use
from breadknife.text.document import Span, TextEdit

KEPT = sorted(frozenset(Strategy) - RANKED)


def offer(strategy: Strategy, reason: str = "", written: str = "", *, removes: int = 1) -> Offer:
    return Offer(strategy, "title", (TextEdit(Span(0, 0), written),), reason, removes=removes)


def seen(text: str, value: str) -> frozenset[str]:
    start = text.rindex(value)
    return clues_of(text, Place(Span(start, start + len(value)), Use.ATTRIBUTE), None)


@pytest.mark.parametrize(
    ("text", "clue"),
    [
        ("assert x is not None\nx.y\n", "the file asserts it"),
        ("assert self.x is not None\nself.x.y\n", "the file asserts it"),
        ("if x is None:\n    raise E\nx.y\n", "the file raises on null"),
        ("if x is None:\n    return\nx.y\n", "the file returns on null"),
        ("if not x:\n    pass\nx.y\n", "the file tests that it is missing"),
        ("if x is not None:\n    pass\nx.y\n", "the file tests that it is there"),
        ("if (!x) return;\nx.y;\n", "the file tests that it is missing"),
        ("x = None\nx.y\n", "the file sets it to null"),
        ("x = f()\nx.y\n", "the file sets it"),
        ("def f(x: int | None):\n    x.y\n", "the file declares it nullable"),
        ("a()  # type: ignore\nx.y\n", "the file has ignore comments"),
        ("x.y\nx.z\nx.y\n", "the file uses it often"),
        ("x.y\n", "use none-attribute"),
        ("x.y\n", "origin unknown"),
    ],
)
def test_what_a_file_shows(text: str, clue: str) -> None:
    assert clue in seen(text, "self.x" if "self.x" in text else "x")


@pytest.mark.parametrize("other", ["y = None\nx.y\n", "xx = None\nx.y\n", "a.x = None\nx.y\n", "x == None\nx.y\n"])
def test_another_name_says_nothing(other: str) -> None:
    assert "the file sets it to null" not in seen(other, "x")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (offer(Strategy.FIELD, "`self.x` is set, later", "x: Any = None"), {"because … is set later", "it writes Any"}),
        (offer(Strategy.FIELD, removes=2), {"because ", "it ends several findings"}),
        (offer(Strategy.FIELD, removes=9), {"because ", "it ends many findings"}),
        (offer(Strategy.FIELD, written="x: int = None  # type: ignore"), {"because ", "it writes an ignore comment"}),
    ],
)
def test_what_is_known_of_an_offer(given: Offer, expected: set[str]) -> None:
    assert set(about(given)) == expected


@given(st.permutations(list(Strategy)))
def test_what_goes_on_without_the_value_keeps_its_place(strategies: list[Strategy]) -> None:
    offers = [offer(strategy) for strategy in strategies]
    found = by_likelihood(offers, frozenset(), "python")
    assert sorted(each.strategy for each in found) == sorted(strategies)
    assert [each.strategy if each.strategy in KEPT else None for each in found] == [
        each if each in KEPT else None for each in strategies
    ]


@given(st.permutations(list(Strategy)))
def test_the_order_of_a_language_that_it_was_not_fitted_to_stays(strategies: list[Strategy]) -> None:
    offers = [offer(strategy) for strategy in strategies]
    assert by_likelihood(offers, frozenset(), "go") == offers


def test_each_weight_is_of_a_feature_that_can_be_there() -> None:
    beginnings = {"any", "declares", "given first", "given second", "given later", *RANKED}
    assert {name.partition(": ")[0] for name in fitted().weights} <= beginnings
