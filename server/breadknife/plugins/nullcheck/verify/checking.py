"""Whether an edit leaves the code right: it parses, and nothing is found in it that wasn't found before.

Only the functions that the edit touches are followed again. What the others say of themselves was found already, and
is asked of the analysis before the edit where it still holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.findings import explained_between
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import SyntaxTree, changed_tree


@dataclass(frozen=True)
class State:
    """Of the functions that were looked at, before or after an edit."""

    tree: SyntaxTree
    home: FileHome
    findings: Sequence[Finding]
    """Their spans are in `tree`, in code points."""


@dataclass(frozen=True)
class Verifier:
    """Compares edits of one text with the text as it is."""

    home: FileHome
    tree: SyntaxTree
    lower: Callable[[SyntaxTree], FileHome]
    """The analysis of an edited text, with the same other files."""

    def before(self, limits: Span) -> State:
        """The findings of the functions that have a part of `limits`, in code points; of what is in no function, if
        none has. A span of length 0 stands for the function around it."""
        return self._state(self.tree, self.home, limits)

    def after(self, limits: Span, edits: Sequence[TextEdit]) -> State | None:
        """The same after edits, which must lie within `limits`; None if they overlap, or if the text is then broken
        more than it was."""
        try:
            tree = changed_tree(self.tree, *edits)
        except ValueError:
            return None
        if tree is None or not parses_no_worse(self.tree, tree):
            return None
        home = self.lower(tree)
        home.inherit(self.home, is_tried=True)
        grown = sum(len(edit.new_text) - len(edit.span) for edit in edits)
        return self._state(tree, home, Span(limits.start, limits.end + grown))

    def _state(self, tree: SyntaxTree, home: FileHome, limits: Span) -> State:
        start, end = tree.byte_offset(limits.start), tree.byte_offset(limits.end)
        findings = [each.finding for each in explained_between(home, start, max(end, start + 1))]
        return State(tree, home, findings)
