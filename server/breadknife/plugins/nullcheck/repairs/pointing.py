"""Where the diagnostics of other checkers point: the expression that may be null, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.diagnostics import Diagnostic, recognised
from breadknife.plugins.nullcheck.repairs.grammar import LanguageGrammar
from breadknife.plugins.nullcheck.values import Dereference, Use
from breadknife.task.values import Finding
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, nodes_in, path_to

_TAKEN_APART = {"array_pattern": Use.ITERATE, "object_pattern": Use.ATTRIBUTE}


def place_of(tree: SyntaxTree, finding: Finding, grammar: LanguageGrammar) -> Dereference | None:
    """Return the place that another checker's finding is about; None when it isn't about null, or can't be found."""
    for row, said in recognised(grammar.language, finding):
        node = _pointed(tree, finding, row, grammar, said.groupdict())
        if node is not None and node.type not in ("null", "undefined"):
            return Dereference(tree.span(node), use_of(node, grammar) or row.use)
    return None


def use_of(node: Node, grammar: LanguageGrammar) -> Use | None:
    """Return what is done with an expression, by what stands around it."""
    holder = node.parent
    taken = holder.child_by_field_name("name") if holder is not None else None
    if taken is not None and taken.type in _TAKEN_APART:
        return _TAKEN_APART[taken.type]
    for use, entries in grammar.pointers.items():
        if use in set(Use) and holder is not None and _bare(node) in _parts(holder, entries):
            return Use(use)
    return None


def _pointed(
    tree: SyntaxTree, finding: Finding, row: Diagnostic, grammar: LanguageGrammar, said: dict[str, str | None]
) -> Node | None:
    """Return the expression that a finding is about. Checkers point at the expression itself, at what holds it (javac:
    at its dot), or only at its line. `said` are the groups of the row's pattern in the message."""
    node = tree.node_at(finding.span)
    entries = grammar.pointers.get("value" if node.type.endswith("_pattern") else row.at or row.use, ())
    if not entries:
        if tree.span(node) != finding.span or node.type == "property_identifier":
            return None
        while node.parent is not None and node.parent.type == "parenthesized_expression":
            node = node.parent
        return node
    start = tree.byte_offset(finding.span.start)
    for holder in _holders(tree, finding.span, grammar):
        parts = list(_parts(holder, entries))
        for part in [part for part in parts if part.start_byte == start] or parts:
            if _fits(tree, holder, part, row, said):
                return part
    return None


def _holders(tree: SyntaxTree, span: Span, grammar: LanguageGrammar) -> Iterator[Node]:
    """Yield the nodes that may hold the expression that a checker points at: those around the start of the span, up to
    the statement, and then those that begin on its lines."""
    start = tree.byte_offset(span.start)
    first = tree.root.descendant_for_byte_range(start, start + 1) or tree.node_at(span)
    outermost = first
    yield first
    for node in reversed(path_to(tree, first)):
        if node.type in grammar.nodes.lists:
            break
        yield node
        outermost = node
    last = tree.root.named_descendant_for_byte_range(start, tree.byte_offset(span.end)) or outermost
    rows = range(first.start_point.row, max(first.start_point.row, last.end_point.row) + 1)
    yield from (node for node in nodes_in(tree.root) if node.start_point.row in rows and node.start_byte >= start)


def _fits(tree: SyntaxTree, holder: Node, part: Node, row: Diagnostic, said: dict[str, str | None]) -> bool:
    """Tell whether a part of a holder is the expression that the message names, or one whose field it names."""
    name, field = said.get("name"), said.get("field")
    selected, called = holder.child_by_field_name("field"), part.child_by_field_name("name")
    return (
        (not name or "".join(tree.source(part).split()) == "".join(name.split()))
        and (not field or (selected is not None and tree.source(selected) == field))
        and (not row.called or (called is not None and row.called in ("*", tree.source(called))))
    )


def _parts(node: Node, entries: tuple[str, ...]) -> Iterator[Node]:
    """Yield the parts of a node that the entries name. An entry is `kind.field`, `kind` for the node itself, or
    `kind.*` for all that it holds."""
    for entry in entries:
        kind, _, field = entry.partition(".")
        if kind == node.type:
            parts = node.named_children if field == "*" else node.children_by_field_name(field) if field else [node]
            yield from map(_bare, parts)


def _bare(node: Node) -> Node:
    """Return the node without the parentheses around it."""
    while node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_children[0]
    return node
