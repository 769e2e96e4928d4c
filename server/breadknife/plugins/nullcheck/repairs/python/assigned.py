"""An attribute that its own method has surely set before a place.

Checkers forget it in a function within the method; mypy never learns it where the declaration says None alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.python.declarations import attribute
from breadknife.plugins.nullcheck.repairs.python.kinds import type_of
from breadknife.plugins.nullcheck.repairs.python.nodes import key_of, sets_by_name, text
from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role
from breadknife.plugins.nullcheck.repairs.python.site import Site
from breadknife.text.syntax import Node


def assigned(site: Site) -> str:
    """Why the attribute is there, as a clause, or "". What runs between, or before a function within is called, may be
    any method: none of the file may set it to what may be None."""
    key, owner = key_of(site.node), site.owner
    if not key.startswith("self.") or key.count(".") != 1 or owner is None:
        return ""
    found = attribute(site.tree, key, owner)
    others = [one for one in found.others if one.role is Role.SET]
    sets = [one for one in (*found.sets, *others) if not _is_declared_only(one)]
    before = {one.assignment.start_byte for one in sets if one.assignment is not None and _is_sure(site, one)}
    at = next((at for at in _done_before(site) if at in before), None)
    if at is None or sets_by_name(owner):
        return ""
    method = next(node for node in site.path[site.path.index(owner) :] if node.type == "function_definition")
    unsure = [one for one in sets if not _is_sure(site, one)]
    if all(_is_over(one, owner, method, at) for one in unsure):
        return "it is set above, and never to None after that"
    return ""


def _done_before(site: Site) -> Iterator[int]:
    """Where the assignments begin that are done before the place in any case, the last first within each block."""
    inner = site.node
    for outer in reversed(site.path):
        if outer.type == "class_definition":
            return
        if outer.type == "block":
            for statement in reversed(outer.named_children):
                done = statement.named_children[0] if statement.type == "expression_statement" else None
                if done is not None and statement.end_byte <= inner.start_byte:
                    yield done.start_byte
        inner = outer


def _is_declared_only(one: Occurrence) -> bool:
    return one.annotation is not None and one.value is None


def _is_sure(site: Site, one: Occurrence) -> bool:
    value = one.value
    is_own = value is not None and value.type != "identifier"  # a parameter is as sure as its callers are
    return is_own and bool(type_of(site.tree, value, None))


def _is_over(one: Occurrence, owner: Node, method: Node, at: int) -> bool:
    """Whether nothing gives that value once the assignment is done: it is the class's own, or that of `__init__`."""
    function = one.inside("function_definition")
    if function is None:
        return owner in one.path
    name = function.child_by_field_name("name")
    if name is None or text(name) != "__init__" or one.scope != function:
        return False
    return function != method or one.node.start_byte < at
