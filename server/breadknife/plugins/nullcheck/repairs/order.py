"""What is evaluated before what: a check may stand before a statement only where nothing else changes by that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from breadknife.text.syntax import Node, SyntaxTree, nodes_in


@dataclass(frozen=True)
class Accesses:
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
    waits: frozenset[str] = frozenset()
    """Where other code may run, and give any member another value."""
    element: str = ""
    """Of the members the one that is always read."""


def has_effects_before(
    statement: Node, node: Node, effects: frozenset[str], later: frozenset[str] = frozenset()
) -> bool:
    """Whether something of a statement is evaluated before the node that may change what it evaluates to: a node of
    one of the `effects`. What is in `later` ones isn't evaluated with the statement."""
    stack = [statement]
    while stack:
        part = stack.pop()
        if part.start_byte >= node.start_byte and part != statement:
            continue
        if part.type in effects and part.end_byte <= node.start_byte:
            return True
        stack += [child for child in part.named_children if child.type not in later]
    return False


def changes_what_is_read(tree: SyntaxTree, statement: Node, node: Node, accesses: Accesses) -> bool:
    """Whether evaluating the node changes what the statement reads before it: `i + xs[i++]`, `f(q.length, q.pop())`."""
    sets, reached = set[str](), set[str]()
    for part in nodes_in(node, accesses.later):
        if (field := accesses.sets.get(part.type)) is not None and (target := part.child_by_field_name(field)):
            sets.add(tree.source(target))
        elif part.type == accesses.call and not accesses.only_reads(_called(tree, part)):
            function, given = part.child_by_field_name("function"), part.child_by_field_name("arguments")
            receiver = _owner(function, accesses) if function is not None else None
            for each in (receiver, *(given.named_children if given is not None else ())):
                reached |= {_root(tree, each, accesses)} if each is not None else set()
    waits = any(part.type in accesses.waits for part in nodes_in(node, accesses.later))
    if not sets and not reached and not waits:
        return False
    return any(
        tree.source(read) in sets
        or (read.type in accesses.members and (waits or _root(tree, read, accesses) in reached))
        for read in nodes_in(statement, accesses.later)
        if read.end_byte <= node.start_byte and _is_read(read, accesses)
    )


def _called(tree: SyntaxTree, call: Node) -> str:
    function = call.child_by_field_name("function")
    if function is None:
        return ""
    name = function.child_by_field_name("property") or function.child_by_field_name("attribute")
    return tree.source(name or function)


def _is_read(node: Node, accesses: Accesses) -> bool:
    parent = node.parent
    if parent is None or not (node.type in accesses.names or node.type in accesses.members):
        return False
    field = accesses.unread.get(parent.type)
    return field is None or node.type == accesses.element or node != parent.child_by_field_name(field)


def _owner(node: Node, accesses: Accesses) -> Node | None:
    field = accesses.members.get(node.type)
    return node.child_by_field_name(field) if field is not None else None


def _root(tree: SyntaxTree, node: Node, accesses: Accesses) -> str:
    """The name that an expression begins with, or its own text."""
    while (owner := _owner(node, accesses) or node.child_by_field_name("function")) is not None:
        node = owner
    return tree.source(node)
