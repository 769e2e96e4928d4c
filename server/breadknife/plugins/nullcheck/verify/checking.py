"""Whether an edit leaves the code right: it parses, nothing is found in it that wasn't found before, and no caller gets
a null that it uses.

Only the functions that the edit touches are followed again. What the others say of themselves was found already, and
is asked of the analysis before the edit where it still holds. But `return nil` ends a finding where it is put in, and
moves the crash to whoever calls the function. So the callers in the same file are followed once more, with what the
function gives after the edit; also where it is declared to give no null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis, FunctionDereference
from breadknife.plugins.nullcheck.core.declarations import FileDeclarations, Function, unit_of
from breadknife.plugins.nullcheck.core.findings import explained
from breadknife.plugins.nullcheck.core.moving import Change, FactMover
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import SyntaxTree, changed_tree


@dataclass(frozen=True)
class CheckedText:
    """Of the functions that were looked at, before or after an edit."""

    tree: SyntaxTree
    home: FileAnalysis
    findings: Sequence[Finding]
    """Their spans are in `tree`, in code points."""


@dataclass(frozen=True)
class EditVerifier:
    """Compares edits of one text with the text as it is."""

    home: FileAnalysis
    tree: SyntaxTree
    lower: Callable[[SyntaxTree], FileAnalysis]
    """The analysis of an edited text, with the same other files."""

    def before(self, limits: Span) -> CheckedText:
        """Return the findings of the functions that have a part of `limits`, in code points; of what is in no function,
        if none has. A span of length 0 stands for the function around it."""
        return self._state(self.tree, self.home, limits)

    def after(self, limits: Span, edits: Sequence[TextEdit]) -> CheckedText | None:
        """Return the same after edits, which must lie within `limits`; None if they overlap, or if the text is then
        broken more than it was."""
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

    def _state(self, tree: SyntaxTree, home: FileAnalysis, limits: Span) -> CheckedText:
        start, end = tree.byte_offset(limits.start), tree.byte_offset(limits.end)
        findings = [each.finding for each in explained(home, (start, max(end, start + 1)))]
        return CheckedText(tree, home, findings)


def handed_on(before: FileAnalysis, after: FileAnalysis) -> Iterator[FunctionDereference]:
    """Yield the uses of nulls in the file that a function of it gives only after the edit."""
    functions = [(was, now) for was, now in _pairs(before.file, after.file) if _gives_more(before, was, after, now)]
    if not functions:
        return
    edited = {now for _, now in functions}
    told = _followed(after)
    for function in edited:
        told.believe_code(function)
    names = frozenset(function.name.encode() for function in edited)
    place = FactMover(Change.between(before.file.main.source, after.file.main.source), after.uri).place
    known = {place(each.dereference.at) for each in _followed(before).findings()}
    for found in _in_callers(told, names):
        if found.dereference.at not in known and unit_of(found.function, after.file.main) not in edited:
            yield found


def _followed(home: FileAnalysis) -> FileAnalysis:
    """Return a new analysis of the file, which also follows nulls into the functions that they are given to."""
    made = FileAnalysis(home.file, home.knowledge, home.others, home.uri)
    made.follows_arguments = True
    return made


def _pairs(before: FileDeclarations, after: FileDeclarations) -> Iterator[tuple[Function, Function]]:
    """Yield each function whose text has changed, before and after the edit."""
    old = dict[tuple[str, str], Function]()
    for function in before.functions:
        old.setdefault(_name(function), function)
    for function in after.functions:
        was = old.get(_name(function))
        if function.name and was is not None and was.source != function.source:
            yield was, function


def _name(function: Function) -> tuple[str, str]:
    return (function.owner.name if function.owner is not None else ""), function.name


def _gives_more(before: FileAnalysis, was: Function, after: FileAnalysis, now: Function) -> bool:
    """Tell whether a function gives null in a way in which it didn't."""
    return bool(_nulls(after, now) - _nulls(before, was))


def _nulls(home: FileAnalysis, function: Function) -> frozenset[tuple[bool, ...]]:
    """Return the ways in which a function gives null: whether its result may be one, and each of several results."""
    found = set[tuple[bool, ...]]()
    for way in home.code_summary(function).cases:
        each = way.result
        ways = [tuple(item.may_be_null for item in items) for items in each.items] or [()]
        found |= {(each.may_be_null, *items) for items in ways if each.may_be_null or any(items)}
    return frozenset(found)


def _in_callers(home: FileAnalysis, names: frozenset[bytes]) -> Iterator[FunctionDereference]:
    """Yield what is found in the functions that speak of one of these names, and outside of all functions."""
    main = home.file.main
    for function in (main, *home.file.functions):
        if unit_of(function, main) is function and not function.words.isdisjoint(names):
            yield from home.findings_in(function)
