"""The small model as a judge of what rules say: it compares the text as it stands with each fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.merge import Correction, FindingCandidate
from breadknife.plugins.prose.model.likelihood import reach
from breadknife.plugins.prose.model.thresholds import JUDGED, MISSPELLED, MISSPELLED_ALONE, SLIP, excess
from breadknife.plugins.prose.project.slips import count_slips
from breadknife.text.document import Span


@dataclass(frozen=True)
class MarginInput:
    """A paragraph up to where the judge looks, and what may be put in place of parts of it."""

    text: str
    corrections: tuple[Correction, ...]

    @classmethod
    def of(cls, text: str, candidate: FindingCandidate) -> MarginInput:
        """Return what is judged of a candidate. The text ends where the judge no longer looks, so what is typed after
        that needs no new judgement."""
        ends = (reach(text, correction.span.end) for correction in candidate.corrections)
        return cls(text[: max(ends, default=0)], candidate.corrections)

    @property
    def changes(self) -> list[tuple[Span, str]]:
        return [(correction.span, correction.replacement) for correction in self.corrections]


def needs_judge(candidate: FindingCandidate) -> bool:
    """Tell whether the model is asked: the candidate waits for agreement, or more than one word may have been meant."""
    return bool(candidate.corrections) and (not candidate.ready or candidate.rivals > 1)


def decide(
    candidate: FindingCandidate, margins: Sequence[float], model: str, budget: float, misspelled: str = ""
) -> FindingCandidate | None:
    """Return the candidate with its likeliest correction first; None if it isn't ready and none is sure enough.

    `margins` tells for each correction by how many nats it makes the text likelier; it is empty for a text that is too
    long for the model. `budget` is in flags per 1,000 words. A correction of a `misspelled` word is less likely,
    the more slips of the fingers lie between both; `misspelled` is empty for what isn't about spelling.
    """
    if not margins:
        return candidate if candidate.ready else None
    scored = [
        (index < candidate.rivals, margin - _slip_cost(misspelled, correction.replacement), margin, correction)
        for index, (margin, correction) in enumerate(zip(margins, candidate.corrections, strict=True))
    ]
    best_first = sorted(scored, key=lambda row: row[:2], reverse=True)
    best_margin = best_first[0][2]
    if not candidate.ready and best_margin < _threshold(candidate) + excess(budget):
        return None
    corrections = tuple(correction for *_, correction in best_first)
    safe = candidate.safe and corrections[0] == candidate.corrections[0]
    return replace(candidate, corrections=corrections, safe=safe, ready=True, model=model)


def _threshold(candidate: FindingCandidate) -> float:
    """Return the nats that the margin of a candidate's best correction must reach."""
    if not candidate.spelling:
        return JUDGED
    return MISSPELLED if len(candidate.engines) > 1 else MISSPELLED_ALONE


def _slip_cost(misspelled: str, replacement: str) -> float:
    """Return the nats that a correction loses for the slips in a word, and for one more if it is a name, or what else
    has a capital, for what isn't written as one."""
    if not misspelled:
        return 0.0
    is_name = misspelled.islower() and not replacement.islower()
    return SLIP * (count_slips(misspelled.lower(), replacement.lower()) + is_name)
