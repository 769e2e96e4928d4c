"""What a value's own evaluation changes: what is read earlier in its statement can't be read after it instead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.ecmascript.outline import FUNCTIONS
from breadknife.plugins.nullcheck.ecmascript.rules import ARRAY_METHODS, CALLS, STRING_METHODS
from breadknife.text.syntax import Node, SyntaxTree

_READS = re.compile(
    r"(?:get|find|has|is|query|to|peek)(?:[A-Z]\w*)?|at|concat|entries|includes|indexOf|keys|slice|values"
)
_TAKES = frozenset({"pop", "push", "reverse", "shift", "sort", "splice", "unshift"})
_ONLY_READ = (STRING_METHODS | ARRAY_METHODS | CALLS.keys()) - _TAKES
_SETS = {"update_expression": "argument", "assignment_expression": "left", "augmented_assignment_expression": "left"}
_NAMES = frozenset({"identifier", "shorthand_property_identifier", "this"})
_PARTS = frozenset({"member_expression", "subscript_expression"})


def changes_what_is_read(tree: SyntaxTree, statement: Node, node: Node) -> bool:
    """Whether evaluating the node changes what the statement reads before it: `i + xs[i++]`, `f(q.length, q.pop())`."""
    sets, reached = set[str](), set[str]()
    for part in _nodes(node):
        if (field := _SETS.get(part.type)) is not None and (target := part.child_by_field_name(field)) is not None:
            sets.add(tree.source(target))
        elif part.type == "call_expression" and not _only_reads(tree, part):
            function, given = part.child_by_field_name("function"), part.child_by_field_name("arguments")
            receiver = function.child_by_field_name("object") if function is not None else None
            for each in (receiver, *(given.named_children if given is not None else ())):
                reached |= {_root(tree, each)} if each is not None else set()
    if not sets and not reached:
        return False
    return any(
        tree.source(read) in sets or (read.type in _PARTS and _root(tree, read) in reached)
        for read in _nodes(statement)
        if read.end_byte <= node.start_byte and read.type in _NAMES | _PARTS and _is_read(read)
    )


def _only_reads(tree: SyntaxTree, call: Node) -> bool:
    function = call.child_by_field_name("function")
    name = tree.source(function.child_by_field_name("property") or function) if function is not None else ""
    return name in _ONLY_READ or _READS.fullmatch(name) is not None


def _is_read(node: Node) -> bool:
    """Whether it isn't only called, declared or set."""
    parent = node.parent
    if parent is None:
        return False
    targets = {"call_expression": "function", "variable_declarator": "name", "assignment_expression": "left"}
    field = targets.get(parent.type)
    return field is None or node != parent.child_by_field_name(field)


def _root(tree: SyntaxTree, node: Node) -> str:
    """The name that an expression begins with, or its own text."""
    while (owner := node.child_by_field_name("object") or node.child_by_field_name("function")) is not None:
        node = owner
    return tree.source(node)


def _nodes(top: Node) -> Iterator[Node]:
    stack = [top]
    while stack:
        node = stack.pop()
        yield node
        stack += [child for child in node.named_children if child.type not in FUNCTIONS]
