"""How likely the suggestion is right."""

from __future__ import annotations

import math

from breadknife.plugins.completion.filters.draft import Draft, Filter

UNSURE = "low-confidence"
THRESHOLD = 0.02
"""What is less likely isn't shown: chosen from the table of `bench/completion/calibrate.py`."""
INTERCEPT, SLOPE = 2.0, 2.7
"""Fitted by `bench/completion/calibrate.py`. The least likely token, the first, the mean and the number of tokens add
nothing to their sum."""
PROSE_THRESHOLD = 0.866
"""The same in prose, where few texts are as certain as code is: a model's probability of 95 %. Of twelve texts of two
words that are as likely, eleven were right (`bench/completion/prose.py tune`, 22 sentences)."""


def confidence(draft: Draft) -> float:
    """Return the estimated probability that the first line is what comes: a logistic function of the logarithm of the
    model's own probability for it. 1 where nothing is known of the tokens."""
    logprobs = first_line(draft)
    return certainty(sum(logprobs)) if logprobs else 1.0


def certainty(logprob: float) -> float:
    """Return the same for the natural logarithm of the model's probability of a text."""
    return (1 + math.tanh((INTERCEPT + SLOPE * logprob) / 2)) / 2


def first_line(draft: Draft) -> tuple[float, ...]:
    """Return the logprobs of the first line's tokens: the same share of all as the line's of the characters."""
    length = len(draft.text.lstrip("\n").partition("\n")[0])
    count = math.ceil(len(draft.logprobs) * length / max(len(draft.text), 1))
    return draft.logprobs[: max(count, 1)]


def confident(threshold: float) -> Filter:
    """Return the filter that refuses drafts of less confidence."""
    return Filter(
        "confidence", UNSURE, lambda text, draft: text if confidence(draft) >= threshold else None, final=True
    )
