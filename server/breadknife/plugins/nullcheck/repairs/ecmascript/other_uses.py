"""What else is done with the value of a place, and what it is taken for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from breadknife.plugins.nullcheck.repairs import rounds
from breadknife.plugins.nullcheck.repairs.ecmascript.expression_edits import is_all_of_statement
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import (
    BLOCKS,
    FUNCTIONS,
    PARTS,
    is_optional,
    may_change,
)
from breadknife.plugins.nullcheck.repairs.ecmascript.site import SIMPLE, Site
from breadknife.text.syntax import Node, nodes_in

_STORES = re.compile(r"(?:push|unshift|set|add|put|append|prepend|enqueue|(?:insert|write)(?:[A-Z]\w*)?)")
"""Methods. What a name such as `addEventListener` says is another thing."""
_LOOKED_UP = re.compile(r"\.(?:find|findLast|pop|shift|at|get)\([^;]*\)$")


def is_read_after(site: Site) -> bool:
    """Whether the rest of the statement, or one after it in the function, reads a member of the value, before one asks
    whether it is there or gives it anew."""
    if not site.is_name:
        return False
    statement = next((node for node in _inside(site) if node.type in SIMPLE), site.parent)
    if any(_reads(site, node) for node in nodes_in(statement)):
        return True
    for statement in _following(site):
        if statement.type == "expression_statement" and site.source in bound(site, statement):
            return False
        condition = statement.child_by_field_name("condition")
        read = any(_reads(site, node) for node in nodes_in(condition or statement))
        if read or (condition is not None and any(site.text(n) == site.source for n in nodes_in(condition))):
            return read
    return False


def chained_elsewhere(site: Site) -> bool:
    return site.is_name and re.search(rf"(?<![\w.$]){re.escape(site.source)}\?\.", site.tree.text) is not None


def _inside(site: Site) -> Iterator[Node]:
    """The nodes around the place, within the function."""
    return takewhile(lambda node: node.type not in FUNCTIONS, reversed(site.path))


def _following(site: Site) -> Iterator[Node]:
    """The statements after the place's own, those of the inner blocks first."""
    inner = site.node
    for outer in _inside(site):
        if outer.type in BLOCKS:
            following = inner.next_named_sibling
            while following is not None:
                yield following
                following = following.next_named_sibling
        inner = outer


def _reads(site: Site, node: Node) -> bool:
    if node.type == "arguments" and node.start_byte > site.node.end_byte:
        return any(site.text(each) == site.source for each in node.named_children)
    read = node.child_by_field_name("object") if node.type in PARTS else None
    return (
        read is not None
        and read.start_byte > site.node.start_byte
        and site.text(read) == site.source
        and not is_optional(node)
    )


def same_reads(site: Site) -> list[Node]:
    """Where the same element or member is read again in the rest of the statement, before anything might change it.
    What gets a name there has it, too."""
    if site.statement is None or site.statement.type not in SIMPLE or not site.is_steady:
        return []
    nodes = list(nodes_in(site.statement, but=FUNCTIONS))
    changes = (node.end_byte for node in nodes if may_change(node) and node.end_byte > site.node.end_byte)
    limit = min(changes, default=site.tree.root.end_byte)
    again = (node for node in nodes if site.node.end_byte <= node.start_byte < limit and node.type == site.node.type)
    return [node for node in again if site.text(node) == site.source and not _is_target(node)]


def _is_target(node: Node) -> bool:
    """Whether it gets a value, or is called: by another name, a method has no `this`."""
    outer = node.parent
    return outer is not None and node in (outer.child_by_field_name("left"), outer.child_by_field_name("function"))


def stores(site: Site) -> bool:
    """Whether the value is given something to keep, and that is all of the statement."""
    call = site.path[-2] if len(site.path) > 1 and site.path[-2].type == "call_expression" else None
    given, name = (call.child_by_field_name("arguments"), site.parent.child_by_field_name("property")) if call else (
        None, None
    )  # fmt: skip
    if given is None or name is None or not given.named_child_count or not is_all_of_statement(site):
        return False
    return site.parent.child_by_field_name("object") == site.node and (_STORES.fullmatch(site.text(name)) is not None)


def is_taken_to_be_there(site: Site) -> bool:
    """Whether it is what was looked up in an array, a map or a record, and no type names the null: an element that its
    index may miss, or what `find` and the like give."""
    if _LOOKED_UP.search(site.declared_as):
        return True
    is_known = (site.node.start_byte, site.node.end_byte) in site.nullable
    return not is_known and site.declared_as.endswith("]")


_LOOPS = rounds.Loops(
    sets={
        "assignment_expression": "left",
        "augmented_assignment_expression": "left",
        "variable_declarator": "name",
        "update_expression": "argument",
    },
    calls=frozenset({"call_expression"}),
    steps=frozenset({"for_in_statement"}),
    sometimes=FUNCTIONS | {"statement_block", "switch_case", "switch_default", "if_statement"},
)


def goes_on(site: Site, loop: Node) -> bool:
    """Whether `continue` before the place leads on to another value."""
    check = rounds.Check(site.tree, site.node, site.statement or site.node, site.is_name)
    return rounds.goes_on(_LOOPS, check, loop)


def bound(site: Site, part: Node) -> Iterator[str]:
    """The names that get a value there, not in a function of its own."""
    return rounds.bound(_LOOPS, site.tree, part, FUNCTIONS)
