"""What else is done with the value of a place: `?.` there is no test for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from breadknife.plugins.nullcheck.ecmascript.outline import FUNCTIONS
from breadknife.plugins.nullcheck.ecmascript.rounds import bound
from breadknife.plugins.nullcheck.ecmascript.site import BLOCKS, PARTS, SIMPLE, Site, is_optional
from breadknife.text.syntax import Node


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
        read = any(_reads(site, node) for node in _nodes(condition or statement))
        if read or (condition is not None and any(site.outline.text(n) == site.source for n in _nodes(condition))):
            return read
    return False


def is_handed_on_after(site: Site) -> bool:
    """Whether what follows in its block passes it to a call, which would be made without this step."""
    following = site.statement.next_named_sibling if site.statement is not None and site.is_name else None
    while following is not None:
        for node in _nodes(following):
            given = node.named_children if node.type == "arguments" else []
            if any(site.outline.text(each) == site.source for each in given):
                return True
        following = following.next_named_sibling
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
    read = node.child_by_field_name("object") if node.type in PARTS else None
    return (
        read is not None
        and read.start_byte > site.node.start_byte
        and site.outline.text(read) == site.source
        and not is_optional(node)
    )


def _nodes(top: Node) -> Iterator[Node]:
    stack = [top]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(node.named_children)
