"""When parts of a statement are evaluated: at once, later, more than once, and what else that may change."""

from __future__ import annotations

from itertools import pairwise

from breadknife.text.syntax import Node

COMPREHENSIONS = frozenset({
    "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression",
})  # fmt: skip
_LAZY = frozenset({
    "lambda", "named_expression", "function_definition", "class_definition", "decorator", "elif_clause", "else_clause",
    "except_clause", "finally_clause", "case_clause",
})  # fmt: skip
"""Evaluated later than the statement that they stand in, not at all, or more than once."""
EFFECTS = frozenset({"call", "await", "yield", "named_expression"})


def is_always_evaluated(inside: tuple[Node, ...], *, filters: bool = False) -> bool:
    """Whether the first of these nodes, each of which is in the one before, is never evaluated without the last, and
    that once. `filters`: or is what filters all that a comprehension has, of which a None would leave nothing."""
    for outer, inner in pairwise(inside):
        if outer.type in COMPREHENSIONS and not (filters and _filters_all(outer, inner)):
            first = first_clause(outer)
            if inner != first or first.child_by_field_name("right") not in inside:
                return False  # only its first iterable is evaluated at once
        elif outer.type in _LAZY:
            return False
        if outer.type == "boolean_operator" and inner != outer.child_by_field_name("left"):
            return False
        if outer.type == "conditional_expression" and inner != outer.named_children[1]:
            return False
        if outer.type == "comparison_operator" and inner not in outer.named_children[:2]:
            return False
    return inside[0].type not in _LAZY


def first_clause(comprehension: Node) -> Node:
    return next(child for child in comprehension.named_children if child.type == "for_in_clause")


def _filters_all(comprehension: Node, clause: Node) -> bool:
    """Whether it is the first condition of a comprehension that is evaluated where it stands."""
    conditions = (child for child in comprehension.named_children if child.type == "if_clause")
    around = comprehension.parent
    is_lazy = comprehension.type == "generator_expression" and (around is None or around.type != "call")
    return clause == next(conditions, None) and not is_lazy


def has_effect(node: Node) -> bool:
    return node.type in EFFECTS or any(map(has_effect, node.named_children))
