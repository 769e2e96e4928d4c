"""The verifier: an edit is offered only if the file parses as well as before, the finding is gone, and none is new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from breadknife.plugins.nullcheck.oracle.comparing import are_new
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import SyntaxTree, changed_tree

MAX_ADDED = 600
"""Code points that one fix may add."""


class Analysis(Protocol):
    @property
    def tree(self) -> SyntaxTree: ...

    def findings_between(self, start: int, end: int, /) -> Sequence[Finding]:
        """The findings of the functions that have a part of these bytes."""
        ...


def verified(
    before: Analysis, analyse: Callable[[SyntaxTree], Analysis], place: Span, edits: tuple[TextEdit, ...], around: Span
) -> int:
    """How many findings are gone, where the edited file is right: looked at are the functions that the edits, or what
    is `around` the place, touch. 0 where it isn't right; another checker's finding counts as one."""
    if not edits or sum(len(edit.new_text) - len(edit.span) for edit in edits) > MAX_ADDED:
        return 0
    try:
        tree = changed_tree(before.tree, *edits)
    except ValueError:
        return 0
    if tree is None or not parses_no_worse(before.tree, tree):
        return 0
    touched = Span(
        min(around.start, *(edit.span.start for edit in edits)), max(around.end, *(edit.span.end for edit in edits))
    )
    grown = sum(len(edit.new_text) - len(edit.span) for edit in edits)
    was = _between(before, touched)
    now = _between(analyse(tree), Span(touched.start, touched.end + grown))
    if are_new(was, now, edits):
        return 0
    moved = _moved(place, edits)
    if any(finding.span.start < moved.end and moved.start < finding.span.end for finding in now):
        return 0
    return max(1, len(was) - len(now))


def _between(analysis: Analysis, span: Span) -> Sequence[Finding]:
    tree = analysis.tree
    return analysis.findings_between(tree.byte_offset(span.start), tree.byte_offset(span.end))


def _moved(place: Span, edits: tuple[TextEdit, ...]) -> Span:
    """Where the place lies after the edits; what takes its place where one of them replaces it."""
    by = sum(len(edit.new_text) - len(edit.span) for edit in edits if edit.span.end <= place.start)
    for edit in edits:
        if edit.span.start < place.end and place.start < edit.span.end:
            return Span(edit.span.start + by, edit.span.start + by + len(edit.new_text))
    return place.shifted(by)
