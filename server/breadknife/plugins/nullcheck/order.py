"""What a value's own evaluation changes: what is read earlier in its statement can't be read after it instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from breadknife.text.syntax import Node, SyntaxTree


@dataclass(frozen=True)
class Reading:
    """A language's nodes that read something, or change it."""

    sets: Mapping[str, str]
    """What gives a name a value in an expression -> the field that has the name."""
    call: str
    only_reads: Callable[[str], bool]
    """Whether a function or method of that name changes nothing."""
    names: frozenset[str]
    members: Mapping[str, str]
    """Properties and elements -> the field that has their owner."""
    unread: Mapping[str, str]
    """Where a name or member is only called, declared or set: its parent -> the field."""
    later: frozenset[str]
    """What is inside of these isn't evaluated with them."""
    element: str = ""
    """Of the members the one that is always read."""


def changes_what_is_read(tree: SyntaxTree, statement: Node, node: Node, reading: Reading) -> bool:
    """Whether evaluating the node changes what the statement reads before it: `i + xs[i++]`, `f(q.length, q.pop())`."""
    sets, reached = set[str](), set[str]()
    for part in _nodes(node, reading):
        if (field := reading.sets.get(part.type)) is not None and (target := part.child_by_field_name(field)):
            sets.add(tree.source(target))
        elif part.type == reading.call and not reading.only_reads(_called(tree, part)):
            function, given = part.child_by_field_name("function"), part.child_by_field_name("arguments")
            receiver = _owner(function, reading) if function is not None else None
            for each in (receiver, *(given.named_children if given is not None else ())):
                reached |= {_root(tree, each, reading)} if each is not None else set()
    if not sets and not reached:
        return False
    return any(
        tree.source(read) in sets or (read.type in reading.members and _root(tree, read, reading) in reached)
        for read in _nodes(statement, reading)
        if read.end_byte <= node.start_byte and _is_read(read, reading)
    )


def _called(tree: SyntaxTree, call: Node) -> str:
    function = call.child_by_field_name("function")
    if function is None:
        return ""
    name = function.child_by_field_name("property") or function.child_by_field_name("attribute")
    return tree.source(name or function)


def _is_read(node: Node, reading: Reading) -> bool:
    parent = node.parent
    if parent is None or not (node.type in reading.names or node.type in reading.members):
        return False
    field = reading.unread.get(parent.type)
    return field is None or node.type == reading.element or node != parent.child_by_field_name(field)


def _owner(node: Node, reading: Reading) -> Node | None:
    field = reading.members.get(node.type)
    return node.child_by_field_name(field) if field is not None else None


def _root(tree: SyntaxTree, node: Node, reading: Reading) -> str:
    """The name that an expression begins with, or its own text."""
    while (owner := _owner(node, reading) or node.child_by_field_name("function")) is not None:
        node = owner
    return tree.source(node)


def _nodes(top: Node, reading: Reading) -> Iterator[Node]:
    stack = [top]
    while stack:
        node = stack.pop()
        yield node
        stack += [child for child in node.named_children if child.type not in reading.later]
