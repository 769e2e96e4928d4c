"""Whether a repair may be offered: it parses, ends the finding, brings no new one, and gives no caller a null."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.findings import explained
from breadknife.plugins.nullcheck.core.nullness import Fact
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy
from breadknife.plugins.nullcheck.verify.checking import EditVerifier, handed_on
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import SyntaxTree, changed_tree

MAX_ADDED = 500
"""Code points that one repair may add."""
_DECLARES = DECLARATION | {Strategy.WIDEN}


class ProjectAnalyses(Protocol):
    """The files of a project."""

    def checked_home_of(self, tree: SyntaxTree, uri: str, /) -> FileAnalysis:
        """Return the analysis of a text of the file with that URI."""
        ...

    def trying(self, edited: FileAnalysis, /) -> AbstractContextManager[None]:
        """Within it, what others ask of a file is answered by this analysis of an edited text."""
        ...


@dataclass(frozen=True)
class Verification:
    """Of the edits of one text."""

    home: FileAnalysis
    tree: SyntaxTree
    files: ProjectAnalyses

    def ended(
        self,
        place: Span,
        edits: Sequence[TextEdit],
        strategy: Strategy,
        assumed: Fact | None = None,
        again: Sequence[Span] = (),
    ) -> int:
        """Return how many findings the edits end; 0 where they aren't right. Where only another checker reports the
        place its finding counts as one: `assumed` is then what the value may be, there and where it is used `again`."""
        if not edits or sum(len(edit.new_text) - len(edit.span) for edit in edits) > MAX_ADDED:
            return 0
        source = self.tree.text[place.start : place.end]
        limits, now = self.touched(place, edits, strategy), _moved(place, source, edits)
        # A declaration has checkers see something else at the place: the assumption goes with it.
        places = {each: _moved(each, source, edits) for each in again} | {place: now}
        verifier = self._verifier(places, None if strategy in _DECLARES else assumed)
        before, after = verifier.before(limits), verifier.after(limits, edits)
        if after is None:
            return 0
        if strategy is Strategy.IGNORE:
            return 1  # a comment ends no finding of ours
        if any(finding.span == now for finding in after.findings):
            return 0
        less = strategy is not Strategy.NON_NULL and any(finding.span == place for finding in before.findings)
        if _are_others(before.findings, after.findings, less):
            return 0
        if any("return" in edit.new_text for edit in edits) and any(handed_on(before.home, after.home)):
            return 0  # a caller in the same text would use the null that it gets
        return max(1, len(before.findings) - len(after.findings))

    def ended_there(
        self, place: Span, there: Site, edits: Sequence[TextEdit], strategy: Strategy, *, is_own: bool
    ) -> int:
        """Return the same of edits of another file, which has the declaration behind the place. `is_own`: the analysis
        itself has found the place, so it follows this file once more, with the other one as it is then."""
        edited = replace(self, home=there.home, tree=there.tree)
        tree = changed_tree(there.tree, *edits) if edited.ended(there.span, edits, strategy) else None
        if tree is None:
            return 0
        if not is_own:
            return 1
        start, end = _bytes(self.tree, place)
        before = {each.finding.span for each in explained(self.home, (start, end))}
        with self.files.trying(self.files.checked_home_of(tree, there.uri)):
            home = self.files.checked_home_of(self.tree, self.home.uri)
            after = {each.finding.span for each in explained(home, (start, end))}
        return len(before) - len(after) if after < before and place not in after else 0

    def is_denied(self, place: Span, assumed: Fact) -> bool:
        """Tell whether the analysis knows that a value is there, whatever is assumed of it."""
        before = self._verifier({place: place}, assumed).before(place)
        return bool(before.home.denied) and all(finding.span != place for finding in before.findings)

    def touched(self, place: Span, edits: Sequence[TextEdit], strategy: Strategy) -> Span:
        """Return what is looked at again: of a declaration anything in the text may make use."""
        if strategy in _DECLARES:
            return Span(0, len(self.tree.text))
        spans = [place, *(edit.span for edit in edits)]
        return Span(min(span.start for span in spans), max(span.end for span in spans))

    def _lowered(self, tree: SyntaxTree) -> FileAnalysis:
        return self.files.checked_home_of(tree, self.home.uri)

    def _verifier(self, places: Mapping[Span, Span], assumed: Fact | None) -> EditVerifier:
        """Return a verifier with what is assumed of the value, at places before the edits and where they are then."""
        if assumed is None:
            return EditVerifier(self.home, self.tree, self._lowered)

        def lowered(tree: SyntaxTree) -> FileAnalysis:
            home = self._lowered(tree)
            home.assumed = {_bytes(tree, now): assumed for now in places.values()}
            return home

        before = {_bytes(self.tree, place): assumed for place in places}
        return EditVerifier(self.home.assuming(before), self.tree, lowered)


def _bytes(tree: SyntaxTree, span: Span) -> tuple[int, int]:
    return tree.byte_offset(span.start), tree.byte_offset(span.end)


def _are_others(before: Sequence[Finding], after: Sequence[Finding], less: int) -> bool:
    """Tell whether something is told of that wasn't, of `a!.b` and `a?.b` as of `a.b`; or not so much `less`: the next
    use of the value is told of in the same words as this one."""
    was, now = ({re.sub(r"!|\?(?=\.)", "", finding.message) for finding in each} for each in (before, after))
    return not now <= was or len(after) > len(before) - less


def _moved(place: Span, source: str, edits: Sequence[TextEdit]) -> Span:
    """Return where the value's expression stands after the edits: one of them may put it into other text, or give it a
    name further up."""
    is_replaced = any(edit.span.start < place.end and place.start < edit.span.end for edit in edits)
    by = 0
    for edit in sorted(edits):
        if is_replaced and source in edit.new_text:
            start = edit.span.start + by + edit.new_text.index(source)
            return Span(start, start + len(source))
        if edit.span.end <= place.start:
            by += len(edit.new_text) - len(edit.span)
    return place.shifted(by)
