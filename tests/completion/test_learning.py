"""What a user takes and leaves, and what that changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.completion.filters import THRESHOLD
from breadknife.plugins.completion.learning import (
    HIGHER,
    LANGUAGES,
    LOWER,
    MINIMUM,
    REMEMBERED,
    Buckets,
    Learned,
    Learning,
    Outcomes,
    read_learned,
    threshold,
)

COUNTS = st.builds(Outcomes, st.integers(0, REMEMBERED), st.integers(0, REMEMBERED))
BUCKETS = st.dictionaries(st.sampled_from([f"{number * 0.05:.2f}" for number in range(20)]), COUNTS)
ACCEPT, REJECT = "+", "-"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "learned.json"


def outcomes(learning: Learning, what: str, *, language: str = "python", confidence: float = 0.62) -> None:
    """Offer as many suggestions as `what` has signs, and take or leave each."""
    for number, sign in enumerate(what):
        id = f"{language} {confidence} {number}"
        learning.offered(id, language, confidence)
        if sign == ACCEPT:
            learning.accepted(id, 10)
        else:
            learning.rejected(id)


@pytest.mark.parametrize(
    ("buckets", "expected"),
    [
        ({}, 0.6),
        ({"0.60": Outcomes(0, MINIMUM - 1)}, 0.6),
        ({"0.60": Outcomes(0, 30)}, 0.65),
        ({"0.60": Outcomes(0, 30), "0.65": Outcomes(1, 30)}, 0.7),
        ({"0.60": Outcomes(0, 30), "0.70": Outcomes(0, 30)}, 0.65),  # 0.65 may still be worth it
        ({f"{edge:.2f}": Outcomes(0, 50) for edge in (0.6, 0.65, 0.7, 0.75, 0.8, 0.85)}, 0.8),
        ({"0.60": Outcomes(10, 30)}, 0.6),
        ({"0.60": Outcomes(30, 5)}, 0.55),
        ({"0.60": Outcomes(30, 5), "0.55": Outcomes(30, 5)}, 0.5),
        ({"0.60": Outcomes(30, 5), "0.55": Outcomes(30, 5), "0.50": Outcomes(30, 5)}, 0.5),
        ({"0.90": Outcomes(0, 30)}, 0.6),
    ],
)
def test_the_threshold_moves_with_what_is_taken(buckets: Buckets, expected: float) -> None:
    assert threshold(0.6, buckets) == pytest.approx(expected)


LOWEST = [f"{edge:.2f}" for edge in (0.0, 0.05, 0.1, 0.15, 0.2, 0.25)]


@pytest.mark.parametrize(
    ("buckets", "expected"),
    [
        ({}, 0.02),
        ({"0.00": Outcomes(0, MINIMUM - 1)}, 0.02),
        ({"0.00": Outcomes(0, 30)}, 0.07),
        ({"0.05": Outcomes(0, 30)}, 0.02),
        ({"0.00": Outcomes(0, 30), "0.05": Outcomes(0, 30)}, 0.12),
        (dict.fromkeys(LOWEST, Outcomes(0, 50)), 0.22),
        ({"0.00": Outcomes(30, 5)}, 0.0),
        (dict.fromkeys(LOWEST, Outcomes(30, 5)), 0.0),
        ({"0.95": Outcomes(0, 30)}, 0.02),
    ],
)
def test_the_default_threshold_moves_so_far(buckets: Buckets, expected: float) -> None:
    assert threshold(THRESHOLD, buckets) == pytest.approx(expected)


@given(BUCKETS, st.floats(0, 1))
def test_the_threshold_stays_within_its_limits(buckets: Buckets, default: float) -> None:
    assert max(0, default - LOWER) - 1e-9 <= threshold(default, buckets) <= min(1, default + HIGHER) + 1e-9


@given(BUCKETS, st.sampled_from(["0.60", "0.65", "0.95"]), st.integers(MINIMUM, 99))
def test_one_reject_more_never_shows_more(buckets: Buckets, edge: str, rejects: int) -> None:
    buckets.setdefault(edge, Outcomes()).rejected += rejects
    before = threshold(0.6, buckets)
    buckets[edge].rejected += 1
    assert threshold(0.6, buckets) >= before


@given(st.lists(st.dictionaries(st.text(max_size=3), BUCKETS, max_size=3), max_size=4))
def test_what_is_kept_is_bounded(additions: list[dict[str, Buckets]]) -> None:
    learned = Learned()
    for languages in additions:
        learned.add(Learned(languages))
    for buckets in learned.languages.values():
        assert sum(each.total for each in buckets.values()) <= REMEMBERED


def test_a_user_who_rejects_is_offered_less(file: Path) -> None:
    learning = Learning(file)
    assert learning.threshold(0.6) == 0.6
    outcomes(learning, REJECT * 60)
    assert learning.threshold(0.6) == pytest.approx(0.65)


def test_a_language_counts_for_itself_once_it_has_enough(file: Path) -> None:
    learning = Learning(file)
    outcomes(learning, REJECT * 40, language="sql")
    assert learning.threshold(0.6, "python") > 0.6, "what is known of others is better than nothing"
    outcomes(learning, (ACCEPT + REJECT) * 20, language="python")
    assert learning.threshold(0.6, "python") == 0.6
    assert learning.threshold(0.6, "sql") > 0.6


def test_the_file_says_it_plainly_and_without_text(file: Path) -> None:
    learning = Learning(file)
    outcomes(learning, "+-+", confidence=0.97)
    learning.close()
    assert json.loads(file.read_text("utf-8")) == {
        "characters": 20,
        "languages": {"python": {"0.95": {"accepted": 2, "rejected": 1}}},
    }


def test_an_offer_is_decided_once(file: Path) -> None:
    learning = Learning(file)
    learning.offered("a", "python", 0.5)
    learning.accepted("a", 5)
    learning.rejected("a")
    learning.rejected("never offered")
    learning.close()
    assert read_learned(file) == Learned({"python": {"0.50": Outcomes(1, 0)}}, 5)


def test_several_servers_add_up(file: Path) -> None:
    one, other = Learning(file), Learning(file)
    outcomes(one, REJECT * 20)
    outcomes(other, REJECT * 20)
    one.close()
    assert other.threshold(0.6) > 0.6, "what the other one wrote counts at once"
    other.close()
    assert read_learned(file).languages["python"]["0.60"] == Outcomes(0, 40)


def test_a_deleted_file_is_forgotten_at_once(file: Path) -> None:
    learning = Learning(file)
    outcomes(learning, REJECT * 60)
    learning.close()
    assert learning.threshold(0.6) > 0.6
    file.unlink()
    assert learning.threshold(0.6) == 0.6


def test_what_was_not_written_yet_is_forgotten_with_the_file(file: Path) -> None:
    learning = Learning(file)
    outcomes(learning, REJECT * 60)
    learning.close()
    outcomes(learning, REJECT * 20)
    file.unlink()
    learning.close()
    assert not file.exists()
    outcomes(learning, ACCEPT)
    learning.close()
    assert read_learned(file).languages["python"]["0.60"] == Outcomes(1, 0), "what comes later counts"


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", '{"languages": {"python": {"0.60": {"accepted": -1}}}}', '{"languages": 1}', "\x00"]
)
def test_a_broken_file_is_written_anew(file: Path, broken: str) -> None:
    file.parent.mkdir()
    file.write_text(broken, "utf-8")
    learning = Learning(file)
    assert learning.threshold(0.6) == 0.6
    outcomes(learning, ACCEPT)
    learning.close()
    assert read_learned(file).languages["python"]["0.60"] == Outcomes(1, 0)


def test_a_file_that_cannot_be_written_changes_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    learning = Learning(tmp_path / "file" / "learned.json")
    outcomes(learning, REJECT * 60)
    learning.close()
    assert learning.threshold(0.6) > 0.6


def test_there_is_room_for_so_many_languages(file: Path) -> None:
    learning = Learning(file)
    for number in range(LANGUAGES + 5):
        outcomes(learning, ACCEPT * 2, language=f"language {number}")
    learning.close()
    assert len(read_learned(file).languages) <= LANGUAGES
