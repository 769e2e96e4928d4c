"""What else is done with the value of a place: `?.` there is no test for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import (
    BLOCKS,
    FUNCTIONS,
    PARTS,
    is_optional,
    may_change,
)
from breadknife.plugins.nullcheck.repairs.ecmascript.rounds import bound
from breadknife.plugins.nullcheck.repairs.ecmascript.site import SIMPLE, Site
from breadknife.text.syntax import Node, nodes_in

_KEEPS = re.compile(r"[\w$.]+\.push|(?:Math|console)\.\w+|Number|String|Boolean|parseInt|parseFloat")
_READERS = PARTS | {
    "arguments", "array", "assignment_expression", "augmented_assignment_expression", "binary_expression", "pair",
    "return_statement", "template_substitution", "variable_declarator",
}  # fmt: skip
"""What stands around an expression that is read and nothing else."""


def is_read_again(site: Site) -> bool:
    """Whether a member is read of the value in the rest of the statement, too."""
    if not site.is_name:
        return False
    statement = next((node for node in _inside(site) if node.type in SIMPLE), site.parent)
    stack = [statement]
    while stack:
        node = stack.pop()
        if _reads(site, node):
            return True
        stack += [child for child in node.named_children if child.end_byte > site.node.end_byte]
    return False


def is_read_after(site: Site) -> bool:
    """Whether a statement after it in the function reads a member of the value, before one asks whether it is
    there or gives it anew."""
    if not site.is_name:
        return False
    for statement in _following(site):
        if statement.type == "expression_statement" and site.source in bound(site, statement):
            return False
        condition = statement.child_by_field_name("condition")
        read = any(_reads(site, node) for node in nodes_in(condition or statement))
        if read or (condition is not None and any(site.text(n) == site.source for n in nodes_in(condition))):
            return read
    return False


def is_handed_on_after(site: Site) -> bool:
    """Whether what follows in its block passes it to a call, which would be made without this step."""
    following = site.statement.next_named_sibling if site.statement is not None and site.is_name else None
    while following is not None:
        for node in nodes_in(following):
            given = node.named_children if node.type == "arguments" else []
            if any(site.text(each) == site.source for each in given):
                return True
        following = following.next_named_sibling
    return False


def chained_elsewhere(site: Site) -> bool:
    return site.is_name and re.search(rf"(?<![\w.$]){re.escape(site.source)}\?\.", site.tree.text) is not None


def same_reads(site: Site) -> list[Node]:
    """Where the same element or member is read again after the place, in its statement and in those right after it,
    with nothing between that might change it: what gets a name there has it, too."""
    if site.statement is None or not site.is_steady:
        return []
    limit = site.tree.root.end_byte
    """Where the first change after the place has happened."""
    found = list[Node]()
    for part in _evaluated(site, site.statement):
        for node in nodes_in(part, but=FUNCTIONS):
            if may_change(node) and node.end_byte > site.node.end_byte and not _keeps_elements(site, node):
                limit = min(limit, node.start_byte if _is_gradual(node) else node.end_byte)
            elif (
                node.start_byte >= site.node.end_byte
                and node.type == site.node.type
                and site.text(node) == site.source
                and _is_only_read(node)
            ):
                found.append(node)
    return [node for node in found if node.start_byte < limit]


def _evaluated(site: Site, statement: Node) -> Iterator[Node]:
    """What is always evaluated of the place's statement, and, where that is all of it, of those right after it."""
    if statement.type not in SIMPLE:
        yield next(child for child in site.path if child.parent == statement) if site.parent != statement else site.node
        return
    following: Node | None = statement
    while following is not None and following.type in SIMPLE:
        yield following
        following = following.next_named_sibling


def _keeps_elements(site: Site, call: Node) -> bool:
    """Whether a call leaves elements that are there as they are: `xs.push(a)`, `Math.max(a, b)`."""
    function = call.child_by_field_name("function") if call.type == "call_expression" else None
    said = site.text(function) if function is not None else ""
    return site.node.type == "subscript_expression" and _KEEPS.fullmatch(said) is not None


def _is_gradual(change: Node) -> bool:
    """Whether some of it is read when other parts of it have changed already, or later than all of it."""
    target = change.child_by_field_name("left") or change.child_by_field_name("name")
    return change.type == "class_body" or (target is not None and target.type.endswith("_pattern"))


def _is_only_read(node: Node) -> bool:
    """Whether another name for it would do: it isn't set there, and not called, which gives it its `this`."""
    parent = node.parent
    if parent is None or parent.type not in _READERS:
        return False
    return parent.type == "binary_expression" or node != parent.child_by_field_name("left")


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
    read = node.child_by_field_name("object") if node.type in PARTS else None
    return (
        read is not None
        and read.start_byte > site.node.start_byte
        and site.text(read) == site.source
        and not is_optional(node)
    )
