"""A use where a condition around says that the value is None: another test beneath would say what that denies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.python.reading.nodes import is_and, text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import BRANCHES, Site
from breadknife.text.syntax import Node

_SHARING = ("global_statement", "nonlocal_statement")
_RUNS_OTHERS = re.compile(r"\([^()]*\)|\b(?:await|with|yield)\b")
"""Something else is done there: a call, for the most part."""


def is_denied(site: Site) -> bool:
    """Whether a test around the place says that the value is None there."""
    inner = site.node
    for outer in reversed(site.path) if site.is_name else ():
        if outer.type in ("function_definition", "class_definition", "lambda"):
            return False
        for condition, holds in _conditions(outer, inner):
            if test := next((each for each in _parts(condition, holds=holds) if _says_none(site, each, holds)), None):
                return not _may_be_set(site, test, condition, inner)
            if any(one.role is Role.TEST for one in occurrences(site.tree, site.source, condition)):
                return False
        inner = outer
    return False


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
