"""`try` blocks that mean to catch what a use of None raises, around statements or around what a function is given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.python.outline import parameters_of, text
from breadknife.plugins.nullcheck.python.signatures import named
from breadknife.text.syntax import Node

_CATCHES_NONE = re.compile(r"AttributeError|TypeError")
_CATCHES_ALL = re.compile(r"\b(?:Base)?Exception\b")


def forgives(handler: Node) -> bool:
    """Whether an `except` catches what a use of None raises; of what catches all, unless somebody is told."""
    parts = [child for child in handler.named_children if child.type != "comment"]
    caught = " ".join(text(child) for child in parts if child.type != "block")
    if _CATCHES_NONE.search(caught):
        return True
    if caught and not _CATCHES_ALL.search(caught):
        return False
    return not any(_tells(each) for child in parts if child.type == "block" for each in _within(child))


def _tells(statement: Node) -> bool:
    """Whether it raises, or calls what has no value: a log, most often, of what nobody expects."""
    if statement.type != "expression_statement":
        return statement.type == "raise_statement"
    return statement.named_child_count > 0 and statement.named_children[0].type in ("call", "await")


def tries_what_it_is_given(function: Node) -> bool:
    """Whether a function calls one of its arguments in such a block."""
    if b"except" not in (function.text or b""):
        return False
    source = text(function)
    given = {named(parameter) for parameter in parameters_of(function)}
    if not any(f"{name}(" in source or f" in {name}:" in source for name in given):
        return False
    tried = list[Node]()
    for node in _within(function):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type == "for_statement" and left is not None and right is not None and text(right) in given:
            given.add(text(left))
        elif node.type == "try_statement" and (body := node.child_by_field_name("body")) is not None:
            handlers = (child for child in node.named_children if child.type == "except_clause")
            tried += [body] if any(map(forgives, handlers)) else []
    calls = (node for body in tried for node in _within(body) if node.type == "call")
    return any(text(called) in given for call in calls if (called := call.child_by_field_name("function")) is not None)


def _within(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(node.named_children)
