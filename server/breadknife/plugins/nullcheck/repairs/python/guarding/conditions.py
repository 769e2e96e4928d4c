"""Tests put into a condition: that which a place stands in, `while x is not None and x.y`, or that of its block."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import NamedTuple

from breadknife.plugins.nullcheck.repairs.python.guarding.refusing import (
    only_assigns,
    only_leaves,
    only_refuses,
    refuses,
)
from breadknife.plugins.nullcheck.repairs.python.guarding.rounds import is_used_after
from breadknife.plugins.nullcheck.repairs.python.reading.evaluation import COMPREHENSIONS
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import is_and, key_of, text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_CONDITIONS = {"if_statement": "condition", "elif_clause": "condition", "while_statement": "condition"}
_LATER = COMPREHENSIONS | {"lambda", "block", "function_definition"}
_TRUTH_OF_PART = frozenset({"boolean_operator", "parenthesized_expression", "argument_list"})
"""As true as what makes them so."""
_LOOSER = frozenset({"conditional_expression", "lambda", "named_expression"})
"""Binds less than `and`."""


def decides(node: Node) -> bool:
    """Whether it is a call of `all` or `any`: of each element only the truth counts to them."""
    function = node.child_by_field_name("function") if node.type == "call" else None
    return function is not None and text(function) in ("all", "any")


def is_decided(site: Site, at: int) -> bool:
    """Whether the node at that place in the path is a comprehension, of whose elements, in which the place stands, only
    the truth counts."""
    outer, inner = site.path[at], (*site.path, site.node)[at + 1]
    if outer.type not in COMPREHENSIONS or inner != outer.named_children[0]:
        return False
    around = [node for node in site.path[:at] if node.type != "argument_list"]
    return bool(around) and decides(around[-1])


class Filtered(NamedTuple):
    edits: tuple[TextEdit, ...]
    comprehension: Node


def tested(site: Site, name: str, *, strictly: bool) -> tuple[TextEdit, ...] | None:
    """The test in the condition around the place, or None where a test would change what happens to a value that is
    there, or what is evaluated for a None. `name` is for what can't be tested twice: the test binds it (a walrus).
    `strictly`: see `_first`."""
    if name and _is_in_iterable(site):
        return None
    if (at := _part(site)) is None:
        return None
    outer, inner = site.path[at], _inside(site, at)
    if outer.type == "conditional_expression" and inner == outer.named_children[0]:
        return _after(site, outer, inner) if not name else None
    # As a value an operand is what it gives; as a condition only its truth counts.
    truth_only = _is_condition(site, at) or _counts_as_condition(site, at)
    if not truth_only or not _first(site, inner, strictly=strictly):
        return None
    refusal = refusal_of(site)
    if refusal is not None and any(one.role is Role.USE for one in occurrences(site.tree, site.source, refusal)):
        return None  # where it is None, that would be done with it
    return _before(site, inner, name, is_refused=refusal is not None, in_and=is_and(outer))


def _part(site: Site) -> int | None:
    """Where in the path the node is of which a part, with the place in it, is a condition, or an operand of one."""
    for at in range(len(site.path) - 1, -1, -1):
        outer, inner = site.path[at], _inside(site, at)
        if outer.type == "conditional_expression" and inner == outer.named_children[0]:
            return at
        if outer.type == "boolean_operator" or _is_condition(site, at):
            return at
        if outer.type in _LATER or outer.type == "conditional_expression":
            return None
        if outer.type == "comparison_operator" and inner not in outer.named_children[:2]:
            return None
    return None


def _inside(site: Site, at: int) -> Node:
    return (*site.path, site.node)[at + 1]


def refusal_of(site: Site) -> Node | None:
    """The block of an `if` that only refuses where what the place stands in is true, or leaves before the value is used
    again: there a None has to be let in, not kept out."""
    owner = _decided_by(site)
    block = owner.child_by_field_name("consequence") if owner is not None else None
    if block is None:
        return None
    return block if only_refuses(block) or (only_leaves(block) and site.is_name and is_used_after(site)) else None


def may_refuse(site: Site) -> bool:
    """Whether what is done where what the place stands in is true ends as if something weren't right."""
    owner = _decided_by(site)
    block = owner and (owner.child_by_field_name("consequence") or owner.child_by_field_name("body"))
    return block is not None and refuses(block)


def _decided_by(site: Site) -> Node | None:
    """The statement whose block is done where what the place stands in is true."""
    part = _part(site)
    for at in range(part, -1, -1) if part is not None else ():
        outer = site.path[at]
        if outer.type in _CONDITIONS and _is_condition(site, at):
            return outer
        if outer.type not in _TRUTH_OF_PART and not is_decided(site, at) and not decides(outer):
            return None
    return None


def tested_around(site: Site) -> tuple[TextEdit, ...] | None:
    """The test in the condition of the `if` whose block the place stands in, or None where there is none alone, or
    something is done in the block before that a None didn't hinder, or that may set the value."""
    at = next((at for at in range(len(site.path) - 1, 0, -1) if site.path[at].type == "block"), 0)
    block, outer = site.path[at], site.path[at - 1]
    condition = outer.child_by_field_name("condition")
    if outer.type != "if_statement" or outer.child_by_field_name("alternative") is not None or condition is None:
        return None
    before = [each for each in block.named_children if each.end_byte <= site.node.start_byte]
    if not all(map(only_assigns, before)) or not _first(site, block, strictly=True):
        return None
    if any(site.sets_in(outer)):
        return None
    return _appended(site, condition)


def _is_in_iterable(site: Site) -> bool:
    """Whether it stands where Python allows no walrus."""
    return any(node.type == "for_in_clause" for node in site.path)


def keeps_nothing(site: Site) -> bool:
    """Whether the place's test in the condition is one of a comprehension for all that it has."""
    for node, around in pairwise(reversed(site.path)):
        if node.type == "if_clause":
            return not site.is_bound_in((around,))
        if node.type in _LATER or (node.type == "boolean_operator" and not is_and(node)):
            return False
    return False


def filtered(site: Site) -> Filtered | None:
    """The test as a clause of the comprehension that the place's first name is from; None where it is from none."""
    if not site.is_name:
        return None
    name = re.compile(rf"\b{re.escape(site.source.partition('.')[0])}\b")
    for outer in reversed(site.path):
        clauses = outer.named_children if outer.type in COMPREHENSIONS else []
        for at, clause in enumerate(clauses):
            left = clause.child_by_field_name("left")
            if left is not None and name.search(text(left)):
                own = [clause, *takewhile(lambda each: each.type == "if_clause", clauses[at + 1 :])]
                if any(each in site.path for each in own):
                    return None
                before = list(takewhile(lambda each: not _uses(site, each), own[1:]))
                end = site.tree.span([clause, *before][-1]).end
                return Filtered((TextEdit(Span(end, end), f" if {site.source} is not None"),), outer)
        if outer.type in ("lambda", "function_definition"):
            break
    return None


def _uses(site: Site, clause: Node) -> bool:
    return any(one.role is Role.USE for one in occurrences(site.tree, site.source, clause))


def _is_condition(site: Site, at: int) -> bool:
    """Whether only the truth counts of what the node at that place in the path has of the place."""
    outer, inner = site.path[at], _inside(site, at)
    if outer.type in _CONDITIONS:
        return outer.child_by_field_name(_CONDITIONS[outer.type]) == inner
    if outer.type == "conditional_expression":
        return outer.named_children[1] == inner
    return outer.type == "if_clause" or is_decided(site, at)


def _counts_as_condition(site: Site, at: int) -> bool:
    for outer_at in range(at - 1, -1, -1):
        if site.path[outer_at].type not in ("boolean_operator", "parenthesized_expression", "not_operator"):
            return _is_condition(site, outer_at)
    return False


def _first(site: Site, operand: Node, *, strictly: bool = False) -> bool:
    """Whether nothing is evaluated in the operand before the place that may set it; `strictly`: nothing with an
    effect."""
    stack = [operand]
    while stack:
        node = stack.pop()
        if node.type == "named_expression":
            return False
        if node.type in ("call", "await", "yield") and node.end_byte <= site.node.start_byte:
            return site.node.type == "identifier" and not strictly
        stack.extend(child for child in node.named_children if child.start_byte < site.node.start_byte)
    return True


def _before(site: Site, operand: Node, name: str, *, is_refused: bool, in_and: bool) -> tuple[TextEdit, ...]:
    """`is_refused`: the whole is true of a None, too; `in_and`: of which the operand is one."""
    span, loose = site.tree.span(operand), operand.type in _LOOSER
    test = site.test(site.bound(name) if name else "", for_none=is_refused) + (" or " if is_refused else " and ")
    opened = "(" * (is_refused and in_and)
    if name and site.span.start == span.start and not loose:
        edits = [TextEdit(site.span, opened + test + name)]
    else:
        edits = [TextEdit(Span(span.start, span.start), opened + test + "(" * loose)]
        edits += [TextEdit(site.span, name)] if name else []
    closed = ")" * (loose + len(opened))
    return (*edits, TextEdit(Span(span.end, span.end), closed)) if closed else tuple(edits)


def _after(site: Site, ternary: Node, value: Node) -> tuple[TextEdit, ...] | None:
    """`x.y if c and x is not None else d`."""
    condition = ternary.named_children[1]
    if not key_of(site.node) or not _first(site, value) or condition.type == "comment":
        return None
    return _appended(site, condition)


def _appended(site: Site, condition: Node) -> tuple[TextEdit, ...]:
    span = site.tree.span(condition)
    loose = condition.type in _LOOSER or (condition.type == "boolean_operator" and not is_and(condition))
    opened = (TextEdit(Span(span.start, span.start), "("),) if loose else ()
    return (*opened, TextEdit(Span(span.end, span.end), ")" * loose + f" and {site.test()}"))
