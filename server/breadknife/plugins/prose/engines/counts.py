"""The tables of counts as an engine: at once, and without a model, it says what they alone are sure of."""

from __future__ import annotations

import math

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.evidence.candidates import Candidate, find_candidates
from breadknife.plugins.prose.evidence.contexts import ALONE
from breadknife.plugins.prose.evidence.frames import find_supported
from breadknife.plugins.prose.evidence.kinds import KINDS
from breadknife.text.document import Span, keep_apart


class CountsEngine:
    name = "counts"

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        if language not in ("", self._dialect):
            return ()
        sure = [each for each in find_candidates(text) if _excess(each) >= 0]
        counted = [
            (each.kind, each.span, each.replacement)
            for each in sorted(sure, key=lambda each: (-_excess(each), each.span))
        ]
        framed = [
            (each.rule, each.span, each.replacement)
            for each in find_supported(text)
            if each.gain >= ALONE.get(each.rule, math.inf)
        ]
        lints = [
            Lint(self.name, rule, span, describe_change(text, span, new), (new,), "Counts")
            for rule, span, new in (*counted, *framed)
        ]
        return tuple(keep_apart(lints, gap=2))

    def close(self) -> None:
        pass


def describe_change(text: str, span: Span, new: str) -> str:
    """Return the message of a finding that proposes `new` for a span of the text."""
    old = text[span.start : span.end]
    if not old:
        return f"A word may be missing: “{new.strip()}”"
    return f"Did you mean “{new}” instead of “{old}”?" if new else f"“{old.strip()}” may be unnecessary"


def _excess(candidate: Candidate) -> float:
    return candidate.score - KINDS.by_name[candidate.kind].alone
