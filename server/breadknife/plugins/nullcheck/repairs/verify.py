"""The verifier: an edit is offered only if it parses, ends the finding, and brings no new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.findings import explained
from breadknife.plugins.nullcheck.oracle.comparing import are_new
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import SyntaxTree, changed_tree

MAX_ADDED = 400
"""Code points that one fix may add."""


@dataclass
class Verifier:
    """Compares edits of one text with the text as it is."""

    tree: SyntaxTree
    home: FileHome
    analysed: Callable[[SyntaxTree], FileHome]
    """The analysis of an edited text."""
    _before: dict[Span, Sequence[Finding]] = field(default_factory=dict[Span, "Sequence[Finding]"])

    def verified(self, place: Span, limits: Span, edits: tuple[TextEdit, ...]) -> int:
        """How many findings the edits end within `limits`, the lines of a function: 0 where they aren't right. Another
        checker's finding at the place counts as one."""
        if not edits or sum(len(edit.new_text) for edit in edits) > MAX_ADDED:
            return 0
        if not all(limits.contains(edit.span) for edit in edits):
            return 0
        changed = _changed(self.tree, edits)
        if changed is None:
            return 0
        before, after = self._findings(limits), self._after(changed, limits, edits)
        moved = place.shifted(_shift(place.start, edits))
        if are_new(before, after, edits) or any(finding.span == moved for finding in after):
            return 0
        return max(1, len(before) - len(after))

    def declaration_verified(self, functions: Sequence[Span], edits: tuple[TextEdit, ...]) -> bool:
        """Whether the text still parses, and nothing new is found in the functions that the edits of a declaration
        change. The others see a declaration without null instead of one with it: that takes facts away."""
        changed = _changed(self.tree, edits)
        if changed is None:
            return False
        return not any(are_new(self._findings(each), self._after(changed, each, edits), edits) for each in functions)

    def _findings(self, limits: Span) -> Sequence[Finding]:
        if limits not in self._before:
            self._before[limits] = _found(self.tree, self.home, limits)
        return self._before[limits]

    def _after(self, changed: SyntaxTree, limits: Span, edits: tuple[TextEdit, ...]) -> Sequence[Finding]:
        inside = [edit for edit in edits if limits.contains(edit.span)]
        start = limits.start + _shift(limits.start, [edit for edit in edits if edit not in inside])
        end = start + len(limits) + sum(len(edit.new_text) - len(edit.span) for edit in inside)
        return _found(changed, self.analysed(changed), Span(start, end))


def _found(tree: SyntaxTree, home: FileHome, limits: Span) -> Sequence[Finding]:
    is_whole = limits == Span(0, len(tree.text))
    within = None if is_whole else (tree.byte_offset(limits.start), tree.byte_offset(limits.end))
    return [each.finding for each in explained(home, within)]


def _changed(tree: SyntaxTree, edits: tuple[TextEdit, ...]) -> SyntaxTree | None:
    """The tree after the edits; None where they overlap, or bring an error of syntax."""
    try:
        changed = changed_tree(tree, *edits)
    except ValueError:
        return None
    return changed if changed is not None and changed.error_count <= tree.error_count else None


def _shift(position: int, edits: Sequence[TextEdit]) -> int:
    """By how much what begins there is moved by edits none of which is inside it."""
    return sum(len(edit.new_text) - len(edit.span) for edit in edits if edit.span.end <= position)
