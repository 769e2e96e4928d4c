"""A test of the value in the condition that it stands in: `while x is not None and x.y`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.python.site import COMPREHENSIONS, PythonSite
from breadknife.plugins.nullcheck.repairs.repair import Edits, RepairProposal, written
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, nodes_in

_CONDITIONS = {
    "if_statement": "condition", "elif_clause": "condition", "while_statement": "condition", "if_clause": "",
}  # fmt: skip
_TRUTH = frozenset({"boolean_operator", "parenthesized_expression", "not_operator"})
"""Of what makes these only the truth counts where only theirs does."""
_LOOSE = frozenset({"conditional_expression", "lambda", "named_expression"})
"""They bind less than `and`."""


def test_in_condition(site: PythonSite) -> Iterator[RepairProposal]:
    """Propose a test before the operand that the value stands in."""
    evidence = "it stands in a condition" if site.statement is not None else "no check can be placed before it"
    evidence = repair.AT_HAND if site.handler is not None else evidence
    inner, nodes = site.node, site.grammar.nodes
    for at in range(len(site.path) - 1, 0, -1) if site.is_name else ():
        outer = site.path[at]
        if outer.type == "boolean_operator" or _is_condition(outer, inner):
            holder = _holder(site, at)
            if holder is not None and not _has_effects_before(site, inner) and inner.type not in _LOOSE:
                yield _tested(site, inner, holder, evidence)
            return
        if outer.type in nodes.lazy | COMPREHENSIONS | {"block", "conditional_expression", "named_expression"}:
            return
        inner = outer


def _tested(site: PythonSite, operand: Node, holder: Node, evidence: str) -> RepairProposal:
    """A None comes to where something is denied of the value; else it isn't let in."""
    lets_in = holder.type in ("if_statement", "elif_clause") and _denies(site, operand)
    block = site.text(holder.child_by_field_name("consequence"))
    if lets_in and re.search(site.grammar.writing.throws, block):
        evidence = "what lacks it is refused there"
    truth = "true" if lets_in else "false"
    title = f"Test {site.said} in the condition (it is {truth} if that is None)"
    edits = _edits(site, operand, lets_in=lets_in)
    return RepairProposal(Strategy.NARROW, title, evidence, written(edits), is_asked_for=holder.type == "if_clause")


def _denies(site: PythonSite, operand: Node) -> bool:
    """Tell whether it is true of what lacks something: `not x.y`, `x.y != z`, `x.y not in z`."""
    operators = {site.text(child) for child in operand.children if not child.is_named}
    return not operators.isdisjoint({"not", "!=", "not in", "is not"})


def _is_condition(outer: Node, inner: Node) -> bool:
    if outer.type == "conditional_expression":
        return inner == outer.named_children[1]
    field = _CONDITIONS.get(outer.type)
    return field is not None and (not field or outer.child_by_field_name(field) == inner)


def _holder(site: PythonSite, at: int) -> Node | None:
    """Return what the truth of the node at that place in the path decides, if only its truth counts."""
    inner = (*site.path, site.node)[at + 1]
    for outer in site.path[at::-1]:
        if _is_condition(outer, inner):
            return outer
        if outer.type not in _TRUTH:
            return None
        inner = outer
    return None


def _has_effects_before(site: PythonSite, operand: Node) -> bool:
    """Tell whether something in the operand comes before the value: a None would have it left out."""
    nodes = site.grammar.nodes
    return any(
        part.type in nodes.effects and part.end_byte <= site.node.start_byte for part in nodes_in(operand, nodes.lazy)
    )


def _edits(site: PythonSite, operand: Node, *, lets_in: bool) -> Edits:
    test = site.test(is_there=not lets_in) + (" or " if lets_in else " and ")
    span, is_in_and = site.tree.span(operand), lets_in and _is_and(operand.parent)
    closing = (TextEdit(Span(span.end, span.end), ")"),) if is_in_and else ()
    return (TextEdit(Span(span.start, span.start), "(" * is_in_and + test), *closing)


def _is_and(node: Node | None) -> bool:
    operator = node.child_by_field_name("operator") if node is not None else None
    return operator is not None and operator.type == "and"
