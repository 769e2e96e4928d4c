"""Which names some statements set."""

from __future__ import annotations

from collections.abc import Callable

from breadknife.text.syntax import Node

_SETS = frozenset({"assignment_expression", "assignment_statement", "inc_statement", "dec_statement"})


def assigned_in(text: Callable[[Node], str], *parts: Node | None) -> frozenset[str]:
    """The names that are set in some statements, those of functions in them too."""
    found, stack = set[str](), [part for part in parts if part is not None]
    while stack:
        node = stack.pop()
        if node.type in _SETS:
            left = node.child_by_field_name("left") or node  # `i++`
            targets = [left] if node.type == "assignment_expression" else left.named_children
            found |= {text(target) for target in targets if target.type == "identifier"}
        stack += node.named_children
    return frozenset(found)
