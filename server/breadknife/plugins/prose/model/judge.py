"""The small model as a judge of what rules say: it compares the text as it stands with each fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.merge import Correction, Mistake
from breadknife.plugins.prose.model.likelihood import Reader
from breadknife.plugins.prose.model.thresholds import JUDGED, MISSPELLED, MISSPELLED_ALONE, SLIP, excess
from breadknife.plugins.prose.project.spelling import is_name_for_word, slips


@dataclass(frozen=True)
class Case:
    """A paragraph, and what may be put in place of parts of it."""

    text: str
    corrections: tuple[Correction, ...]


class Judge:
    """For each correction of a case, by how many nats it makes the text likelier; nothing where that can't be said."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def check(self, case: Case, /) -> tuple[float, ...]:
        changes = [(each.span, each.replacement) for each in case.corrections]
        return self._reader.read(lambda likelihood: likelihood.margins(case.text, changes))

    def close(self) -> None:
        self._reader.close()


def needs_judge(mistake: Mistake) -> bool:
    """Tell whether the model is asked: the mistake waits for agreement, or more than one word may have been meant."""
    return bool(mistake.corrections) and (not mistake.ready or mistake.known > 1)


def judged(
    mistake: Mistake, margins: Sequence[float], model: str, budget: float, misspelled: str = ""
) -> Mistake | None:
    """Return the mistake with its likeliest correction first; None if it waits and the model isn't sure enough of any.

    `margins` has one for each correction, in nats, or is empty for a text that is too long for the model. Each slip
    of the fingers that it takes from a correction to the `misspelled` word costs the correction some of its margin.
    """
    if not margins:
        return mistake if mistake.ready else None
    scored = [
        (at < mistake.known, margin - _further(misspelled, correction.replacement), margin, correction)
        for at, (margin, correction) in enumerate(zip(margins, mistake.corrections, strict=True))
    ]
    best = sorted(scored, key=lambda each: each[:2], reverse=True)
    if not mistake.ready and best[0][2] < _least(mistake) + excess(budget):
        return None
    corrections = tuple(correction for *_, correction in best)
    safe = mistake.safe and corrections[0] == mistake.corrections[0]
    return replace(mistake, corrections=corrections, safe=safe, ready=True, model=model)


def _least(mistake: Mistake) -> float:
    if not mistake.spelling:
        return JUDGED
    return MISSPELLED if len(mistake.engines) > 1 else MISSPELLED_ALONE


def _further(misspelled: str, replacement: str) -> float:
    """By how much a correction is less likely for its slips; a name for what isn't written as one has one more."""
    if not misspelled:
        return 0.0
    return SLIP * (slips(misspelled.lower(), replacement.lower()) + is_name_for_word(misspelled, replacement))
