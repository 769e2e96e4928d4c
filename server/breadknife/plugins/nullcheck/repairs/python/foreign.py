"""`None` diagnostics of other checkers, at the places that they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from breadknife.plugins.nullcheck.repairs.diagnostics import recognised
from breadknife.plugins.nullcheck.repairs.python.annotations import is_optional, members
from breadknife.plugins.nullcheck.values import Dereference, Use
from breadknife.task.values import Finding
from breadknife.text.syntax import Node, SyntaxTree, path_to

_STATEMENTS = frozenset({
    "expression_statement", "block", "module", "for_statement", "with_item", "as_pattern", "for_in_clause",
})  # fmt: skip
_OPERATIONS = frozenset({"binary_operator", "comparison_operator", "augmented_assignment"})
_USERS: dict[Use, dict[str, str]] = {
    Use.ATTRIBUTE: {"attribute": "object"},
    Use.CALL: {"call": "function"},
    Use.SUBSCRIPT: {"subscript": "value"},
    Use.ITERATE: {"for_statement": "right", "for_in_clause": "right", "assignment": "right", "list_splat": "",
                  "argument_list": "", "yield": ""},
    Use.OPERAND: dict.fromkeys((*_OPERATIONS, "unary_operator"), ""),
    Use.WITH: {"with_item": "", "as_pattern": ""},
    Use.ARGUMENT: {"argument_list": "", "keyword_argument": "value"},
    Use.RETURN: {"return_statement": "", "yield": ""},
    Use.ASSIGN: {"assignment": "right", "default_parameter": "value", "typed_default_parameter": "value"},
}  # fmt: skip
"""Use -> the kinds of node that use a value so, and the field of theirs that it is in; "": any."""


_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def foreign_place(tree: SyntaxTree, finding: Finding) -> Dereference | None:
    """Return the place that another checker's finding is about, or None when it isn't about None."""
    for row, said in recognised("python", finding):
        groups = said.groupdict()
        if not _is_about_none(groups, finding.message):
            continue
        start = tree.node_at(finding.span)
        found = _candidates(tree, start, row.at, groups.get("attribute") or "", groups.get("operator") or "")
        if row.at == "value":
            found = [node for node in found if _fits(node, row.use)]
        elif not finding.span:  # only where it begins was printed
            # What an operator gives is hardly ever None: a left operand is the innermost.
            found = [node for node in found if _fits(node, row.use)][: 1 if row.at == "left" else None]
        # Some report where an expression starts, but not its end; of several that start there, none is taken.
        if found and (len(found) == 1 or tree.span(start) == finding.span):
            return Dereference(tree.span(found[0]), row.use)
    return None


_SCALARS: dict[str, frozenset[str]] = {
    name: frozenset((name, *wider))
    for name, *wider in (("bool", "int", "float", "complex"), ("int", "float", "complex"), ("float", "complex"),
                         ("complex",), ("str",), ("bytes",))
}  # fmt: skip
"""Types, and those of them that each may stand for."""
_MEMBER = re.compile(r'(?<!Type )"([^"]+)" is (?:not assignable|incompatible)')
"""Which member of a union pyright objects to."""


def _is_about_none(groups: Mapping[str, str | None], message: str) -> bool:
    """Tell whether a value would fit if it weren't None; where nothing is said of types, the row itself says so."""
    value, wanted = groups.get("value") or "None", groups.get("wanted") or ""
    member = _MEMBER.search(message)
    if not is_optional(value) or is_optional(wanted) or (member is not None and member[1] != "None"):
        return False
    rest = {part.strip() for part in members(value)} & _SCALARS.keys()
    return wanted not in _SCALARS or all(wanted in _SCALARS[part] for part in rest)


def _given(node: Node) -> list[Node]:
    """Return what a node gives to another, or itself."""
    if node.type not in (*_USERS[Use.ASSIGN], *_USERS[Use.RETURN], "keyword_argument"):
        return [node]
    value = node.child_by_field_name("right") or node.child_by_field_name("value")
    return [value] if value is not None else node.named_children[:1]


def _fits(node: Node, use: Use) -> bool:
    """Tell whether the node is used as the diagnostic says."""
    parent = node.parent
    field = _USERS.get(use, {}).get(parent.type) if parent is not None else None
    return parent is not None and field is not None and (not field or parent.child_by_field_name(field) == node)


def _operand(tree: SyntaxTree, node: Node, at: str, operator: str) -> Node | None:
    """mypy tells the mirrored operator, and exchanges the operands, where the left one lacks a method. None of a
    comparison of several values."""
    parts, operators = node.named_children, [tree.source(each) for each in node.children if not each.is_named]
    is_mirrored = operators[:1] == [_MIRRORED.get(operator)]
    return parts[-1 if (at == "left") == is_mirrored else 0] if len(parts) == 2 else None


def _candidates(tree: SyntaxTree, start: Node, at: str, attribute: str, operator: str) -> list[Node]:
    """Return the expressions that a diagnostic may mean, innermost first."""
    found = list[Node]()
    inner = start
    while at in ("left", "right") and inner.type == "parenthesized_expression" and inner.named_child_count == 1:
        inner = inner.named_children[0]  # pyright's span has the brackets, too
    for node in (inner, *reversed(path_to(tree, start))):
        if node.type in _STATEMENTS:
            break
        match at:
            case "itself" if node.start_byte == start.start_byte:
                found.append(node)
            case "value" if node.start_byte == start.start_byte:
                found += _given(node)
            case "object" if node.type == "attribute":
                name, owner = node.child_by_field_name("attribute"), node.child_by_field_name("object")
                if name is not None and owner is not None and name.text == attribute.encode():
                    found.append(owner)
            case "indexed" if node.type == "subscript" and (value := node.child_by_field_name("value")) is not None:
                found.append(value)
            case "called" if node.type == "call" and node.start_byte == start.start_byte:
                found.extend([callee] if (callee := node.child_by_field_name("function")) is not None else [])
            case "left" | "right" if node.type in _OPERATIONS:
                found += filter(None, [_operand(tree, node, at, operator)])
            case _:
                pass
    return found
