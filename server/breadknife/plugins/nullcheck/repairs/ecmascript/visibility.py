"""Whether other files can see what an edit of TypeScript changes: not in a function that says what it gives, or gives
nothing.

TypeScript takes no types of variables and properties from what functions assign to them, but those of what a class's
constructor sets.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import FUNCTIONS
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node, SyntaxTree

_GOES_ON = frozenset({
    "expression_statement", "lexical_declaration", "variable_declaration", "for_in_statement", "return_statement",
})  # fmt: skip
_RETURNED = re.compile(r"\breturn\b(?!\s*(?:[;}]|$))|\byield\b")


def visible(tree: SyntaxTree, edits: Collection[TextEdit]) -> frozenset[str] | None:
    """The names by which it is seen, and None: by any."""
    is_hidden = tree.error_count == 0 and all(_hiding(tree, edit) is not None for edit in edits)
    return frozenset() if is_hidden else None


def _hiding(tree: SyntaxTree, edit: TextEdit) -> Node | None:
    """The function that the edit is in and that shows nothing of it."""
    node: Node | None = tree.node_at(edit.span)
    while node is not None:
        body = node.child_by_field_name("body") if node.type in FUNCTIONS else None
        if body is not None and body.type == "statement_block":
            inside = tree.span(body)
            is_inside = inside.start < edit.span.start and edit.span.end < inside.end
            if is_inside and (_is_declared(node) or _gives_nothing(tree, node, body, edit)):
                return node
        node = node.parent
    return None


def _is_declared(function: Node) -> bool:
    holder = function.parent
    return function.child_by_field_name("return_type") is not None or (holder is not None and _has_type(holder))


def _has_type(holder: Node) -> bool:
    """Whether it is a variable that says what it is: that the function is another thing is told of at its name."""
    return holder.type == "variable_declarator" and holder.child_by_field_name("type") is not None


def _gives_nothing(tree: SyntaxTree, function: Node, body: Node, edit: TextEdit) -> bool:
    """Whatever the edit makes of the values in it. One that never ends (`throw`, `while (true)`) gives `never`, and an
    edit may make it end."""
    name = function.child_by_field_name("name")
    if (name is not None and tree.source(name) == "constructor") or _RETURNED.search(edit.new_text):
        return False
    given = [node for node in _own(body) if node.type in ("return_statement", "yield_expression")]
    if any(node.type != "return_statement" or node.named_child_count for node in given):
        return False
    last = body.named_children[-1] if body.named_children else None
    is_guard = last is not None and last.type == "if_statement" and last.child_by_field_name("alternative") is None
    return bool(given) or last is None or is_guard or last.type in _GOES_ON


def _own(body: Node) -> Iterator[Node]:
    """Without what stands in functions in it."""
    stack = list(body.children)
    while stack:
        node = stack.pop()
        yield node
        if node.type not in FUNCTIONS:
            stack += node.children
