"""Null diagnostics of other checkers, at the places that they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.diagnostics import recognised
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import first_part
from breadknife.plugins.nullcheck.values import Use
from breadknife.task.values import Finding
from breadknife.text.syntax import Node, SyntaxTree, path_to

_CALCULATES = frozenset({"binary_expression", "unary_expression", "update_expression"})
_TAKES_NULL = frozenset({"===", "!==", "==", "!=", "&&", "||", "??"})
"""Operators whose operands may be null; what the first of them give never is."""
_OF_A_PART = re.compile(
    r"\b[Tt]ypes? (?:of (?:property|parameters|construct)|returned by|at position)|index signatures"
)
"""After these words a message tells of a member of the value's type, or of what its methods take and give."""
_WANTED = re.compile(r"is not assignable to (?:parameter of )?type '(?P<wanted>[^'\n]*)'")
_PARENTHESES = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, eq=False)
class Foreign:
    """What another checker says of a place."""

    node: Node
    use: Use
    null: str
    wanted: str = ""
    bang: Node | None = None


def foreign(tree: SyntaxTree, finding: Finding) -> Foreign | None:
    """The place that another checker's finding is about, or None when it isn't about null."""
    for row, said in recognised("ecmascript", finding):
        if _is_of_a_part(said):
            continue
        groups = said.groupdict()
        null, wanted = groups.get("null") or "", groups.get("wanted") or ""
        if re.search(r"\b(?:null|undefined)\b", wanted):
            continue
        if groups.get("more") or ("2322" not in row.codes and _both(finding.message)):
            null = "null or undefined"
        if (found := _node(tree, finding, row.at)) is not None:
            node, bang = found
            use = use_of(tree, bang or node)
            if use is not None and not (said[0].startswith("possibly") and _is_never_told_of(node, use)):
                return Foreign(node, use, null, "list" if wanted.endswith("[]") else wanted, bang)
    return None


def _is_never_told_of(node: Node, use: Use) -> bool:
    """Whether TypeScript doesn't call it possibly null: what is calculated, and what is only compared or tested."""
    own = node.child_by_field_name("operator")
    if node.type in _CALCULATES and (own is None or own.type not in ("&&", "||", "??")):
        return True
    outer = node.parent.child_by_field_name("operator") if node.parent is not None else None
    return use is Use.OPERAND and outer is not None and outer.type in _TAKES_NULL


def _is_of_a_part(said: re.Match[str]) -> bool:
    """Whether what may be null isn't the value: an element of an array of another type, what a function gives."""
    if _OF_A_PART.search(said.string, 0, said.start()):
        return True
    first = _WANTED.search(said.string)
    if first is not None and first["wanted"] != said.groupdict().get("wanted", first["wanted"]):
        return True
    given, shorter = said[0].partition("' is not assignable")[0], ""
    while given != shorter:
        given, shorter = _PARENTHESES.sub("", given), given
    return "=>" in given


def _both(message: str) -> bool:
    first = message.partition("\n")[0]
    return "null" in first and "undefined" in first


_LOOSER = frozenset({"binary_expression", "unary_expression"})


def _node(tree: SyntaxTree, finding: Finding, at: str) -> tuple[Node, Node | None] | None:
    node = tree.node_at(finding.span)
    if at == "argument" and node.type == "property_identifier":
        return None
    if at == "bang":
        return _banged(tree, node, finding.span.start)
    if at == "value":
        value = _value(tree, node)
        return (value, None) if value is not None else None
    if tree.span(node) != finding.span:
        return None
    path = path_to(tree, node)
    if node.type.endswith("_pattern") or (path and path[-1].type.endswith("_pattern")):
        declarator = next((outer for outer in reversed(path) if not outer.type.endswith("_pattern")), None)
        value = declarator.child_by_field_name("value") if declarator is not None else None
        return (value, None) if value is not None else None
    if node.type == "property_identifier" and path and path[-1].type == "member_expression":
        owner = path[-1].child_by_field_name("object")  # older versions mark the name that is read
        return (owner, None) if owner is not None else None
    while path and path[-1].type == "parenthesized_expression":
        node, path = path[-1], path[:-1]
    return node, None


def _banged(tree: SyntaxTree, node: Node, start: int) -> tuple[Node, Node] | None:
    """The expression that begins there, and it with its `!`: the grammar takes `a + b!` for `(a + b)!`."""
    while node.type != "non_null_expression":
        outer = node.parent
        if outer is None:
            return None
        is_last = outer.type in _LOOSER and outer.end_byte == node.end_byte
        if tree.span(outer).start != start and not is_last and node.type not in _LOOSER:
            return None
        node = outer
    inner = node.named_children[0]
    while inner.type in _LOOSER and tree.span(inner).start < start:
        inner = inner.named_children[-1]
    return (inner, node) if tree.span(inner).start == start else None


def _value(tree: SyntaxTree, node: Node) -> Node | None:
    inner = node
    for outer in (node, *reversed(path_to(tree, node)[-2:])):
        element, inner = inner, outer
        match outer.type:
            case "return_statement":
                return outer.named_children[0] if outer.named_child_count == 1 else None
            case "variable_declarator" | "public_field_definition" | "pair":
                key = outer.child_by_field_name("name") or outer.child_by_field_name("key")
                return outer.child_by_field_name("value") if key == node or outer == node else None
            case "assignment_expression":
                return outer.child_by_field_name("right") if outer.child_by_field_name("left") == node else None
            case "shorthand_property_identifier":
                return outer
            case "array":
                return element
            case "jsx_attribute" if outer.named_children[0] == node and outer.named_child_count == 2:
                value = outer.named_children[1]
                return first_part(value) if value.type == "jsx_expression" else None
            case "arrow_function" if outer.child_by_field_name("body") == node:
                return node
            case _:
                pass
    return None


def use_of(tree: SyntaxTree, node: Node) -> Use | None:
    """What is done with an expression, by what stands around it."""
    path = path_to(tree, node)
    if not path or node.type in ("null", "undefined"):
        return None
    parent = path[-1]
    match parent.type:
        case "member_expression":
            return Use.ATTRIBUTE if parent.child_by_field_name("object") == node else None
        case "subscript_expression":
            return Use.SUBSCRIPT if parent.child_by_field_name("object") == node else Use.OPERAND
        case "call_expression" | "new_expression":
            return Use.CALL
        case "arguments":
            return Use.ARGUMENT
        case "return_statement" | "arrow_function":
            return Use.RETURN
        case "spread_element" | "for_in_statement":
            return Use.ITERATE
        case "binary_expression" | "unary_expression" | "update_expression" | "augmented_assignment_expression":
            return Use.OPERAND
        case "variable_declarator":
            name = parent.child_by_field_name("name")
            kinds = {"object_pattern": Use.ATTRIBUTE, "array_pattern": Use.ITERATE}
            return kinds.get(name.type, Use.ASSIGN) if name is not None else None
        case "assignment_expression" | "public_field_definition" | "pair" | "object":
            return Use.ASSIGN
        case _:
            return Use.ARGUMENT
