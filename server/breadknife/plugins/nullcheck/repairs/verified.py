"""Whether a repair may be offered: it parses, ends the finding, brings no new one, and gives no caller a null."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.plugins.nullcheck.verify.callers import handed_on
from breadknife.plugins.nullcheck.verify.checking import Verifier, new_findings
from breadknife.text.document import Span, TextEdit

MAX_ADDED = 400
"""Code points that one repair may add."""


def ended(verifier: Verifier, place: Span, limits: Span, edits: Sequence[TextEdit]) -> int:
    """How many findings the edits end within `limits`, the lines of a function: 0 where they aren't right. Another
    checker's finding at the place counts as one."""
    if not edits or sum(len(edit.new_text) for edit in edits) > MAX_ADDED:
        return 0
    after = verifier.after(limits, edits) if all(limits.contains(edit.span) for edit in edits) else None
    if after is None:
        return 0
    before, moved = verifier.before(limits), place.shifted(moved_by(place.start, edits))
    if new_findings(before, after, edits) or any(finding.span == moved for finding in after.findings):
        return 0
    if any("return" in edit.new_text for edit in edits) and any(handed_on(before.home, after.home, ())):
        return 0  # a caller in the same text would use the null that it gets
    return max(1, len(before.findings) - len(after.findings))


def is_declaration_right(verifier: Verifier, edits: Sequence[TextEdit]) -> bool:
    """Whether the text still parses, and nothing new is found in the functions that the edits of a declaration change,
    or that are between them."""
    limits = Span(min(edit.span.start for edit in edits), max(edit.span.end for edit in edits))
    after = verifier.after(limits, edits)
    return after is not None and not new_findings(verifier.before(limits), after, edits)


def moved_by(position: int, edits: Sequence[TextEdit]) -> int:
    """By how much what begins there is moved by edits none of which is inside it."""
    return sum(len(edit.new_text) - len(edit.span) for edit in edits if edit.span.end <= position)
