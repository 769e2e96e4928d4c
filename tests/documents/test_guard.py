"""What a rewriting must keep: a table of planted rewrites, and what the guard says of those that it refuses."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.steps.builtin.guard.step import GuardInput, guard, refusal
from breadknife.task.values import Silence
from steps.here import Here

TABLE = Path(__file__).parents[2] / "bench" / "documents" / "guard.tsv"
with TABLE.open(encoding="utf-8", newline="") as lines:
    ROWS = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))

LEAST = {"refuse": 70, "pass": 57}
"""Of the planted rewrites, how many must be judged as they are labelled."""


def why(before: str, after: str) -> str:
    return refusal(GuardInput(before, after))


def test_planted_rewrites() -> None:
    right = Counter(
        row["expected"] for row in ROWS if bool(why(row["before"], row["after"])) == (row["expected"] == "refuse")
    )
    assert {expected: right[expected] >= least for expected, least in LEAST.items()} == {"refuse": True, "pass": True}


@given(st.sampled_from([row[side] for row in ROWS for side in ("before", "after")]))
def test_what_stays_as_it_is_passes(text: str) -> None:
    assert why(text, text) == ""


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_texts_can_be_compared(before: str, after: str) -> None:
    assert "\n" not in why(before, after)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("It waits 3 seconds.", "It waits.", "it lost the number 3 seconds"),
        ("It waits two seconds.", "It waits 2 s.", ""),
        ("It waits 2 s.", "It waits 3 s.", "it lost the number 2 s"),
        ("Ask the team at Mozilla.", "Ask the team.", "it lost the name Mozilla"),
        ("Call `run` first.", "Call it first.", "it lost the code `run`"),
        ("See [the page](a.md).", "See the page.", "it lost the link a.md"),
        ("It is stable [12].", "It is stable.", "it lost the citation [12]"),
        ("It is stable (Smith 2020).", "It is stable.", "it lost the citation (Smith 2020)"),
        (r"It is stable \cite{smith}.", "It is stable.", r"it lost the citation \cite{smith}"),
        ("It does not stop.", "It stops.", "it lost a negation"),
        ("It stops.", "It never stops.", "it added a negation"),
        ("The rule is enabled.", "The rule is disabled.", "it says “disabled” instead of “enabled”"),
        ("All tests pass.", "Some tests pass.", "it says “Some” instead of “All”"),
        ("Only one test runs.", "One test runs.", "it lost “Only”"),
        ("You must wait.", "You may wait.", "it says “may” instead of “must”"),
        ("It should be noted that it runs.", "It runs.", ""),
        ("The loader raises an error.", "The user raises an error.", "it says that “user” does it, not “loader”"),
        ("The loader raises an error.", "An error is raised by the loader.", ""),
        ("An error is raised by the loader.", "The loader raises an error.", ""),
        ("The client sends the token.", "The token sends the client.", "it says that “token” does it, not “client”"),
        ("The fonction takes two lists.", "The function takes two lists.", ""),
        ("Wait, and the user dont see it.", "Wait, and the user doesn't see it.", ""),
        ("It runs.", "", "it is empty"),
        ("The page is short.", "Sure, the page is short.", "it begins with “Sure”, which answers and doesn't rewrite"),
        ("It is so.", "It is so, and it is so, and so it is.", "it has 11 words instead of 3"),
    ],
)
def test_it_says_what_was_lost(before: str, after: str, said: str) -> None:
    assert why(before, after) == said


def test_only_what_is_named_is_kept() -> None:
    given = GuardInput("It may wait 3 seconds.", "It waits 4 seconds.", keep=("name",))
    assert refusal(given) == ""


def test_a_refused_text_ends_the_recipe_with_a_reason() -> None:
    answer = guard(GuardInput("It waits 3 seconds.", "It waits."), Here())
    assert isinstance(answer, Silence)
    assert (answer.reason, answer.sentence) == (
        "guard-refused",
        "The rewritten text was refused: it lost the number 3 seconds.",
    )
