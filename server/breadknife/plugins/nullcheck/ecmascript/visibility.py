"""Whether other files can see what an edit of TypeScript changes: not in a function that says what it gives.

TypeScript takes no types of variables and properties from what functions assign to them, but those of what a class's
constructor sets.
"""

from __future__ import annotations

from collections.abc import Collection

from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node, SyntaxTree

_FUNCTIONS = frozenset({
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition",
})  # fmt: skip


def visible(tree: SyntaxTree, edits: Collection[TextEdit]) -> frozenset[str] | None:
    """The names by which it is seen, and None: by any."""
    is_hidden = tree.error_count == 0 and all(_is_hidden(tree, edit) for edit in edits)
    return frozenset() if is_hidden else None


def _is_hidden(tree: SyntaxTree, edit: TextEdit) -> bool:
    node: Node | None = tree.node_at(edit.span)
    while node is not None:
        body = node.child_by_field_name("body") if node.type in _FUNCTIONS else None
        if body is not None and body.type == "statement_block" and _is_declared(node):
            inside = tree.span(body)
            if inside.start < edit.span.start and edit.span.end < inside.end:
                return True
        node = node.parent
    return False


def _is_declared(function: Node) -> bool:
    holder = function.parent
    if function.child_by_field_name("return_type") is not None:
        return True
    is_value = holder is not None and holder.type == "variable_declarator"
    return is_value and holder is not None and holder.child_by_field_name("type") is not None
