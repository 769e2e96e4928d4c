"""Errors that no rule knows: each kind by its own sentences, the counts behind them, and hostile texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.plugins.prose.engines.counts import CountsEngine
from breadknife.plugins.prose.evidence.candidates import Candidate, find_candidates, measure_candidates
from breadknife.plugins.prose.evidence.counts import join_key, read_counts
from breadknife.plugins.prose.evidence.kinds import KINDS, WEIGHTS, ErrorKind
from breadknife.plugins.prose.evidence.tokens import TokenizedText
from breadknife.text.document import Span


def corrected(text: str, candidate: Candidate) -> str:
    return text[: candidate.span.start] + candidate.replacement + text[candidate.span.end :]


@pytest.mark.parametrize("kind", KINDS.rows, ids=lambda kind: kind.name)
def test_each_kind_corrects_its_own_sentence(kind: ErrorKind) -> None:
    own = [each for each, _ in measure_candidates(kind.wrong, frozenset((kind.name,)))]
    assert corrected(kind.wrong, max(own, key=lambda each: each.score)) == kind.right


@pytest.mark.parametrize("kind", [kind for kind in KINDS.rows if kind.name not in KINDS.on], ids=lambda kind: kind.name)
def test_a_kind_that_is_off_has_no_candidates(kind: ErrorKind) -> None:
    assert kind.name not in {each.kind for each in find_candidates(kind.wrong)}


@pytest.mark.parametrize("kind", KINDS.rows, ids=lambda kind: kind.name)
def test_nothing_is_said_of_a_sentence_that_is_right(kind: ErrorKind) -> None:
    assert CountsEngine("en-US").check(kind.right) == ()


def test_what_is_sure_is_shown_and_what_is_not_waits_for_the_model() -> None:
    sure, unsure = "It reads the data form the file.", "They are in there own folder."
    [lint] = CountsEngine("en-US").check(sure)
    assert (lint.rule, sure[lint.span.start : lint.span.end], lint.replacements) == ("Confusion", "form", ("from",))
    assert find_candidates(unsure)
    assert CountsEngine("en-US").check(unsure) == ()


def test_another_language_is_left_alone() -> None:
    assert CountsEngine("en-US").check("It reads the data form the file.", "de") == ()


def test_each_source_has_weights() -> None:
    assert {kind.source for kind in KINDS.rows} == WEIGHTS.keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It reads the data form the file", True),
        ("It reads the data form", False),
        ("It reads the `data form-the` file.", False),
        ("It reads the data form/the file.", False),
        ("It reads the data FORM the file.", False),
        ("It reads the Form the file.", False),
    ],
    ids=["a fragment", "a word that may be typed still", "a compound", "two words", "capitals", "a name"],
)
def test_which_words_are_looked_at(text: str, said: bool) -> None:
    assert any(text[each.span.start : each.span.end] == "form" for each in find_candidates(text)) is said


def test_counts_know_what_is_frequent_and_hardly_anything_else() -> None:
    counts = read_counts()
    of_the = [counts.numbers[word] for word in ("of", "the")]
    assert counts.log_count(join_key(of_the)) > counts.log_count(join_key(of_the[::-1]))
    nonsense = [join_key((number, 60_000, number + 1, 61_000)) for number in range(1, 20_001)]
    assert sum(map(bool, map(counts.log_count, nonsense))) < 40  # one in 2,048


def test_the_fields_of_a_key_keep_their_order() -> None:
    assert len({join_key(tokens) for tokens in ((1,), (1, 2), (2, 1), (1, 2, 3), (3, 2, 1), (1, 2, 3, 4))}) == 6


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["the", "form", "is", "a", ".", "its", "\u202e", "😀"])).map(" ".join)
)
@settings(max_examples=200, deadline=None)
def test_any_text_has_tokens_apart_and_candidates_within(text: str) -> None:
    spans = TokenizedText.of(text).spans
    assert all(one.end <= other.start for one, other in pairwise(spans))
    for each in find_candidates(text):
        assert Span(0, len(text)).contains(each.span)
        assert corrected(text, each) != text


@pytest.mark.parametrize(
    "text", ["x" * 50_000, "a" * 20_000 + " the the", "the " * 12_500, "-._/" * 12_000, "\u200bthe\u200b " * 5_000]
)
def test_a_long_text_without_sense_is_read_in_linear_time(text: str) -> None:
    assert len(find_candidates(text)) <= len(text)
