"""Tests put into a condition: that which a place stands in, `while x is not None and x.y`, or that of its block."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import NamedTuple

from breadknife.plugins.nullcheck.repairs.python.counted import decides, is_decided, is_each_counted
from breadknife.plugins.nullcheck.repairs.python.evaluation import COMPREHENSIONS, is_always_evaluated
from breadknife.plugins.nullcheck.repairs.python.nodes import is_and, key_of, text
from breadknife.plugins.nullcheck.repairs.python.occurrences import Role, occurrences, role_of
from breadknife.plugins.nullcheck.repairs.python.refusing import only_assigns, only_leaves, only_refuses, refuses
from breadknife.plugins.nullcheck.repairs.python.rounds import is_used_after
from breadknife.plugins.nullcheck.repairs.python.site import Site, is_in_brackets
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_CONDITIONS = {"if_statement": "condition", "elif_clause": "condition", "while_statement": "condition"}
_LATER = COMPREHENSIONS | {"lambda", "block", "function_definition"}
_POSTFIX = frozenset({"attribute", "call", "subscript", "await"})
_VALUES_OF = frozenset({"parenthesized_expression", "boolean_operator", "conditional_expression"})
"""Their value may be that of one of their parts."""
_TRUTH_OF_PART = frozenset({"boolean_operator", "parenthesized_expression", "argument_list"})
"""As true as what makes them so."""
_LOOSER = frozenset({"conditional_expression", "lambda", "named_expression"})
"""Binds less than `and`."""

_REFUSE_NONE = re.compile(
    r"(?:io\.)?open|json\.loads?|re\.\w+|os\.(?:path\.\w+|fspath|stat|mkdir|makedirs|remove|unlink|rename|replace)"
    r"|(?:builtins\.|decimal\.|fractions\.|pathlib\.|uuid\.)?(?:bytearray|Decimal|Path|PurePath|UUID)"
    r"|ast\.(?:parse|literal_eval)|html\.(?:un)?escape|(?:\w+\.)*(?:fromisoformat|strptime)"
    r"|shlex\.(?:split|quote)|base64\.\w+|tomllib\.loads?"
    r"|[\s\S]*\.(?:startswith|endswith|join|replace|removeprefix|removesuffix|r?partition|fromhex|from_bytes)"
)
"""Functions, and methods of strings, whose first two arguments mustn't be None."""


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


def filtered(site: Site, name: str) -> Filtered | None:
    """The test as a clause of the comprehension that the place's first name is from, or None where it is from none, or
    where each element counts; of what gets a name (see `tested`), of the comprehension that gives all that is asked of
    it."""
    made = _bound_in_clause(site, name) if name else _tested_in_clause(site) if site.is_name else None
    return made if made is not None and not is_each_counted(site, made.comprehension) else None


def keeps_nothing(site: Site) -> bool:
    """Whether the place's test in the condition is one of a comprehension for all that it has."""
    for node, around in pairwise(reversed(site.path)):
        if node.type == "if_clause":
            return not site.is_bound_in((around,))
        if node.type in _LATER or (node.type == "boolean_operator" and not is_and(node)):
            return False
    return False


def _bound_in_clause(site: Site, name: str) -> Filtered | None:
    at = next((at for at in range(len(site.path) - 1, 0, -1) if site.path[at].type in COMPREHENSIONS), None)
    if at is None or _is_in_iterable(site):
        return None
    given, *clauses = (child for child in site.path[at].named_children if child.type != "comment")
    inside = (*site.path[at + 1 :], site.node)
    if inside[0] != given or not is_always_evaluated(inside) or not _first(site, given, strictly=True):
        return None
    end = site.tree.span(clauses[-1]).end
    test = TextEdit(Span(end, end), f" if {site.bound(name)} is not None")
    return Filtered((TextEdit(site.span, name), test), site.path[at])


def _tested_in_clause(site: Site) -> Filtered | None:
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


def chained(site: Site, name: str) -> tuple[TextEdit, ...] | None:
    """None in place of all that is asked of the value in a row (`?.` of other languages), or None where nothing is, or
    what gets the None would fail of it. `name`: see `tested`; without one only what can be evaluated twice."""
    inner, path = site.node, site.path
    while path and path[-1].type in _POSTFIX and path[-1].named_children[0] == inner:
        inner, path = path[-1], path[:-1]
    is_set = any(outer.child_by_field_name("left") == inner for outer in site.path)
    if inner == site.node or is_set or not (name or site.is_name) or _takes_no_none(inner, path):
        return None
    if name and (_is_in_iterable(site) or _bound_in_clause(site, name)):
        return None
    span = site.tree.span(inner)
    value = site.bound(name) if name else site.source
    opened, closed = ("", "") if is_in_brackets(inner, path) else ("(", ")")
    return (
        *((TextEdit(Span(span.start, span.start), opened),) if opened else ()),
        *((TextEdit(site.span, name),) if name else ()),
        TextEdit(Span(span.end, span.end), f" if {value} is not None else None{closed}"),
    )


def _takes_no_none(value: Node, path: tuple[Node, ...]) -> bool:
    """Whether a None instead of the value fails right there: as an iterable, formatted in a way of its own, as an
    exception that is raised or caught, given to what takes none. `path`: from the root down to it, without it."""
    while path and path[-1].type in _VALUES_OF:
        value, path = path[-1], path[:-1]
    outer = path[-1]
    if outer.type == "raise_statement":
        return outer.child_by_field_name("cause") != value
    if any(child.type == "format_specifier" for child in outer.children):
        return True
    return role_of(value, path) is Role.USE or _is_caught(path) or _is_refused_by_call(value, path)


def _is_refused_by_call(value: Node, path: tuple[Node, ...]) -> bool:
    """Whether it is one of the arguments of a function of the library that takes no None for them."""
    given = path[-1]
    function = path[-2].child_by_field_name("function") if given.type == "argument_list" and len(path) > 1 else None
    return function is not None and value in given.named_children[:2] and bool(_REFUSE_NONE.fullmatch(text(function)))


def _is_caught(path: tuple[Node, ...]) -> bool:
    """Whether what stands at the end of a path is in the head of an `except`."""
    for outer in reversed(path):
        if outer.type in ("block", "lambda"):
            return False
        if outer.type == "except_clause":
            return True
    return False


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
