"""The small model as a judge of what rules say: KEEP against each FIX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.merge import Correction, Mistake
from breadknife.plugins.prose.model.likelihood import Reader
from breadknife.plugins.prose.model.thresholds import JUDGED, MISSPELLED, SLIP, excess
from breadknife.plugins.prose.project.spelling import SHORTEST, is_name_for_word, slips


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


def is_sure(mistake: Mistake) -> bool:
    """Whether it needs no judge: engines agree, the rule's record is clean, or there is nothing to compare with.

    That no dictionary has a word is true of names and terms too, so what is said of spelling needs one, but for what is
    known to be written for a single other word.
    """
    if not mistake.corrections:
        return True
    return mistake.known == 1 and _is_certain(mistake) if mistake.spelling else mistake.safe


def judged(
    mistake: Mistake, margins: Sequence[float], model: str, budget: float, misspelled: str = ""
) -> Mistake | None:
    """The mistake with the likeliest correction first, or None when the model isn't sure enough of any.

    Of a `misspelled` word a correction is the less likely the more slips it takes. Without margins the rule's word
    counts, as it does without a model.
    """
    if not margins:
        return mistake
    scored = [
        (at < mistake.known, margin - _further(misspelled, correction.replacement), margin, correction)
        for at, (margin, correction) in enumerate(zip(margins, mistake.corrections, strict=True))
    ]
    best = sorted(scored, key=lambda each: each[:2], reverse=True)
    least = MISSPELLED if mistake.spelling else JUDGED
    if not _is_certain(mistake) and best[0][2] < least + excess(budget):
        return None
    corrections = tuple(correction for *_, correction in best)
    safe = mistake.safe and corrections[0] == mistake.corrections[0]
    return replace(mistake, corrections=corrections, safe=safe, model=model)


def _is_certain(mistake: Mistake) -> bool:
    """Whether it is a misspelling that is known, and no short one, such as an abbreviation may be too."""
    return mistake.known > 0 and len(mistake.lint.span) >= SHORTEST


def _further(misspelled: str, replacement: str) -> float:
    """By how much a correction is less likely for its slips; a name for what isn't written as one has one more."""
    if not misspelled:
        return 0.0
    return SLIP * (slips(misspelled.lower(), replacement.lower()) + is_name_for_word(misspelled, replacement))
