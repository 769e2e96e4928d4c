"""Whether other files can see what an edit of TypeScript changes: not in a function that says what it gives, or gives
nothing.

TypeScript takes no types of variables and properties from what functions assign to them, but those of what a class's
constructor sets.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node, SyntaxTree, nodes_in

_RETURNED = re.compile(r"\breturn\b(?!\s*(?:[;}]|$))|\byield\b")

_ENDLESS = frozenset({"throw_statement", "while_statement", "do_statement", "for_statement", "try_statement"})


def visible(tree: SyntaxTree, edits: Collection[TextEdit]) -> frozenset[str] | None:
    """The names by which it is seen, and None: by any."""
    is_hidden = tree.error_count == 0 and all(_is_hidden(tree, edit) for edit in edits)
    return frozenset() if is_hidden else None


def _is_hidden(tree: SyntaxTree, edit: TextEdit) -> bool:
    """Whether a function with the edit in its body shows nothing of it."""
    functions, node = grammar_of("ecmascript").nodes.functions, tree.node_at(edit.span)
    while (outer := node.parent) is not None:
        inside = tree.span(node)
        is_body = node.type == "statement_block" and outer.type in functions
        if is_body and inside.start < edit.span.start and edit.span.end < inside.end:
            is_declared = outer.child_by_field_name("return_type") is not None or _is_typed(outer)
            if is_declared or _gives_nothing(tree, outer, node, functions, edit):
                return True
        node = outer
    return False


def _is_typed(function: Node) -> bool:
    """Whether a variable says what the function is: that it is another thing is told of at its name."""
    holder = function.parent if function.parent is not None and function.parent.type == "variable_declarator" else None
    return holder is not None and holder.child_by_field_name("type") is not None


def _gives_nothing(tree: SyntaxTree, function: Node, body: Node, functions: frozenset[str], edit: TextEdit) -> bool:
    """Whatever the edit makes of the values in it. One that may never end has the type `never`, and an edit may
    make it end."""
    name, last = function.child_by_field_name("name"), body.named_children[-1] if body.named_children else None
    if (name is not None and tree.source(name) == "constructor") or _RETURNED.search(edit.new_text):
        return False
    own = [node for node in nodes_in(body, functions) if node.type in ("return_statement", "yield_expression")]
    gives = any(node.type == "yield_expression" or node.named_child_count for node in own)
    may_not_end = last is not None and (last.type in _ENDLESS or last.child_by_field_name("alternative") is not None)
    return not gives and (bool(own) or not may_not_end)
