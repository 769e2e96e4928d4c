"""A text with some of its errors mended, since an error hides what is wrong beside it; and the way back to the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from breadknife.plugins.prose.engines.merge import Correction
from breadknife.text.document import Span, TextEdit, apply_edits, keep_apart


@dataclass(frozen=True)
class MendedText:
    text: str
    """With the corrections made."""
    corrections: tuple[Correction, ...] = ()
    """What was mended, at spans of the original text, in order; none touches another."""

    @classmethod
    def of(cls, text: str, corrections: Iterable[Correction]) -> MendedText:
        """Return the text with those of the corrections that touch no earlier one."""
        kept = keep_apart(sorted(corrections, key=lambda correction: correction.span), gap=1)
        edits = (TextEdit(correction.span, correction.replacement) for correction in kept)
        return cls(apply_edits(text, edits), tuple(kept))

    def original(self, span: Span) -> Span | None:
        """Return where a span of the mended text is in the original; None for what touches a correction."""
        moved = 0  # by so much the corrections so far have moved what stands after them
        for correction in self.corrections:
            start = correction.span.start + moved
            end = start + len(correction.replacement)
            if span.end < start:
                break
            if span.start <= end:
                return None
            moved += len(correction.replacement) - len(correction.span)
        return span.shifted(-moved)
