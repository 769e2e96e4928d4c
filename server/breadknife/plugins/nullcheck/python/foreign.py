"""`None` diagnostics of other checkers, recognised by what they say: rows of data, tested on the tools' real output."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from breadknife.plugins.nullcheck.python.site import Site, site_of
from breadknife.plugins.nullcheck.values import Use
from breadknife.task.values import Finding
from breadknife.text.syntax import Node, SyntaxTree


class At(StrEnum):
    """Where, seen from a diagnostic's span, the expression is that may be None."""

    ITSELF = "it is the span"
    OBJECT = "the span is an attribute of it, or the attribute's name"
    INDEXED = "the span is a subscript of it"
    CALLED = "the span is a call of it"
    LEFT = "the left operand"
    RIGHT = "the right operand"


@dataclass(frozen=True)
class Diagnostic:
    sources: frozenset[str]
    code: str
    message: re.Pattern[str]
    """A group `attribute` names the attribute that was asked for."""
    use: Use
    at: At


_PYRIGHT = frozenset({"pyright", "basedpyright", "pylance"})
_MYPY, _TY, _PYREFLY = frozenset({"mypy"}), frozenset({"ty"}), frozenset({"pyrefly"})


def _row(sources: frozenset[str], code: str, message: str, use: Use, at: At) -> Diagnostic:
    return Diagnostic(sources, code, re.compile(message), use, at)


_TY_ATTRIBUTE = "missing-union-attribute|possibly-missing-attribute|missing-attribute|unresolved-attribute"
_NO_ATTRIBUTE = r"has no attribute `(?P<attribute>\w+)`"
_NONE_OR_OPTIONAL = r"`(?:[^`]*\| )?(?:None|NoneType)(?: \|[^`]*)?`"

DIAGNOSTICS = (
    _row(_PYRIGHT, "reportOptionalMemberAccess", r'^"(?P<attribute>\w+)" is not a known', Use.ATTRIBUTE, At.OBJECT),
    _row(_PYRIGHT, "reportOptionalSubscript", r'"None"', Use.SUBSCRIPT, At.ITSELF),
    _row(_PYRIGHT, "reportOptionalIterable", r'"None"', Use.ITERATE, At.ITSELF),
    _row(_PYRIGHT, "reportOptionalCall", r'"None"', Use.CALL, At.CALLED),
    _row(_PYRIGHT, "reportOptionalContextManager", r'"None"', Use.WITH, At.ITSELF),
    _row(_PYRIGHT, "reportOptionalOperand", r'"None"', Use.OPERAND, At.ITSELF),
    _row(_PYRIGHT, "reportOptionalContains", r'"None"', Use.OPERAND, At.ITSELF),
    _row(_PYRIGHT, "reportArgumentType", r'^Expression of type "None" cannot be assigned to parameter', Use.ASSIGN,
         At.ITSELF),
    _row(_PYRIGHT, "reportReturnType", r'^Type "None" is not assignable to return type', Use.RETURN, At.ITSELF),
    _row(_PYRIGHT, "reportAssignmentType|reportAttributeAccessIssue",
         r'^Type "None" is not assignable to (?:declared type|attribute)', Use.ASSIGN, At.ITSELF),
    _row(_MYPY, "union-attr", r'^Item "None" of .* has no attribute "__a?(?:enter|exit)__"', Use.WITH, At.ITSELF),
    _row(_MYPY, "union-attr", r'^Item "None" of .* has no attribute "__a?iter__"', Use.ITERATE, At.ITSELF),
    _row(_MYPY, "union-attr", r'^Item "None" of .* has no attribute "__delitem__"', Use.SUBSCRIPT, At.ITSELF),
    _row(_MYPY, "union-attr", r'^Item "None" of .* has no attribute "(?P<attribute>\w+)"', Use.ATTRIBUTE, At.OBJECT),
    _row(_MYPY, "index", r'^Value of type ".*None.*" is not indexable', Use.SUBSCRIPT, At.INDEXED),
    _row(_MYPY, "index", r'^Unsupported target for indexed assignment \(".*None.*"\)', Use.SUBSCRIPT, At.INDEXED),
    _row(_MYPY, "misc", r'^"None" not callable', Use.CALL, At.CALLED),
    _row(_MYPY, "operator", r'^Unsupported operand types for \S+ \("None" and', Use.OPERAND, At.LEFT),
    _row(_MYPY, "operator", r'^Unsupported operand types for \S+ \(".*" and ".*None"\)', Use.OPERAND, At.RIGHT),
    _row(_MYPY, "operator", r'^Unsupported right operand type for in \(".*None.*"\)', Use.OPERAND, At.RIGHT),
    _row(_MYPY, "operator", r'^Unsupported left operand type for \S+ \(".*None.*"\)', Use.OPERAND, At.LEFT),
    _row(_TY, _TY_ATTRIBUTE, r"^Attribute `(?P<attribute>\w+)` is not defined on `None`", Use.ATTRIBUTE, At.OBJECT),
    _row(_TY, _TY_ATTRIBUTE, rf"^Object of type {_NONE_OR_OPTIONAL} {_NO_ATTRIBUTE}", Use.ATTRIBUTE, At.OBJECT),
    _row(_TY, "not-subscriptable|non-subscriptable", r"object of type `None`", Use.SUBSCRIPT, At.INDEXED),
    _row(_TY, "not-iterable", rf"^Object of type {_NONE_OR_OPTIONAL}", Use.ITERATE, At.ITSELF),
    _row(_TY, "invalid-context-manager", rf"^Object of type {_NONE_OR_OPTIONAL}", Use.WITH, At.ITSELF),
    _row(_TY, "not-callable|call-non-callable", r"^Object of type `None` is not callable", Use.CALL, At.ITSELF),
    _row(_TY, "unsupported-operator", rf"between objects of type {_NONE_OR_OPTIONAL} and", Use.OPERAND, At.LEFT),
    _row(_TY, "unsupported-operator", rf"and {_NONE_OR_OPTIONAL}$", Use.OPERAND, At.RIGHT),
    _row(_PYREFLY, "missing-attribute", rf"^Object of class `NoneType` {_NO_ATTRIBUTE}", Use.ATTRIBUTE, At.OBJECT),
    _row(_PYREFLY, "missing-attribute", rf"^Object of type {_NONE_OR_OPTIONAL} {_NO_ATTRIBUTE}",
         Use.ATTRIBUTE, At.OBJECT),
    _row(_PYREFLY, "not-iterable", rf"^Type {_NONE_OR_OPTIONAL}", Use.ITERATE, At.ITSELF),
    _row(_PYREFLY, "not-callable", r"got `None`$", Use.CALL, At.ITSELF),
    _row(_PYREFLY, "bad-context-manager", r"^Cannot use `None`", Use.WITH, At.ITSELF),
    _row(_PYREFLY, "unsupported-operation", r"^(?:`None` is not subscriptable|Cannot (?:set|delete) item in `None`)",
         Use.SUBSCRIPT, At.INDEXED),
    _row(_PYREFLY, "unsupported-operation|not-iterable", r"is not supported between `None` and", Use.OPERAND, At.LEFT),
    _row(_PYREFLY, "unsupported-operation|not-iterable", r"not supported between .* and `None`$",
         Use.OPERAND, At.RIGHT),
)  # fmt: skip

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
}  # fmt: skip
"""Use -> the kinds of node that use a value so, and the field of theirs that it is in; "": any."""


def foreign_site(tree: SyntaxTree, finding: Finding) -> Site | None:
    """The place that another checker's finding is about, or None when it isn't about None."""
    for row in DIAGNOSTICS:
        if finding.source.lower() not in row.sources or finding.code not in row.code.split("|"):
            continue
        said = row.message.search(finding.message)
        if said is None:
            continue
        start = site_of(tree, tree.node_at(finding.span), row.use)
        found = _candidates(start, row.at, said.groupdict().get("attribute") or "")
        if not finding.span:  # only where it begins was printed
            sites = [site for each in found if _fits(site := site_of(tree, each, row.use))]
            # What an operator gives is hardly ever None: it is the innermost operand.
            found = [site.node for site in (sites[:1] if row.use is Use.OPERAND else sites)]
        # Some report where an expression starts, but not its end; of several that start there, none is taken.
        node = found[0] if found and (len(found) == 1 or start.span == finding.span) else None
        if node is not None:
            return site_of(tree, node, row.use)
    return None


def _fits(site: Site) -> bool:
    """Whether the node is used as the diagnostic says."""
    parent = site.path[-1] if site.path else None
    field = _USERS.get(site.use, {}).get(parent.type) if parent is not None else None
    return parent is not None and field is not None and (not field or parent.child_by_field_name(field) == site.node)


def _candidates(start: Site, at: At, attribute: str) -> list[Node]:
    """The expressions that a diagnostic may mean, innermost first."""
    found = list[Node]()
    for node in (start.node, *reversed(start.path)):
        if node.type in _STATEMENTS:
            break
        match at:
            case At.ITSELF if node.start_byte == start.node.start_byte:
                found.append(node)
            case At.OBJECT if node.type == "attribute":
                name, owner = node.child_by_field_name("attribute"), node.child_by_field_name("object")
                if name is not None and owner is not None and name.text == attribute.encode():
                    found.append(owner)
            case At.INDEXED if node.type == "subscript" and (value := node.child_by_field_name("value")) is not None:
                found.append(value)
            case At.CALLED if node.type == "call" and node.start_byte == start.node.start_byte:
                found.extend([callee] if (callee := node.child_by_field_name("function")) is not None else [])
            case At.LEFT | At.RIGHT if node.type in _OPERATIONS:
                found.append(node.named_children[0 if at is At.LEFT else -1])
            case _:
                pass
    return found
