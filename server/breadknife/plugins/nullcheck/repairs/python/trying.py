"""`try` blocks that mean to catch what a use of None raises, around statements or around what a function is given."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.repairs.python.annotations import CLASS
from breadknife.plugins.nullcheck.repairs.python.nodes import key_of, parameters_of, text
from breadknife.plugins.nullcheck.repairs.python.signatures import named
from breadknife.text.syntax import Node, nodes_in

CATCHES_NONE = re.compile(r"AttributeError|TypeError")
_TELLING = frozenset({"raise_statement", "call"})
"""What is called in a handler may be a log, or an answer that says what went wrong."""
_CATCHES_ALL = re.compile(r"\b(?:Base)?Exception\b")


def catches_none(handler: Node) -> bool:
    """Whether an `except` catches what a use of None raises."""
    caught = _caught(handler)
    return not caught or CATCHES_NONE.search(caught) is not None or _CATCHES_ALL.search(caught) is not None


def _caught(handler: Node) -> str:
    return " ".join(text(child) for child in handler.named_children if child.type not in ("comment", "block"))


def forgives(handler: Node) -> bool:
    """Whether an `except` catches what a use of None raises; of what catches all, unless somebody is told."""
    if CATCHES_NONE.search(_caught(handler)):
        return True
    if not catches_none(handler):
        return False
    parts = [child for child in handler.named_children if child.type != "comment"]
    names = [text(each) for child in parts for each in child.named_children if each.type == "as_pattern_target"]
    inside = (each for child in parts if child.type == "block" for each in nodes_in(child))
    return not any(each.type in _TELLING or (each.type == "identifier" and text(each) in names) for each in inside)


def may_catch(handler: Node) -> bool:
    """Whether an `except` may be what a use of None leads to: by its names it isn't for other exceptions alone."""
    names = re.findall(r"[\w.]+", re.sub(r"\bas\s+\w+", "", _caught(handler)))
    return catches_none(handler) or not all(CLASS.match(name.rpartition(".")[2]) for name in names)


def used_first(block: Node) -> Node | None:
    """The name that a block uses before anything else in it may fail: `a` of `x = a.read().strip()`."""
    statement = block.named_children[0] if block.named_child_count else None
    if statement is None or statement.type not in ("expression_statement", "return_statement"):
        return None
    node = statement.named_children[0] if statement.named_child_count else None
    if node is not None and node.type == "assignment":
        node = node.child_by_field_name("right")
    while node is not None:
        field = {"call": "function", "attribute": "object"}.get(node.type)
        inner = node.named_children[0] if node.type == "await" else node.child_by_field_name(field) if field else None
        if inner is not None and node.type == "attribute" and key_of(inner) and inner.type != "call":
            return inner
        node = inner
    return None


def tries_what_it_is_given(function: Node) -> bool:
    """Whether a function calls one of its arguments in such a block."""
    if b"except" not in (function.text or b""):
        return False
    source = text(function)
    given = {named(parameter) for parameter in parameters_of(function)}
    if not any(f"{name}(" in source or f" in {name}:" in source for name in given):
        return False
    tried = list[Node]()
    for node in nodes_in(function):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type == "for_statement" and left is not None and right is not None and text(right) in given:
            given.add(text(left))
        elif node.type == "try_statement" and (body := node.child_by_field_name("body")) is not None:
            handlers = (child for child in node.named_children if child.type == "except_clause")
            tried += [body] if any(map(forgives, handlers)) else []
    calls = (node for body in tried for node in nodes_in(body) if node.type == "call")
    return any(text(called) in given for call in calls if (called := call.child_by_field_name("function")) is not None)
