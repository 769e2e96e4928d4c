"""Which of several words fits best between its neighbours, by counts of documentation (`counts`)."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.plugins.prose.evidence.counts import LONGEST, read_counts
from breadknife.plugins.prose.evidence.tokens import TokenizedText, count_form, number_forms

AROUND = 60
"""Characters on each side that have the neighbours which count."""


def compare_words(before: str, after: str, words: Sequence[str]) -> list[float]:
    """Return for each word how likely it, and what follows, is between two texts: a log-probability in nats."""
    counts = read_counts()
    left = TokenizedText.of(before).forms[-LONGEST + 1 :]
    right = TokenizedText.of(after).forms[: LONGEST - 1]
    memo: dict[int, float] = {}
    return [
        sum(
            counts.log_probabilities(
                number_forms((*left, *map(count_form, word.split()), *right), counts.numbers), len(left) + 1, memo
            )
        )
        for word in words
    ]
