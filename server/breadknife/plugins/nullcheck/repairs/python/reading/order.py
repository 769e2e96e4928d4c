"""Which Python reads something, and which changes it."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.repairs.order import Accesses, changes_what_is_read
from breadknife.text.syntax import Node, SyntaxTree

_READS = re.compile(
    r"_*(?:get|find|has|is|query|to|peek|lookup|look|search|match|fullmatch|which|resolve|ask)(?:_\w+)?|getattr|getenv"
    r"|iterfind|group|index|count|keys|values|items|copy|format|join|split|strip|first|last|one_or_none"
)


def _only_reads(name: str) -> bool:
    return _READS.fullmatch(name) is not None


_ACCESSES = Accesses(
    sets={"named_expression": "name"},
    call="call",
    only_reads=_only_reads,
    names=frozenset({"identifier"}),
    members={"attribute": "object", "subscript": "value"},
    element="subscript",
    unread={"call": "function", "attribute": "object", "keyword_argument": "name"},
    later=frozenset({"lambda"}),
)


def changes_what_is_read_before(tree: SyntaxTree, statement: Node, node: Node) -> bool:
    """Whether evaluating the node changes what its statement reads before it: `s.n + s.step().n`."""
    assigned = statement.named_children[0] if statement.type == "expression_statement" else None
    right = assigned.child_by_field_name("right") if assigned is not None and assigned.type == "assignment" else None
    is_in_right = right is not None and right.start_byte <= node.start_byte
    evaluated = right if right is not None and is_in_right else statement  # the right side comes first
    return changes_what_is_read(tree, evaluated, node, _ACCESSES)
