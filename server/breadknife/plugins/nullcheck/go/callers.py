"""Whether a call takes it for granted that a function, which nobody else calls, gives a value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breadknife.plugins.nullcheck.braces.callers import Mentions, is_literal, is_unmentioned
from breadknife.plugins.nullcheck.go.outline import Function, Outline
from breadknife.plugins.nullcheck.go.summaries import returns_in
from breadknife.text.syntax import Node

_MENTIONS = Mentions(
    frozenset({"function_declaration", "method_declaration"}),
    re.compile(r"(?<![\w.])[a-z_]\w*", re.IGNORECASE),
)


def takes_for_granted(outline: Outline, called: Function, function: Node, given: Sequence[Node]) -> bool:
    """`function` is what stands before the parentheses of the call."""
    if not given or (any(map(is_literal, given)) and not _ends_with_nil(called)):
        return False
    receiver = function.child_by_field_name("operand")
    about = [*given, receiver] if receiver is not None else given
    return is_unmentioned(_MENTIONS, outline.source, function, called.node, about)


def _ends_with_nil(called: Function) -> bool:
    """Whether it gives nil only at its end: of something that was looked for."""
    statements = called.body.named_children[0].named_children if called.body.named_child_count else []
    *others, last = [node for node in returns_in(called.body) if _gives_nil(node)] or [None]
    return last is not None and not others and bool(statements) and statements[-1] == last


def _gives_nil(node: Node) -> bool:
    return any(value.type == "nil" for values in node.named_children for value in values.named_children)
