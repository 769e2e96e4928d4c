"""What is evaluated before what."""

from __future__ import annotations

from breadknife.text.syntax import Node


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
