"""Whether other files can see what an edit of TypeScript changes: not in a function that says what it gives, or gives
nothing.

TypeScript takes no types of variables and properties from what functions assign to them, but those of what a class's
constructor sets.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree, nodes_in

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_ASSIGNED = re.compile(r"\b(const\s+|let\s+)?[\w$.\]]+(?:\s*:[^=;]+)?\s*(?:\?\?|\|\||&&|[-+*/%|&^])?=(?![=>])|\+\+|--")
_RETURNED = re.compile(r"\breturn\b(?!\s*(?:[;}]|$))|\byield\b")

_ENDLESS = frozenset({"throw_statement", "while_statement", "do_statement", "for_statement", "try_statement"})


def visible(tree: SyntaxTree, edits: Collection[TextEdit]) -> frozenset[str] | None:
    """The names by which it is seen, and None: by any."""
    is_hidden = tree.error_count == 0 and all(_hiding(tree, edit) is not None for edit in edits)
    return frozenset() if is_hidden else None


def part(tree: SyntaxTree, edits: Collection[TextEdit]) -> Span | None:
    """The function outside of which nothing of the file sees them either; None where there is none, or it isn't sure.

    An edit in it that gives a variable another value may be seen by other functions, and one that takes a name away
    may leave what has this name unused.
    """
    functions = {_hiding(tree, edit) for edit in edits} if tree.error_count == 0 else set[Node | None]()
    function = functions.pop() if len(functions) == 1 else None
    for edit in edits:
        gone = {*_NAME.findall(tree.text[edit.span.start : edit.span.end])} - {*_NAME.findall(edit.new_text)}
        if gone or any(not given[1] for given in _ASSIGNED.finditer(edit.new_text)):
            return None
    return tree.span(_typed_holder(function) or function) if function is not None else None


def _hiding(tree: SyntaxTree, edit: TextEdit) -> Node | None:
    """The innermost function with the edit in its body that shows nothing of it."""
    functions, node = grammar_of("ecmascript").nodes.functions, tree.node_at(edit.span)
    while (outer := node.parent) is not None:
        inside = tree.span(node)
        is_body = node.type == "statement_block" and outer.type in functions
        if is_body and inside.start < edit.span.start and edit.span.end < inside.end:
            is_declared = outer.child_by_field_name("return_type") is not None or _typed_holder(outer) is not None
            if is_declared or _gives_nothing(tree, outer, node, functions, edit):
                return outer
        node = outer
    return None


def _typed_holder(function: Node) -> Node | None:
    """The variable that says what the function is: that it is another thing is told of at its name."""
    holder = function.parent
    is_typed = holder is not None and holder.type == "variable_declarator" and holder.child_by_field_name("type")
    return holder if is_typed else None


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
