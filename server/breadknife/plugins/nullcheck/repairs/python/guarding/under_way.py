"""Checks in `finally` and `except`: what they raise takes the place of an exception that is under way, and what leaves
there loses it. And what is None where there was none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.python.guarding.refusing import may_end_in_exception
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import LOOPS, Site, own_nodes
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.syntax import Node

_CLAUSES = ("finally_clause", "except_clause", "except_group_clause")
_CATCHES_NONE = re.compile(r"AttributeError|TypeError")
_CATCHES_ALL = re.compile(r"\b(?:Base)?Exception\b")
_GROUP = re.compile(r"except\s*\*")
"""Nothing may leave it."""


def is_exception_under_way(place: Site) -> bool:
    """Not where the `try` begins with a use of the same value, of which a None wouldn't have got to the place."""
    around = next(_clauses(place.path), None)
    return around is not None and not _has_used(around, place)


def _has_used(clause: Node, place: Site) -> bool:
    attempt = place.path[place.path.index(clause) - 1]
    body = attempt.child_by_field_name("body")
    if clause.type == "finally_clause" or body is None or not place.is_name or _catches_none(clause):
        return False
    begin = next((each for each in body.named_children if each.type != "comment"), None)
    found = [one for name in place.prefixes for one in occurrences(place.tree, name, attempt)]
    before = [one for one in found if one.node.start_byte < place.node.start_byte]
    uses = (one for one in before if one.role is Role.USE and text(one.node) == place.source)
    used = (Site(place.tree, one.node, place.use, one.path).statement for one in uses)
    return begin in used and not any(one.role is Role.SET for one in before)


def lost_by(place: Site) -> frozenset[Strategy]:
    """The ways to leave before the place's statement by which an exception would be lost: any in `finally`, and in an
    `except` that raises further down; in `except*` Python has none. A loop that is all in the clause may be left."""
    if not any(_loses(clause, place) for clause in _clauses(place.path)):
        return frozenset()
    loop = next((at for at in range(len(place.path) - 1, -1, -1) if place.path[at].type in LOOPS), 0)
    is_left = any(_loses(clause, place) for clause in _clauses(place.path[loop:]))
    return frozenset({Strategy.RETURN, *((Strategy.CONTINUE, Strategy.BREAK) if is_left else ())})


def _clauses(path: tuple[Node, ...]) -> Iterator[Node]:
    """Those around, the innermost first, within the function."""
    for node in reversed(path):
        if node.type in ("function_definition", "lambda", "class_definition"):
            return
        if node.type in _CLAUSES:
            yield node


def _loses(clause: Node, place: Site) -> bool:
    if clause.type == "finally_clause" or _GROUP.match(text(clause)):
        return True
    raised = own_nodes(place.function, "raise_statement") if place.function is not None else []
    is_further_down = any(place.node.start_byte <= each.start_byte < clause.end_byte for each in raised)
    return is_further_down or may_end_in_exception(clause.named_children[-1])


def _catches_none(handler: Node) -> bool:
    """Whether an `except` catches what a use of None raises."""
    caught = _caught(handler)
    return not caught or _CATCHES_NONE.search(caught) is not None or _CATCHES_ALL.search(caught) is not None


def _caught(handler: Node) -> str:
    return " ".join(text(child) for child in handler.named_children if child.type not in ("comment", "block"))
