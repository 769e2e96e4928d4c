"""Checks in `finally` and `except`: what they raise takes the place of an exception that is under way, and what leaves
there loses it. And what is None where there was none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.python.nodes import text
from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.refusing import may_end_in_exception
from breadknife.plugins.nullcheck.repairs.python.site import LOOPS, Site, own_nodes
from breadknife.plugins.nullcheck.repairs.python.trying import catches_none
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.syntax import Node

_CLAUSES = ("finally_clause", "except_clause", "except_group_clause")
_GROUP = re.compile(r"except\s*\*")
"""Nothing may leave it."""


def is_exception_under_way(place: Site) -> bool:
    """Not where the `try` begins with a use of the same value, of which a None wouldn't have got to the place."""
    around = next(_clauses(place.path), None)
    return around is not None and not _has_used(around, place)


def _has_used(clause: Node, place: Site) -> bool:
    attempt = place.path[place.path.index(clause) - 1]
    body = attempt.child_by_field_name("body")
    if clause.type == "finally_clause" or body is None or not place.is_name or catches_none(clause):
        return False
    begin = next((each for each in body.named_children if each.type != "comment"), None)
    found = [one for name in place.prefixes for one in occurrences(place.tree, name, attempt)]
    before = [one for one in found if one.node.start_byte < place.node.start_byte]
    uses = (one for one in before if one.role is Role.USE and text(one.node) == place.source)
    used = (Site(place.tree, one.node, place.use, one.path).statement for one in uses)
    return begin in used and not any(one.role is Role.SET for one in before)


def is_none_without_exception(site: Site) -> bool:
    """Whether only an `except` gives the name something else than the None that it was set to: that is what it is
    whenever nothing fails."""
    if site.node.type != "identifier" or site.function is None or next(_clauses(site.path), None) is not None:
        return False
    sets = [one for one in occurrences(site.tree, site.source, site.function) if one.role is Role.SET]
    others = [one for one in sets if one.value is None or one.value.type != "none"]
    return 0 < len(others) < len(sets) and all(_is_instead(one, site) for one in others)


def _is_instead(found: Occurrence, site: Site) -> bool:
    """Whether it stands in an `except`, and the place is gone on to where what is tried doesn't fail."""
    clause = found.inside("except_clause")
    attempt = found.path[found.path.index(clause) - 1] if clause is not None else None
    parts = attempt.named_children if attempt is not None else ()
    tried = [part.child_by_field_name("body") or part for part in parts if part.type in ("block", "else_clause")]
    last = _last(tried[-1]) if tried else None
    if last is None or last.type in ("return_statement", "raise_statement"):
        return False
    return last.type != "break_statement" or found.inside(*LOOPS) not in site.path  # else it is in the loop's `else`


def _last(block: Node) -> Node | None:
    done = [child for child in block.named_children if child.type != "comment"]
    body = done[-1].child_by_field_name("body") if done and done[-1].type == "with_statement" else None
    return _last(body) if body is not None else done[-1] if done else None


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
