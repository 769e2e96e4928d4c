"""Where the nil diagnostics of other checkers point."""

from __future__ import annotations

from breadknife.plugins.nullcheck.repairs.diagnostics import recognised
from breadknife.plugins.nullcheck.values import Place
from breadknife.task.values import Finding
from breadknife.text.syntax import Node, SyntaxTree, path_to

_STATEMENTS = ("statement_list", "block", "source_file")


def foreign_place(tree: SyntaxTree, finding: Finding) -> Place | None:
    """The place that another checker's finding is about, or None when it isn't about nil."""
    for row, said in recognised("go", finding):
        node = _found(tree, finding.span.start, row.at, said.groupdict().get("name", ""))
        if node is not None:
            return Place(tree.span(node), row.use)
    return None


def _found(tree: SyntaxTree, start: int, at: str, name: str) -> Node | None:
    byte = tree.byte_offset(start)
    first = tree.root.descendant_for_byte_range(byte, byte + 1)
    if first is None:
        return None
    for node in (first, *reversed(path_to(tree, first))):
        if at == "named" and (found := _named(node, name.encode(), byte)) is not None:
            return found
        if node.type in _STATEMENTS:
            return None
        found = _part(node, at, name)
        if found is not None:
            return found
    return None


def _part(node: Node, at: str, name: str) -> Node | None:
    match at, node.type:
        case "owner", "selector_expression":
            field = node.child_by_field_name("field")
            if field is not None and (not name or field.text == name.encode()):
                return node.child_by_field_name("operand")
        case "indexed", "index_expression" | "slice_expression":
            return node.child_by_field_name("operand")
        case "indexed", "assignment_statement" | "inc_statement" | "dec_statement":
            left = node.child_by_field_name("left") or node
            if left.named_child_count == 1 and left.named_children[0].type == "index_expression":
                return left.named_children[0].child_by_field_name("operand")
        case "called", "call_expression":
            function = node.child_by_field_name("function")
            if function is not None and function.type == "selector_expression":
                return function.child_by_field_name("operand")
            return function
        case "pointer", "unary_expression":
            return node.named_children[-1] if node.children[0].type == "*" else None
        case _:
            pass
    return None


def _named(node: Node, name: bytes, start: int) -> Node | None:
    """The identifier of that name in a statement, not before `start`."""
    stack = [node] if node.type not in _STATEMENTS else []
    while stack:
        part = stack.pop()
        if part.type == "identifier" and part.text == name and part.start_byte >= start:
            return part
        stack += reversed(part.named_children)
    return None
