"""A text with some of its errors mended, and the way back: an error hides what is wrong beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from breadknife.plugins.prose.engines.merge import Correction
from breadknife.text.document import Span, TextEdit, apply_edits, keep_apart


@dataclass(frozen=True)
class Mended:
    text: str
    corrections: tuple[Correction, ...] = ()
    """Of the text as it was, in order; none touches another."""

    @classmethod
    def of(cls, text: str, corrections: Iterable[Correction]) -> Mended:
        """With those of the corrections that touch no earlier one."""
        kept = keep_apart(sorted(corrections, key=lambda correction: correction.span), gap=1)
        return cls(apply_edits(text, (TextEdit(each.span, each.replacement) for each in kept)), tuple(kept))

    def back(self, span: Span) -> Span | None:
        """Return where a span of the mended text is in the original; None for what touches a correction."""
        moved = 0
        for each in self.corrections:
            start = each.span.start + moved
            end = start + len(each.replacement)
            if span.end < start:
                break
            if span.start <= end:
                return None
            moved += len(each.replacement) - len(each.span)
        return span.shifted(-moved)
