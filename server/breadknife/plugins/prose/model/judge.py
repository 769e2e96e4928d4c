"""The small model as a judge of what rules say: it compares the text as it stands with each fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.merge import Correction, FindingCandidate
from breadknife.plugins.prose.model.likelihood import reach
from breadknife.plugins.prose.model.thresholds import JUDGED, MISSPELLED, MISSPELLED_ALONE, SLIP, excess
from breadknife.plugins.prose.project.spelling import is_name_for_word, slips
from breadknife.text.document import Span


@dataclass(frozen=True)
class MarginInput:
    """A paragraph, and what may be put in place of parts of it."""

    text: str
    corrections: tuple[Correction, ...]

    @classmethod
    def of(cls, text: str, candidate: FindingCandidate) -> MarginInput:
        """Return what is judged of a candidate, as far as the judge looks: what is typed behind that changes
        nothing."""
        ends = (reach(text, correction.span.end) for correction in candidate.corrections)
        return cls(text[: max(ends, default=0)], candidate.corrections)

    @property
    def changes(self) -> list[tuple[Span, str]]:
        return [(correction.span, correction.replacement) for correction in self.corrections]


def needs_judge(candidate: FindingCandidate) -> bool:
    """Tell whether the model is asked: the candidate waits for agreement, or more than one word may have been meant."""
    return bool(candidate.corrections) and (not candidate.ready or candidate.known > 1)


def decide(
    candidate: FindingCandidate, margins: Sequence[float], model: str, budget: float, misspelled: str = ""
) -> FindingCandidate | None:
    """Return the candidate with its likeliest correction first; None if it waits and the model isn't sure enough of
    any.

    `margins` has one for each correction, in nats, or is empty for a text that is too long for the model. Each slip
    of the fingers that it takes from a correction to the `misspelled` word costs the correction some of its margin.
    """
    if not margins:
        return candidate if candidate.ready else None
    scored = [
        (at < candidate.known, margin - _further(misspelled, correction.replacement), margin, correction)
        for at, (margin, correction) in enumerate(zip(margins, candidate.corrections, strict=True))
    ]
    best = sorted(scored, key=lambda row: row[:2], reverse=True)
    if not candidate.ready and best[0][2] < _least(candidate) + excess(budget):
        return None
    corrections = tuple(correction for *_, correction in best)
    safe = candidate.safe and corrections[0] == candidate.corrections[0]
    return replace(candidate, corrections=corrections, safe=safe, ready=True, model=model)


def _least(candidate: FindingCandidate) -> float:
    if not candidate.spelling:
        return JUDGED
    return MISSPELLED if len(candidate.engines) > 1 else MISSPELLED_ALONE


def _further(misspelled: str, replacement: str) -> float:
    """Return by how much a correction is less likely for its slips; a name for what isn't written as one has one
    more."""
    if not misspelled:
        return 0.0
    return SLIP * (slips(misspelled.lower(), replacement.lower()) + is_name_for_word(misspelled, replacement))
