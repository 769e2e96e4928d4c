"""What the model wrote, made fit to be shown, or a reason not to show it.

Each filter keeps the text, shortens it or refuses it; its examples are its specification (`tests/completion/filters`).
"""

from __future__ import annotations

from breadknife.plugins.completion.filters.balance import BALANCE
from breadknife.plugins.completion.filters.confidence import (
    PROSE_THRESHOLD,
    THRESHOLD,
    UNSURE,
    certainty,
    confidence,
    confident,
)
from breadknife.plugins.completion.filters.junk import JUNK
from breadknife.plugins.completion.filters.layout import CONTINUATION, INDENTATION, SCOPE
from breadknife.plugins.completion.filters.overlap import FOLLOWING, REST
from breadknife.plugins.completion.filters.parsing import PARSING
from breadknife.plugins.completion.filters.repetition import REPETITION
from breadknife.plugins.completion.filters.secrets import SECRETS
from breadknife.plugins.completion.filters.site import Filter, Site
from breadknife.plugins.completion.filters.words import TAIL, phrased
from breadknife.plugins.completion.values import Draft
from breadknife.task.reasons import silence
from breadknife.task.values import Silence

__all__ = [
    "FILTERS",
    "PROSE_THRESHOLD",
    "THRESHOLD",
    "UNSURE",
    "Filter",
    "Site",
    "certainty",
    "confidence",
    "fitted",
    "is_final",
]

FILTERS = (JUNK, SECRETS, TAIL, REPETITION, INDENTATION, SCOPE, REST, FOLLOWING, BALANCE, CONTINUATION, PARSING)
"""In this order: what shortens comes before what judges the whole."""

_FINAL = frozenset({UNSURE, *(rule.reason for rule in FILTERS if rule.final)})

_ROUNDS = 8
"""What one filter cut may be for another to cut again; each round leaves less."""


def fitted(draft: Draft, *, threshold: float = THRESHOLD) -> str | Silence:
    """Return the best form of the draft's text, with the document's line breaks, or why there is none."""
    site = Site(draft)
    text = site.ended(draft.text.replace("\r\n", "\n").replace("\r", "\n"))
    reason = "empty"
    """Of what has cut it last: it is refused for that if there is no end of cutting."""
    for _ in range(_ROUNDS):
        before = text
        for rule in (*FILTERS, phrased(threshold), confident(threshold)):
            if not text.strip():
                return silence("empty")
            kept = rule.apply(text, site)
            if not isinstance(kept, str):
                return kept or silence(rule.reason)
            reason = rule.reason if kept != text else reason
            text = site.ended(kept)
        if text == before:
            return text.replace("\n", site.line_break)
    return silence(reason)


def is_final(fit: str | Silence) -> bool:
    """Tell whether it is refused, and would be with whatever more is written."""
    return isinstance(fit, Silence) and fit.reason in _FINAL
