"""How sure the small model must be before a finding is shown: data only, made by `bench/prose/calibrate.py`.

A margin is by how many nats (natural logarithms of probability) a fix makes the text likelier.
"""

from __future__ import annotations

import math
from importlib.resources import files

import msgspec

BUDGET = 2.0
"""Flags per 1,000 words of well-edited text, for which these thresholds are."""

JUDGED = 2.0
"""The threshold of every rule that needs a judge: none spoke often enough in the texts for a threshold of its own."""

MISSPELLED = 4.0
"""The threshold of words that no engine's dictionary has: all of 16 learners' slips reach it, and of packages'
names about half."""

MISSPELLED_ALONE = 8.0
"""The threshold of words that Harper's dictionary lacks, while no other engine has said so too. Of 25 in READMEs
that looked like slips, and of which 8 were, 11 reached MISSPELLED, 5 of them slips; 7 reached this, 5 of them slips."""

SLIP = 1.0
"""What each further slip of the fingers costs a word that may have been meant: of 0 to 8, the one with which most of
72 learners' words came out right."""

PROPOSED = msgspec.toml.decode(files(__package__ or "").joinpath("thresholds.toml").read_bytes(), type=dict[str, float])
"""Thresholds of the model's own findings, in nats, by their rules."""

CARELESS = 2.0
"""By so many nats a threshold is lower in a paragraph where something else is wrong: errors seldom come alone."""

HALVES = 1.5
"""Nats: with thresholds higher by so much, half as many flags of well-edited text are left."""


def excess(budget: float) -> float:
    """Return by how many nats every threshold is higher for another budget (flags per 1,000 words) than BUDGET; below
    zero for a larger budget."""
    return math.inf if budget <= 0 else HALVES * math.log2(BUDGET / budget)
