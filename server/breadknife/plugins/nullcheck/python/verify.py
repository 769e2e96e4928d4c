"""The verifier: an edit is offered only if it parses, ends the finding, and brings no new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.oracle.comparing import are_new
from breadknife.plugins.nullcheck.python.detector import FileAnalysis, detect
from breadknife.plugins.nullcheck.python.evaluation import COMPREHENSIONS
from breadknife.plugins.nullcheck.python.expressions import Evaluator, TooDeepError
from breadknife.plugins.nullcheck.python.facts import Cause, Env, Fact
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.site import Site
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit, apply_edits
from breadknife.text.syntax import Node, SyntaxTree, changed_tree, parse, path_to

MAX_ADDED = 400
"""Code points that one fix may add."""


@dataclass(frozen=True)
class State:
    """Of the site's function, or the file."""

    errors: int
    findings: Sequence[Finding]
    offset: int
    """Where its source starts in what the findings are told of."""
    first_use: Span | None = None
    """Of a place whose value a comprehension takes from its elements: where the comprehension would use a None among
    them first, in the order in which it is evaluated."""


def as_it_is(file: FileAnalysis, site: Site) -> State | None:
    """What edits are compared with."""
    limits = lines_of(site)
    return _check(file, site, site.tree.text[limits.start : limits.end], site.span.shifted(-limits.start))


def verified(file: FileAnalysis, site: Site, before: State | None, edits: tuple[TextEdit, ...]) -> int:
    """How many findings are gone since `before`, where the edited file is right as far as the site's function is
    concerned; nothing else of it has changed. 0 where it isn't right; another checker's finding counts as one."""
    if not edits or sum(len(edit.new_text) for edit in edits) > MAX_ADDED:
        return 0
    limits = lines_of(site)
    if not all(limits.contains(edit.span) for edit in edits):
        return 0
    old = site.tree.text[limits.start : limits.end]
    new = apply_edits(old, [edit.shifted(-limits.start) for edit in edits])
    moved = _moved(site.span, edits).shifted(-limits.start)
    after = _check(file, site, new, moved)
    if before is None or after is None or after.errors > before.errors or _is_too_late(site, before, after, edits):
        return 0
    within = [edit.shifted(before.offset - limits.start) for edit in edits]
    if are_new(before.findings, after.findings, within) or any(
        finding.span == moved.shifted(after.offset) for finding in after.findings
    ):
        return 0
    return max(1, len(before.findings) - len(after.findings))


def declaration_verified(file: FileAnalysis, tree: SyntaxTree, edits: tuple[TextEdit, ...]) -> bool:
    """Whether the file still parses, and nothing new is found in the functions that the edits of a declaration change.

    The others see a declaration without None instead of one with it: that takes facts away, and gives none.
    """
    try:
        changed = changed_tree(tree, *edits)
    except ValueError:
        return False
    if changed is None or changed.error_count > tree.error_count:
        return False
    for edit in edits:
        old = _function_at(tree, edit.span)
        new = _function_at(changed, _after(edit, edits)) if old is not None else None
        if old is None or new is None:
            continue
        was, now = (file.findings_of(of, function, old) for of, function in ((tree, old), (changed, new)))
        if are_new(was, now, edits):
            return False
    return True


def _function_at(tree: SyntaxTree, span: Span) -> Node | None:
    node = tree.node_at(span)
    around = (*path_to(tree, node), node)
    return next((outer for outer in reversed(around) if outer.type == "function_definition"), None)


def _after(edit: TextEdit, edits: tuple[TextEdit, ...]) -> Span:
    shift = sum(len(other.new_text) - len(other.span) for other in edits if other.span.end <= edit.span.start
                and other != edit)  # fmt: skip
    start = edit.span.start + shift
    return Span(start, start + len(edit.new_text))


def _check(file: FileAnalysis, site: Site, source: str, place: Span) -> State | None:
    """`place`: where the site is in the source."""
    function = _whole_lines(site)
    if function is None:
        tree = parse(source, site.tree.language)
        if tree is None:
            return None
        return State(tree.error_count, detect(tree), 0, _first_use(file, site, tree, place))
    prefix = "if 1:\n" if source[:1].isspace() else ""
    tree = parse(prefix + source, site.tree.language)
    changed = _first_function(tree) if tree is not None else None
    if tree is None or changed is None:
        return None
    first_use = _first_use(file, site, tree, place.shifted(len(prefix)))
    return State(tree.error_count, file.findings_of(tree, changed, function), len(prefix), first_use)


def _first_use(file: FileAnalysis, site: Site, tree: SyntaxTree, place: Span) -> Span | None:
    """See `State`. That another checker knows of a None among the elements, this file's analysis doesn't."""
    if not site.is_name or not any(node.type in COMPREHENSIONS for node in site.path):
        return None
    around = path_to(tree, tree.node_at(place))
    outermost = next((node for node in around if node.type in COMPREHENSIONS), None)
    if outermost is None:
        return None
    suspecting = _Suspecting(file, site)
    try:
        suspecting.value(outermost, {})
    except TooDeepError:
        return None
    return next((tree.span(use.node) for use in suspecting.uses.values() if use.cause.reason is _ELEMENT), None)


_ELEMENT = "it is an element"


class _Suspecting(Evaluator):
    """Takes the site's value for one that may be None wherever the name that it begins with gets an element."""

    def __init__(self, file: FileAnalysis, site: Site) -> None:
        super().__init__(file.outline, file)
        self._key = site.source

    def bind(self, target: Node, fact: Fact, env: Env) -> None:
        super().bind(target, fact, env)
        if target.type == "identifier" and text(target) == self._key.partition(".")[0]:
            env[self._key] = Fact(Cause(target, _ELEMENT))


def _is_too_late(site: Site, before: State, after: State, edits: tuple[TextEdit, ...]) -> bool:
    """Whether a None among the elements would still be used where it was used first, before it comes to the site."""
    first, start = before.first_use, lines_of(site).start
    if first is None or after.first_use is None:
        return False
    first = first.shifted(start - before.offset)
    return first != site.span and _moved(first, edits).shifted(after.offset - start) == after.first_use


def lines_of(site: Site) -> Span:
    """The whole lines of the innermost function, or the whole text."""
    function = _whole_lines(site)
    if function is None:
        return Span(0, len(site.tree.text))
    span = site.tree.span(function)
    return Span(site.tree.text.rfind("\n", 0, span.start) + 1, span.end)


def _whole_lines(site: Site) -> Node | None:
    """The site's function if its first line is its own."""
    function = site.function
    if function is None:
        return None
    start = site.tree.span(function).start
    return function if not site.tree.text[site.tree.text.rfind("\n", 0, start) + 1 : start].strip() else None


def _first_function(tree: SyntaxTree) -> Node | None:
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type == "function_definition":
            return node
        stack.extend(reversed(node.named_children))
    return None


def _moved(span: Span, edits: tuple[TextEdit, ...]) -> Span:
    """Where a span lies after edits, none of which is inside it."""
    return span.shifted(sum(len(e.new_text) - len(e.span) for e in edits if e.span.end <= span.start))
