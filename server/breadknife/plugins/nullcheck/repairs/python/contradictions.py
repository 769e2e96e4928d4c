"""A use where a condition around says that the value is None: the test is the wrong way round, or a value is missing.

Another test beneath would say what the first one denies; only an exception has one, lest it be raised in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.python.nodes import is_and, text
from breadknife.plugins.nullcheck.repairs.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.site import BRANCHES, EXITS, Site
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node

_SHARING = ("global_statement", "nonlocal_statement")
_RUNS_OTHERS = re.compile(r"\([^()]*\)|\b(?:await|with|yield)\b")
"""Something else is done there: a call, for the most part."""
_OPPOSITE = {"is": "is not", "is not": "is", "==": "!=", "!=": "=="}


@dataclass(frozen=True)
class Contradiction:
    test: Node
    """The comparison with None."""
    owner: Node
    """What has the test as its condition, or an operand."""
    used: Node
    """The part of the owner where the value is None, and used."""


def contradiction(site: Site) -> Contradiction | None:
    inner = site.node
    for outer in reversed(site.path) if site.is_name else ():
        if outer.type in ("function_definition", "class_definition", "lambda"):
            return None
        for condition, holds in _conditions(outer, inner):
            if test := next((each for each in _parts(condition, holds=holds) if _says_none(site, each, holds)), None):
                return None if _may_be_set(site, test, condition, inner) else Contradiction(test, outer, inner)
            if any(one.role is Role.TEST for one in occurrences(site.tree, site.source, condition)):
                return None
        inner = outer
    return None


def turned_round(site: Site, found: Contradiction) -> TextEdit | None:
    """The test's opposite, or None where what is done then, or else, isn't right with that."""
    operator = next((each for each in found.test.children if each.type in _OPPOSITE), None)
    if operator is None or found.owner.type == "while_statement" or not _is_first(site, found.used):
        return None
    others = [child for child in found.owner.named_children if child not in (found.used, *_tested(found))]
    rest, function = found.owner.end_byte, site.function or site.tree.root
    is_left = found.used.type == "block" and found.used.named_children[-1].type in EXITS
    for one in occurrences(site.tree, site.source, function):
        is_other = any(other.start_byte <= one.node.start_byte < other.end_byte for other in others)
        if one.role is Role.USE and (is_other or (is_left and one.node.start_byte >= rest)):
            return None
    return TextEdit(site.tree.span(operator), _OPPOSITE[operator.type])


def _tested(found: Contradiction) -> Iterator[Node]:
    for child in found.owner.named_children:
        if child.start_byte <= found.test.start_byte < child.end_byte:
            yield child


def _is_first(site: Site, used: Node) -> bool:
    """Whether nothing is done in a block before the place's statement: that may be what the test is for."""
    begin = next((each for each in used.named_children if each.type != "comment"), None)
    return used.type != "block" or begin == site.statement


def _conditions(outer: Node, inner: Node) -> Iterator[tuple[Node, bool]]:
    """What is known to be true, or not to be, where `inner` is evaluated, by `outer`."""
    condition = outer.child_by_field_name("condition")
    match outer.type:
        case "conditional_expression":
            parts = [child for child in outer.named_children if child.type != "comment"]
            if inner in (parts[0], parts[-1]):
                yield parts[1], inner == parts[0]
        case "boolean_operator" if inner == outer.child_by_field_name("right"):
            left = outer.child_by_field_name("left")
            if left is not None:
                yield left, is_and(outer)
        case "if_statement" | "elif_clause" if condition is not None:
            if inner == outer.child_by_field_name("consequence"):
                yield condition, True
            elif inner.type in BRANCHES:
                yield condition, False
        case "while_statement" if condition is not None and inner == outer.child_by_field_name("body"):
            yield condition, True
        case _:
            pass


def _parts(condition: Node, *, holds: bool) -> Iterator[Node]:
    """What is true, each by itself, where the condition holds, or false where it doesn't."""
    stack = [condition]
    while stack:
        node = stack.pop()
        is_whole = node.type == "boolean_operator" and is_and(node) == holds
        if node.type == "parenthesized_expression" or is_whole:
            stack += [child for child in node.named_children if child.type != "comment"]
        else:
            yield node


def _says_none(site: Site, part: Node, holds: bool) -> bool:
    operators = ("is", "==") if holds else ("is not", "!=")
    return part.type == "comparison_operator" and text(part) in [f"{site.source} {each} None" for each in operators]


def _may_be_set(site: Site, test: Node, condition: Node, used: Node) -> bool:
    """Whether it gets a value between the test and the place; an attribute, and what other functions set, by anything
    that is done there."""
    span, sets = site.tree.span, list(site.sets_in(site.tree.root))
    between = ((span(test).end, span(condition).end), (span(used).start, site.span.start))
    if any(start <= span(one.node).start < end for start, end in between for one in sets):
        return True
    is_shared = site.node.type == "attribute" or any(one.path[-1].type in _SHARING for one in sets)
    return is_shared and any(_RUNS_OTHERS.search(site.tree.text, start, end) for start, end in between)
