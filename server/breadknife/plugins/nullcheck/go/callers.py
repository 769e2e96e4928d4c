"""Whether a call takes it for granted that a function, which nobody else calls, gives a value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breadknife.plugins.nullcheck.go.outline import Function, Outline
from breadknife.plugins.nullcheck.go.summaries import returns_in
from breadknife.text.syntax import Node

_NAMES = re.compile(r"(?<![\w.])[a-z_]\w*", re.IGNORECASE)


def takes_for_granted(outline: Outline, called: Function, function: Node, given: Sequence[Node]) -> bool:
    """Whether nothing before the call says anything of what it is about: that may rule out what gives nil."""
    if not given or (any(_is_literal(argument) for argument in given) and not _ends_with_nil(called)):
        return False
    around = function.parent
    while around is not None and around.type not in ("function_declaration", "method_declaration"):
        around = around.parent
    if around is None or around == called.node:
        return False
    before = outline.source[around.start_byte : function.start_byte].decode("utf-8", "replace").partition("{")[2]
    mentioned = set(_NAMES.findall(before))
    receiver = function.child_by_field_name("operand")
    about = [*given, receiver] if receiver is not None else list(given)
    return mentioned.isdisjoint(name for node in about for name in _NAMES.findall(outline.text(node)))


def _is_literal(node: Node) -> bool:
    return node.type.endswith("_literal") or node.type in ("nil", "true", "false")


def _ends_with_nil(called: Function) -> bool:
    """Whether it gives nil only at its end: of something that was looked for."""
    statements = called.body.named_children[0].named_children if called.body.named_child_count else []
    *others, last = [node for node in returns_in(called.body) if _gives_nil(node)] or [None]
    return last is not None and not others and bool(statements) and statements[-1] == last


def _gives_nil(node: Node) -> bool:
    return any(value.type == "nil" for values in node.named_children for value in values.named_children)
