"""The verifier: an edit is offered only if it parses, ends the finding, and brings no new one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from breadknife.plugins.nullcheck.ecmascript.detector import FileAnalysis
from breadknife.plugins.nullcheck.ecmascript.facts import Cause
from breadknife.plugins.nullcheck.ecmascript.site import Site
from breadknife.plugins.nullcheck.ecmascript.strategies import named_at
from breadknife.plugins.nullcheck.oracle.comparing import Moves
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit, apply_edits
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import SyntaxTree, changed_tree

MAX_ADDED = 400
"""Code points that one fix may add, besides what it moves."""

_OF_ONE_USE = frozenset({Strategy.NON_NULL, Strategy.DEFAULT})
"""They say that they are of this one use, and what they put in its place is right whatever comes after it."""


@dataclass(frozen=True)
class Verdict:
    removes: int
    """Findings that are gone."""


class Verifier:
    """For the edits at one place."""

    def __init__(self, analysis: FileAnalysis, site: Site, assumed: Cause | None) -> None:
        self._analysis = analysis
        self._site = site
        self._assumed = assumed
        """Why the value may be null where only another checker knows; what is found here needs no assumption."""
        self._functions = {start: self._span(start) for start in analysis.entered(site.node.start_byte)}
        """Those that may be looked at alone, the innermost first, by the bytes that they begin at."""
        self._before: dict[int | None, list[Finding]] = {}

    @property
    def limits(self) -> Span:
        """The function that no other holds, or the whole text: where edits may be that aren't of a declaration."""
        return next(reversed(self._functions.values()), Span(0, len(self._analysis.tree.text)))

    def _span(self, start: int) -> Span:
        outline = self._analysis.outline
        end = next(end for begin, end in outline.functions_around(start) if begin == start)
        return Span(*(_char(outline.source, byte) for byte in (start, end)))

    def check(self, edits: tuple[TextEdit, ...], strategy: Strategy) -> Verdict | None:
        """What the edits achieve; None where they aren't right."""
        site, tree = self._site, self._analysis.tree
        added = sum(len(edit.new_text) - len(edit.span) for edit in edits)
        if not edits or added > MAX_ADDED:
            return None
        try:
            new = changed_tree(tree, *edits)
        except ValueError:
            return None
        if new is None or not parses_no_worse(tree, new):
            return None
        within = (start for start, span in self._functions.items() if all(span.contains(each.span) for each in edits))
        function = next(within, None)
        target = _moved(site, edits)
        start, end = new.byte_offset(target.start), new.byte_offset(target.end)
        after = self._findings(new, self._assuming(start, end), function)
        before = self._found_before(function)
        if after is None or before is None:
            return None
        moves = Moves.of(edits) if strategy not in _OF_ONE_USE else None
        name = edits[1].new_text if named_at(site, edits) is not None else ""
        written = edits[0].new_text.find(site.source)  # in a check, which may read what its owners lack, too
        copied = target.start if name else edits[0].span.start + written if written >= 0 else None
        if any(found.span == target for found in after) or _are_new(before, after, moves, name, site, copied):
            return None
        return Verdict(len(before) - len(after))

    def _found_before(self, function: int | None) -> list[Finding] | None:
        if function not in self._before:
            node = self._site.node
            found = self._findings(self._analysis.tree, self._assuming(node.start_byte, node.end_byte), function)
            if found is None:
                return None
            self._before[function] = found
        return self._before[function]

    def _assuming(self, start: int, end: int) -> dict[tuple[int, int], Cause]:
        return {(start, end): self._assumed} if self._assumed is not None else {}

    def _findings(
        self, tree: SyntaxTree, assumed: dict[tuple[int, int], Cause], function: int | None
    ) -> list[Finding] | None:
        """Of the function alone, if one is named by the byte that it begins at."""
        if function is not None:
            return self._analysis.again(tree, tree.encoded, function, assumed)
        known = self._analysis
        analysis = known if tree is known.tree else FileAnalysis(tree, known.others, known.rules)
        return analysis.assuming(assumed)

    def ignored(self, edit: TextEdit) -> bool:
        """Whether a comment that is put in is one, and nothing else changes."""
        text = apply_edits(self._analysis.tree.text, (edit,))
        new = changed_tree(self._analysis.tree, edit)
        if new is None or not parses_no_worse(self._analysis.tree, new):
            return False
        at = text.index(edit.new_text.strip(), edit.span.start)
        node = new.node_at(Span(at, at + 2))
        return node.type == "comment" and new.span(node).start == at


def _moved(site: Site, edits: tuple[TextEdit, ...]) -> Span:
    """Where the value's expression stands after the edits."""
    if (inside := named_at(site, edits)) is not None:
        start = edits[0].span.start + inside
        return Span(start, start + len(site.span))
    span = site.span
    if len(edits) == 1 and edits[0].span == span:  # a name in its place
        return Span(span.start, span.start + len(edits[0].new_text))
    for edit in edits:  # a statement that is moved as a whole
        if len(edit.span) and edit.span.contains(span):
            at = edit.new_text.rfind(site.source)
            offset = span.start - edit.span.start
            at = next((i for i in _occurrences(edit.new_text, site.source) if i >= offset), at)
            others = sum(len(e.new_text) - len(e.span) for e in edits if e.span.end <= edit.span.start and e != edit)
            start = edit.span.start + others + at
            return Span(start, start + len(span))
    return span.shifted(sum(len(e.new_text) - len(e.span) for e in edits if e.span.end <= span.start))


def _occurrences(text: str, part: str) -> list[int]:
    found, at = list[int](), text.find(part)
    while at >= 0:
        found.append(at)
        at = text.find(part, at + 1)
    return found


def _are_new(
    before: Iterable[Finding], after: Iterable[Finding], moves: Moves | None, name: str, site: Site, copied: int | None
) -> bool:
    """Whether one stands where none stood before: a check of one use alone leaves the next use of the value, which is
    told of in the same words. Without `moves` that may be. What is given a `name` stands elsewhere, where
    it is `copied` to, and is spoken of by that name."""
    left = list(before)

    def is_same(old: Finding, new: Finding) -> bool:
        if _words(old) != _words(new, name, site.source):
            return False
        if moves is None:
            return True
        if old.code != new.code:
            return False
        if (
            copied is not None
            and old.span.shifted(copied - site.span.start) == new.span
            and site.span.contains(old.span)
        ):
            return True
        return moves.leads(old.span.start, new.span.start)

    for finding in after:
        known = next((old for old in left if is_same(old, finding)), None)
        if known is None:
            return True
        if moves is not None:
            left.remove(known)
    return False


def _words(finding: Finding, name: str = "", meant: str = "") -> str:
    """The same for `a.b.c` and, where the edit has touched that, `a?.b!.c` or the name that `a.b` was given."""
    words = finding.message
    if name:
        words = re.sub(rf"(?<![\w$.]){re.escape(name)}(?![\w$])", lambda _: meant, words)
    return words.replace("?.", ".").replace("!", "")


def _char(source: bytes, byte: int) -> int:
    return len(source[:byte].decode("utf-8", "surrogatepass"))
