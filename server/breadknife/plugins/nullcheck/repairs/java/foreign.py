"""Where the null diagnostics of other checkers point."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.diagnostics import Diagnostic, recognised
from breadknife.plugins.nullcheck.values import Place, Use
from breadknife.task.values import Finding
from breadknife.text.syntax import Node, SyntaxTree, path_to

_STATEMENTS = ("block", "class_body", "constructor_body", "program", "switch_block")


def foreign_place(tree: SyntaxTree, finding: Finding) -> Place | None:
    """The place that another checker's finding is about, or None when it isn't about null or can't be found."""
    for row, said in recognised("java", finding):
        node = _found(tree, finding, row, said.groupdict().get("name", ""))
        return Place(tree.span(node), row.use) if node is not None else None
    return None


def _found(tree: SyntaxTree, finding: Finding, row: Diagnostic, name: str) -> Node | None:
    """The only expression that the diagnostic can mean: javac points at the dot of what is dereferenced, SpotBugs
    says a line."""
    start = tree.byte_offset(finding.span.start)
    first = tree.root.descendant_for_byte_range(start, start + 1) or tree.root
    for node in (first, *reversed(path_to(tree, first))):
        if node.type in _STATEMENTS:
            break
        for part in _parts(node, row.use):
            if _fits(part, row, name):
                return part
    row_of = tree.text.count("\n", 0, finding.span.start)
    rows = range(row_of, row_of + 1 + tree.text.count("\n", finding.span.start, finding.span.end))
    found = [part for node in _on_lines(tree.root, rows) for part in _parts(node, row.use) if _fits(part, row, name)]
    return found[0] if len(found) == 1 else None


def _fits(node: Node, row: Diagnostic, name: str) -> bool:
    source = (node.text or b"").decode("utf-8", "replace")
    if row.at:
        called = node.child_by_field_name("name") if node.type == "method_invocation" else None
        return called is not None and row.at in ("*", (called.text or b"").decode("utf-8", "replace"))
    return not name or " ".join(source.split()) == " ".join(name.split())


def _parts(node: Node, use: Use) -> Iterator[Node]:
    """What a node uses in that way."""
    for kinds, its, field in _USED:
        if (
            use is its
            and node.type in kinds
            and (part := node.child_by_field_name(field) if field else node) is not None
        ):
            while part.type == "parenthesized_expression" and part.named_child_count == 1:
                part = part.named_children[0]
            yield part
    if use is Use.WITH and node.type == "synchronized_statement":
        yield from node.named_children[0].named_children[:1]
    if use is Use.RETURN and node.type == "return_statement":
        yield from node.named_children[:1]
    if use is Use.ARGUMENT and node.type == "argument_list":
        yield from node.named_children


_USED = (
    (("method_invocation", "field_access"), Use.ATTRIBUTE, "object"),
    (("array_access",), Use.ATTRIBUTE, "array"),
    (("enhanced_for_statement",), Use.ITERATE, "value"),
    (("switch_expression",), Use.OPERAND, "condition"),
    (("variable_declarator",), Use.ASSIGN, "value"),
    (("method_invocation", "identifier", "field_access"), Use.ASSIGN, ""),
)


def _on_lines(root: Node, rows: range) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.end_point.row < rows.start or node.start_point.row >= rows.stop:
            continue
        if node.start_point.row in rows:
            yield node
        stack += node.named_children
