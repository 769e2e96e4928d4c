"""Whether a call takes it for granted that a method, which nothing else in its file calls, gives a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from breadknife.plugins.nullcheck.braces.callers import Mentions, is_literal, is_unmentioned
from breadknife.plugins.nullcheck.java.outline import CLASSES, METHODS, Method, Outline
from breadknife.text.syntax import Node

_MENTIONS = Mentions(METHODS, re.compile(r"(?<![\w.\"])[a-z_]\w*(?!\w*\()", re.IGNORECASE))


def takes_for_granted(outline: Outline, called: Method, call: Node, given: Sequence[Node]) -> bool:
    nulls = [node for node in _returned_nulls(called.body) if not _is_given_null(outline, called, node)]
    if not nulls or not given or (any(map(is_literal, given)) and not _at_end(called, nulls)):
        return False
    return is_unmentioned(_MENTIONS, outline.source, call, called.node, given)


def _returned_nulls(body: Node) -> Iterator[Node]:
    stack = [body]
    while stack:
        node = stack.pop()
        if node.type == "return_statement" and any(child.type == "null_literal" for child in node.named_children):
            before = node.prev_named_sibling
            after_switch = before is not None and (before.text or b"").startswith(b"switch")
            if not after_switch:  # it may have all of an enum's values
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


def _at_end(called: Method, nulls: Sequence[Node]) -> bool:
    """Whether it gives null only at its end: of something that was looked for."""
    return list(nulls) == called.body.named_children[-1:]
