"""Whether a call takes it for granted that a method, which nothing else in its file calls, gives a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from breadknife.plugins.nullcheck.java.outline import CLASSES, METHODS, Method, Outline
from breadknife.text.syntax import Node

_NAMES = re.compile(r"(?<![\w.\"])[a-z_]\w*(?!\w*\()", re.IGNORECASE)


def takes_for_granted(outline: Outline, called: Method, call: Node, given: Sequence[Node]) -> bool:
    """Whether nothing before the call says anything of what it is about: that may rule out what gives null."""
    nulls = [node for node in _returned_nulls(called.body) if not _is_given_null(outline, called, node)]
    if not nulls or not given or (any(_is_literal(argument) for argument in given) and not _at_end(called, nulls)):
        return False
    around = call.parent
    while around is not None and around.type not in METHODS:
        around = around.parent
    if around is None or around == called.node:
        return False
    before = outline.source[around.start_byte : call.start_byte].decode("utf-8", "replace").partition("{")[2]
    mentioned = set(_NAMES.findall(before))
    return mentioned.isdisjoint(name for node in given for name in _NAMES.findall(outline.text(node)))


def _returned_nulls(body: Node) -> Iterator[Node]:
    stack = [body]
    while stack:
        node = stack.pop()
        if node.type == "return_statement" and any(child.type == "null_literal" for child in node.named_children):
            before = node.prev_named_sibling
            if before is None or not (before.text or b"").startswith(
                b"switch"
            ):  # which may have all of an enum's values
                yield node
        elif node.type not in CLASSES and node.type not in ("lambda_expression", "class_body"):
            stack += node.named_children


def _is_given_null(outline: Outline, called: Method, node: Node) -> bool:
    """Whether a `return` stands under a test of a parameter for null: whoever gives null gets it."""
    test = node.parent.parent if node.parent is not None and node.parent.type == "block" else node.parent
    condition = test.child_by_field_name("condition") if test is not None and test.type == "if_statement" else None
    parameters = called.node.child_by_field_name("parameters")
    if condition is None or parameters is None:
        return False
    names = [parameter.child_by_field_name("name") for parameter in parameters.named_children]
    compared = re.findall(r"(?<![\w.])(\w+) == null\b", outline.text(condition))
    return not {outline.text(name) for name in names if name is not None}.isdisjoint(compared)


def _is_literal(node: Node) -> bool:
    return node.type.endswith("_literal") or node.type in ("true", "false")


def _at_end(called: Method, nulls: Sequence[Node]) -> bool:
    """Whether it gives null only at its end: of something that was looked for."""
    return list(nulls) == called.body.named_children[-1:]
