"""A test of the value in the condition that it stands in: `while x is not None and x.y`, `if (x != null && x.y())`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.repair import Edits, RepairProposal, written
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, nodes_in

_DENIALS = frozenset({"not", "!=", "not in", "is not", "!", "!=="})
_BOTH = frozenset({"and", "&&"})
_LEAVES = re.compile(r"\s*[{:]?\s*(?:return|continue|break)\b")
_LONGEST = 100
"""Code points of a line that still is easy to read."""
_REFUSED = "what lacks it is refused there"


def test_in_condition(site: Site) -> Iterator[RepairProposal]:
    """Propose a test before the operand that the value stands in."""
    evidence = "it stands in a condition" if site.statement is not None else "no check can be placed before it"
    evidence = repair.AT_HAND if site.handler is not None else evidence
    inner, nodes = site.node, site.grammar.nodes
    for at in range(len(site.path) - 1, 0, -1) if site.is_name else ():
        outer = site.path[at]
        if _is_choice(site, outer) or _is_condition(site, outer, inner):
            holder = _holder(site, at)
            if holder is not None and not _has_effects_before(site, inner) and inner.type not in nodes.loose:
                yield from _tested(site, inner, holder, evidence)
            return
        if outer.type in nodes.lazy | nodes.lists | nodes.loose or outer.type.endswith("comprehension"):
            return
        inner = outer


def _tested(site: Site, operand: Node, holder: Node, evidence: str) -> Iterator[RepairProposal]:
    """A null comes to where something is denied of the value and the code leaves; else it isn't let in. What would be
    a riddle isn't proposed: `x is None or "a" not in x` before something is done, or one that makes a long line."""
    is_if, block = holder.type.startswith(("if_s", "elif")), holder.child_by_field_name("consequence")
    denies, operator = _denies(site, operand), _operator(operand.parent)
    refuses = is_if and re.search(site.grammar.writing.throws, site.text(block)) is not None
    leaves = is_if and _LEAVES.match(site.text(block)) is not None and operator not in _BOTH
    lets_in = denies and (refuses or leaves)
    if denies and not lets_in and operator in ("or", "||"):
        return
    edits = _edits(site, operand, lets_in=lets_in)
    line = site.tree.text[site.tree.text.rfind("\n", 0, site.span.start) + 1 :].partition("\n")[0]
    if len(line) + sum(len(edit.new_text) for edit in edits) > _LONGEST:
        return
    title = f"Test {site.said} in the condition (it is {'true' if lets_in else 'false'} if that is {site.said_null})"
    evidence = _REFUSED if lets_in else evidence
    yield RepairProposal(Strategy.NARROW, title, evidence, written(edits), is_asked_for=holder.type == "if_clause")


def _denies(site: Site, operand: Node) -> bool:
    """Tell whether it is true of what lacks something: `not x.y`, `x.y != z`, `x.y not in z`."""
    operators = {site.text(child) for child in operand.children if not child.is_named}
    return not operators.isdisjoint(_DENIALS)


def _operator(node: Node | None) -> str:
    operator = node.child_by_field_name("operator") if node is not None else None
    return operator.type if operator is not None else ""


def _is_choice(site: Site, node: Node) -> bool:
    """Tell whether an operator evaluates its right side only sometimes."""
    return "operator" in node.type.replace("binary_expression", "operator") and (
        _operator(node) in site.grammar.nodes.short_circuits - {"??"}
    )


def _is_condition(site: Site, outer: Node, inner: Node) -> bool:
    field = site.grammar.nodes.conditions.get(outer.type)
    if field is None:
        return False
    if field.isdigit():
        return outer.named_children[int(field)] == inner
    held = outer.child_by_field_name(field) if field else inner
    return held == inner and (not field or held is not None)


def _holder(site: Site, at: int) -> Node | None:
    """Return what the truth of the node at that place in the path decides, if only its truth counts."""
    for inner, outer in pairwise(((*site.path, site.node)[at + 1], *site.path[at::-1])):
        if _is_condition(site, outer, inner):
            return outer
        is_denial = outer.type in ("not_operator", "unary_expression") and outer.children[0].type in ("not", "!")
        if not is_denial and outer.type != "parenthesized_expression" and not _is_choice(site, outer):
            return None
    return None


def _has_effects_before(site: Site, operand: Node) -> bool:
    """Tell whether something in the operand comes before the value: a null would have it left out."""
    nodes = site.grammar.nodes
    return any(
        part.type in nodes.effects and part.end_byte <= site.node.start_byte for part in nodes_in(operand, nodes.lazy)
    )


def _edits(site: Site, operand: Node, *, lets_in: bool) -> Edits:
    both, either = ("and", "or") if site.grammar.language == "python" else ("&&", "||")
    test = f"{site.test(is_there=not lets_in)} {either if lets_in else both} "
    while operand.type == "parenthesized_expression" and not _operator(operand.parent):
        operand = operand.named_children[0]  # the parentheses of the statement itself
    span, is_in_and = site.tree.span(operand), lets_in and _operator(operand.parent) in _BOTH
    closing = (TextEdit(Span(span.end, span.end), ")"),) if is_in_and else ()
    return (TextEdit(Span(span.start, span.start), "(" * is_in_and + test), *closing)
