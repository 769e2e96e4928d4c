"""The verifier: an edit is offered only if it parses, ends the finding, and brings no new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.findings import explained, explained_between
from breadknife.plugins.nullcheck.core.nullness import Fact
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import FUNCTIONS
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.repairs.ecmascript.strategies import named_at
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.verify.oracle.comparing import Moves
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit, apply_edits
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import SyntaxTree, changed_tree

MAX_ADDED = 400
"""Code points that one fix may add, besides what it moves."""

_OF_ONE_USE = frozenset({Strategy.NON_NULL, Strategy.DEFAULT})
"""They say that they are of this one use, and what they put in its place is right whatever comes after it."""


@dataclass
class Verifier:
    """For the edits at one place."""

    site: Site
    analyse: Callable[[SyntaxTree], FileHome]
    assumed: Fact | None
    """Why the value may be null where only another checker knows; what is found here needs no assumption."""
    _before: dict[Span, Sequence[Finding]] = field(default_factory=dict[Span, Sequence[Finding]])

    @property
    def limits(self) -> Span:
        """The function that no other holds, or the whole text: where edits may be that aren't of a declaration."""
        outermost = next((node for node in self.site.path if node.type in FUNCTIONS), self.site.tree.root)
        return self.site.tree.span(outermost)

    def check(self, edits: tuple[TextEdit, ...], strategy: Strategy) -> int | None:
        """The number of findings that the edits end; None where they aren't right."""
        site, tree = self.site, self.site.tree
        added = sum(len(edit.new_text) - len(edit.span) for edit in edits)
        if not edits or added > MAX_ADDED:
            return None
        try:
            new = changed_tree(tree, *edits)
        except ValueError:
            return None
        if new is None or not parses_no_worse(tree, new):
            return None
        limits = self.limits
        if not all(limits.contains(edit.span) for edit in edits):
            limits = Span(0, len(tree.text))
        target = _moved(site, edits)
        home = self.analyse(new)
        if self.assumed is not None:
            home.assumed = {_bytes(new, target): self.assumed}
        before = self._found_before(limits)
        home.inherit(self._home, is_tried=True)
        after = _findings(home, new, Span(limits.start, limits.end + added))
        moves = Moves.of(edits) if strategy not in _OF_ONE_USE else None
        written = edits[0].new_text.find(site.source)  # in a check, which may read what its owners lack, too
        copied = edits[0].span.start + written if written >= 0 else None
        if named_at(site, edits) is not None:
            copied = target.start
        if any(found.span == target for found in after) or _are_new(before, after, moves, site, copied):
            return None
        return len(before) - len(after)

    @property
    def is_checked(self) -> bool:
        """Whether the file's own checks say that what another checker reports isn't null."""
        found = self._found_before(self.limits)
        return bool(self._home.denied) and all(each.span != self.site.span for each in found)

    @cached_property
    def _home(self) -> FileHome:
        """Of the text before the edits."""
        home = self.site.home
        return home.assuming({_bytes(self.site.tree, self.site.span): self.assumed}) if self.assumed else home

    def _found_before(self, limits: Span) -> Sequence[Finding]:
        if limits not in self._before:
            self._before[limits] = _findings(self._home, self.site.tree, limits)
        return self._before[limits]

    def ignored(self, edit: TextEdit) -> bool:
        """Whether a comment that is put in is one, and nothing else changes."""
        tree = self.site.tree
        text = apply_edits(tree.text, (edit,))
        new = changed_tree(tree, edit)
        if new is None or not parses_no_worse(tree, new):
            return False
        at = text.index(edit.new_text.strip(), edit.span.start)
        node = new.node_at(Span(at, at + 2))
        return node.type == "comment" and new.span(node).start == at


def _findings(home: FileHome, tree: SyntaxTree, limits: Span) -> Sequence[Finding]:
    """Of the functions within the limits."""
    is_whole = len(limits) == len(tree.text)
    found = explained(home) if is_whole else explained_between(home, *_bytes(tree, limits))
    return [each.finding for each in found]


def _bytes(tree: SyntaxTree, span: Span) -> tuple[int, int]:
    return tree.byte_offset(span.start), tree.byte_offset(span.end)


def _moved(site: Site, edits: Sequence[TextEdit]) -> Span:
    """Where the value's expression stands after the edits."""
    span = site.span
    if (inside := named_at(site, edits)) is not None:
        start = edits[0].span.start + inside
        return Span(start, start + len(span))
    grown = [(edit.span, len(edit.new_text) - len(edit.span)) for edit in edits]
    start = span.start + sum(by for at, by in grown if at.end <= span.start)
    return Span(start, start + len(span) + sum(by for at, by in grown if span.start < at.end < span.end))


def _are_new(
    before: Iterable[Finding], after: Iterable[Finding], moves: Moves | None, site: Site, copied: int | None
) -> bool:
    """Whether one stands where none stood before. Without `moves` it may be the same null at the next use of the value.
    What is given a name stands elsewhere, where it is `copied` to."""
    left = list(before)

    def is_same(old: Finding, new: Finding) -> bool:
        if moves is None:
            return _plain(old.message) == _plain(new.message)
        is_copied = copied is not None and site.span.contains(old.span)
        is_there = is_copied and old.span.shifted((copied or 0) - site.span.start) == new.span
        return old.code == new.code and (is_there or moves.leads(old.span.start, new.span.start))

    for finding in after:
        known = next((old for old in left if is_same(old, finding)), None)
        if known is None:
            return True
        if moves is not None:
            left.remove(known)
    return False


def _plain(message: str) -> str:
    """Where an edit has touched it, `a.b` is `a?.b` or `a!.b`."""
    return message.replace("?.", ".").replace("!", "")
