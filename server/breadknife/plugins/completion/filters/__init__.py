"""What the model wrote, made fit to be shown, or a reason not to show it.

Each filter keeps the text, shortens it or refuses it; its examples are its specification (`tests/completion/filters`).
"""

from __future__ import annotations

from breadknife.plugins.completion.filters.confidence import (
    PROSE_THRESHOLD,
    THRESHOLD,
    UNSURE,
    certainty,
    confidence,
    confident,
)
from breadknife.plugins.completion.filters.draft import Draft
from breadknife.plugins.completion.filters.junk import JUNK, SECRETS
from breadknife.plugins.completion.filters.layout import CONTINUATION, INDENTATION, SCOPE
from breadknife.plugins.completion.filters.repetition import FOLLOWING, REPETITION, REST
from breadknife.plugins.completion.filters.syntax import BALANCE, PARSING
from breadknife.plugins.completion.filters.words import TAIL, phrased
from breadknife.task.reasons import silence
from breadknife.task.values import Silence

__all__ = [
    "FILTERS", "FOLLOWING", "PROSE_THRESHOLD", "THRESHOLD", "UNSURE", "Draft", "certainty", "confidence", "fitted",
    "is_final",
]  # fmt: skip

FILTERS = (JUNK, SECRETS, TAIL, REPETITION, INDENTATION, SCOPE, REST, FOLLOWING, BALANCE, CONTINUATION, PARSING)
"""In this order: what shortens comes before what judges the whole."""

_FINAL = frozenset({UNSURE, *(rule.reason for rule in FILTERS if rule.final)})

_ROUNDS = 8
"""What one filter cut may be for another to cut again; each round leaves less."""


def fitted(draft: Draft, *, threshold: float = THRESHOLD) -> str | Silence:
    """Return the best form of the draft's text, with the document's line breaks, or why there is none."""
    cursor = draft.cursor
    text = cursor.trimmed(draft.text.replace("\r\n", "\n").replace("\r", "\n"))
    reason = "empty"
    """The reason of the filter that has cut the text last: it is refused for that if there is no end of cutting."""
    for _ in range(_ROUNDS):
        before = text
        for rule in (*FILTERS, phrased(threshold), confident(threshold)):
            if not text.strip():
                return silence("empty")
            form = rule.apply(text, draft)
            if not isinstance(form, str):
                return form or silence(rule.reason)
            reason = rule.reason if form != text else reason
            text = cursor.trimmed(form)
        if text == before:
            return text.replace("\n", cursor.line_break)
    return silence(reason)


def is_final(fit: str | Silence) -> bool:
    """Tell whether a draft is refused, and would be with whatever more is written."""
    return isinstance(fit, Silence) and fit.reason in _FINAL
