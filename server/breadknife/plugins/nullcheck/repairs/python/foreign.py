"""`None` diagnostics of other checkers, recognised by what they say: rows of data, tested on the tools' real output."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from breadknife.plugins.nullcheck.repairs.python.annotations import is_optional, union_parts
from breadknife.plugins.nullcheck.repairs.python.site import Site, site_of
from breadknife.plugins.nullcheck.values import Use
from breadknife.task.values import Finding
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree


class At(StrEnum):
    """Where, seen from a diagnostic's span, the expression is that may be None."""

    ITSELF = "it is the span"
    OBJECT = "the span is an attribute of it, or the attribute's name"
    INDEXED = "the span is a subscript of it"
    CALLED = "the span is a call of it"
    LEFT = "the left operand"
    RIGHT = "the right operand"
    VALUE = "it is the span, or what the span gets: a target, a parameter, a keyword"


@dataclass(frozen=True)
class Diagnostic:
    sources: frozenset[str]
    code: str
    message: re.Pattern[str]
    """A group `attribute` names the attribute that was asked for, `operator` tells between which of a comparison's
    operands it stands; `value` and `wanted` are the types of the value and of its place: it is about None where only
    the first has it."""
    use: Use
    at: At


_PYRIGHT = frozenset({"pyright", "basedpyright", "pylance"})
_MYPY, _TY, _PYREFLY = frozenset({"mypy"}), frozenset({"ty"}), frozenset({"pyrefly"})


def _row(sources: frozenset[str], code: str, message: str, use: Use, at: At) -> Diagnostic:
    return Diagnostic(sources, code, re.compile(message), use, at)


_TY_ATTRIBUTE = "missing-union-attribute|possibly-missing-attribute|missing-attribute|unresolved-attribute"
_NO_ATTRIBUTE = r"has no attribute `(?P<attribute>\w+)`"
_VALUE, _WANTED = r'"(?P<value>[^"]+)"', r'"(?P<wanted>[^"]+)"'
_OF = rf"of type {_WANTED}"
_GIVEN, _ASKED = "`(?P<value>[^`]+)`", "`(?P<wanted>[^`]+)`"
_NONE_HAS_NO = r'^(?:Item "None" of .*|"None") has no attribute '
_NONE, _NO_NONE = '"None"', '"(?!None")[^"]*"'
_OPERATOR = (
    r'Operator "(?P<operator>[^"]+)" not supported for types '
    rf'(?![\s\S]*Operator "[^"]+" not supported for types {_NO_NONE} and {_NO_NONE})'
)
"""Below it stand the members of the types that don't go together: those that have no None are another matter."""
_NONE_OR_OPTIONAL = r"`(?:[^`]*\| )?(?:None|NoneType)(?: \|[^`]*)?`"

DIAGNOSTICS = (
    _row(_PYRIGHT, "reportOptionalMemberAccess", r'^"(?P<attribute>\w+)" is not a known', Use.ATTRIBUTE, At.OBJECT),
    _row(_PYRIGHT, "reportOptionalSubscript", r'"None"', Use.SUBSCRIPT, At.ITSELF),
    _row(_PYRIGHT, "reportOptionalIterable", r'"None"', Use.ITERATE, At.ITSELF),
    _row(_PYRIGHT, "reportOptionalCall", r'"None"', Use.CALL, At.CALLED),
    _row(_PYRIGHT, "reportOptionalContextManager", r'"None"', Use.WITH, At.ITSELF),
    _row(_PYRIGHT, "reportOptionalOperand", r'"None"', Use.OPERAND, At.ITSELF),
    _row(_PYRIGHT, "reportOptionalContains", r'"None"', Use.OPERAND, At.ITSELF),
    _row(_PYRIGHT, "reportOperatorIssue", rf"^(?=[\s\S]*types {_NONE} and {_NO_NONE}){_OPERATOR}", Use.OPERAND,
         At.LEFT),
    _row(_PYRIGHT, "reportOperatorIssue", rf"^(?=[\s\S]* and {_NONE}){_OPERATOR}", Use.OPERAND, At.RIGHT),
    _row(_PYRIGHT, "reportGeneralTypeIssues|reportOptionalIterable", r'^"None" is not iterable', Use.ITERATE,
         At.ITSELF),
    _row(_PYRIGHT, "reportAttributeAccessIssue|reportOptionalMemberAccess",
         r'^Cannot access attribute "(?P<attribute>\w+)" for class "None"', Use.ATTRIBUTE, At.OBJECT),
    _row(_PYRIGHT, "reportArgumentType", r'^Expression of type "None" cannot be assigned to parameter', Use.ASSIGN,
         At.ITSELF),
    _row(_PYRIGHT, "reportArgumentType", rf'^Argument of type {_VALUE} cannot be assigned to parameter .*?{_OF}',
         Use.ARGUMENT, At.VALUE),
    _row(_PYRIGHT, "reportReturnType", rf'^Type {_VALUE} is not assignable to return type {_WANTED}', Use.RETURN,
         At.VALUE),
    _row(_PYRIGHT, "reportAssignmentType", rf'^Type {_VALUE} is not assignable to declared type {_WANTED}',
         Use.ASSIGN, At.VALUE),
    _row(_PYRIGHT, "reportAttributeAccessIssue", r'^Type "None" is not assignable to attribute', Use.ASSIGN, At.ITSELF),
    _row(_PYRIGHT, "reportAttributeAccessIssue",
         rf'^Cannot assign to attribute [\s\S]*?Type {_VALUE} is not assignable to type {_WANTED}', Use.ASSIGN,
         At.VALUE),
    _row(_MYPY, "union-attr|attr-defined", _NONE_HAS_NO + '"__a?(?:enter|exit)__"', Use.WITH, At.ITSELF),
    _row(_MYPY, "union-attr|attr-defined", _NONE_HAS_NO + '"__a?iter__"', Use.ITERATE, At.ITSELF),
    _row(_MYPY, "union-attr|attr-defined", _NONE_HAS_NO + '"__delitem__"', Use.SUBSCRIPT, At.ITSELF),
    _row(_MYPY, "union-attr|attr-defined", _NONE_HAS_NO + r'"(?P<attribute>\w+)"', Use.ATTRIBUTE, At.OBJECT),
    _row(_MYPY, "misc", r'^"None" object is not iterable', Use.ITERATE, At.ITSELF),
    _row(_MYPY, "index", r'^Value of type ".*None.*" is not indexable', Use.SUBSCRIPT, At.INDEXED),
    _row(_MYPY, "index", r'^Unsupported target for indexed assignment \(".*None.*"\)', Use.SUBSCRIPT, At.INDEXED),
    _row(_MYPY, "misc", r'^"None" not callable', Use.CALL, At.CALLED),
    _row(_MYPY, "operator", r'^Unsupported operand types for (?P<operator>\S+) \("None" and', Use.OPERAND, At.LEFT),
    _row(_MYPY, "operator", r'^Unsupported operand types for (?P<operator>\S+) \(".*" and ".*None"\)', Use.OPERAND,
         At.RIGHT),
    _row(_MYPY, "operator", r'^Unsupported right operand type for in \(".*None.*"\)', Use.OPERAND, At.RIGHT),
    _row(_MYPY, "operator", r'^Unsupported left operand type for \S+ \(".*None.*"\)', Use.OPERAND, At.LEFT),
    _row(_MYPY, "arg-type", rf'^Argument .* has incompatible type {_VALUE}; expected {_WANTED}', Use.ARGUMENT,
         At.VALUE),
    _row(_MYPY, "return-value", rf'^Incompatible return value type \(got {_VALUE}, expected {_WANTED}\)', Use.RETURN,
         At.VALUE),
    _row(_MYPY, "assignment",
         rf'^Incompatible types in assignment \(expression has type {_VALUE}, \w+ has type {_WANTED}\)', Use.ASSIGN,
         At.VALUE),
    _row(_MYPY, "assignment", rf'^Incompatible default for .* \(default has type {_VALUE}, \w+ has type {_WANTED}\)',
         Use.ASSIGN, At.VALUE),
    _row(_TY, "invalid-argument-type", rf"^Argument .*: Expected {_ASKED}, found {_GIVEN}", Use.ARGUMENT, At.VALUE),
    _row(_TY, "invalid-explicit-return|invalid-return-type",
         rf"^Return type .*: expected {_ASKED}, found {_GIVEN}", Use.RETURN, At.VALUE),
    _row(_TY, "invalid-assignment",
         rf"^Object of type {_GIVEN} is not assignable to (?:attribute `\w+` of type )?{_ASKED}", Use.ASSIGN, At.VALUE),
    _row(_TY, "invalid-parameter-default",
         rf"^Default value of type {_GIVEN} is not assignable to annotated parameter type {_ASKED}", Use.ASSIGN,
         At.VALUE),
    _row(_TY, _TY_ATTRIBUTE, r"^Attribute `(?P<attribute>\w+)` is not defined on `None`", Use.ATTRIBUTE, At.OBJECT),
    _row(_TY, _TY_ATTRIBUTE, rf"^Object of type {_NONE_OR_OPTIONAL} {_NO_ATTRIBUTE}", Use.ATTRIBUTE, At.OBJECT),
    _row(_TY, "not-subscriptable|non-subscriptable", r"object of type `None`", Use.SUBSCRIPT, At.INDEXED),
    _row(_TY, "not-iterable", rf"^Object of type {_NONE_OR_OPTIONAL}", Use.ITERATE, At.ITSELF),
    _row(_TY, "invalid-context-manager", rf"^Object of type {_NONE_OR_OPTIONAL}", Use.WITH, At.ITSELF),
    _row(_TY, "not-callable|call-non-callable", r"^Object of type `None` is not callable", Use.CALL, At.CALLED),
    _row(_TY, "invalid-assignment", r"^Cannot assign to a subscript on an object of type `None`", Use.SUBSCRIPT,
         At.INDEXED),
    _row(_TY, "unsupported-operator",
         rf"`(?P<operator>(?!(?:not )?in`)[^`]+)` .*between (?:two )?objects of type {_NONE_OR_OPTIONAL}(?: and|$)",
         Use.OPERAND, At.LEFT),
    _row(_TY, "unsupported-operator", rf"`(?P<operator>[^`]+)` .* and {_NONE_OR_OPTIONAL}$", Use.OPERAND, At.RIGHT),
    _row(_PYREFLY, "bad-argument-type",
         rf"^Argument {_GIVEN} is not assignable to parameter .*with type {_ASKED}", Use.ARGUMENT, At.VALUE),
    _row(_PYREFLY, "bad-return", rf"^Returned type {_GIVEN} is not assignable to declared return type {_ASKED}",
         Use.RETURN, At.VALUE),
    _row(_PYREFLY, "bad-assignment",
         rf"^{_GIVEN} is not assignable to (?:attribute `\w+` with type )?{_ASKED}", Use.ASSIGN, At.VALUE),
    _row(_PYREFLY, "bad-function-definition",
         rf"^Default {_GIVEN} is not assignable to parameter .*with type {_ASKED}", Use.ASSIGN, At.VALUE),
    _row(_PYREFLY, "missing-attribute", rf"^Object of class `NoneType` {_NO_ATTRIBUTE}", Use.ATTRIBUTE, At.OBJECT),
    _row(_PYREFLY, "missing-attribute", rf"^Object of type {_NONE_OR_OPTIONAL} {_NO_ATTRIBUTE}",
         Use.ATTRIBUTE, At.OBJECT),
    _row(_PYREFLY, "not-iterable", rf"^Type {_NONE_OR_OPTIONAL}", Use.ITERATE, At.VALUE),
    _row(_PYREFLY, "not-callable", r"got `None`$", Use.CALL, At.ITSELF),
    _row(_PYREFLY, "bad-context-manager", r"^Cannot use `None`", Use.WITH, At.ITSELF),
    _row(_PYREFLY, "unsupported-operation", r"^(?:`None` is not subscriptable|Cannot (?:set|delete) item in `None`)",
         Use.SUBSCRIPT, At.INDEXED),
    _row(_PYREFLY, "unsupported-operation|not-iterable", r"^`(?P<operator>[^`]+)` is not supported between `None` and",
         Use.OPERAND, At.LEFT),
    _row(_PYREFLY, "unsupported-operation|not-iterable",
         r"^`(?P<operator>[^`]+)` is not supported between .* and `None`$", Use.OPERAND, At.RIGHT),
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
    Use.ARGUMENT: {"argument_list": "", "keyword_argument": "value"},
    Use.RETURN: {"return_statement": "", "yield": ""},
    Use.ASSIGN: {"assignment": "right", "default_parameter": "value", "typed_default_parameter": "value"},
}  # fmt: skip
"""Use -> the kinds of node that use a value so, and the field of theirs that it is in; "": any."""


def foreign_site(tree: SyntaxTree, finding: Finding) -> Site | None:
    """The place that another checker's finding is about, or None when it isn't about None."""
    for row in DIAGNOSTICS:
        if finding.source.lower() not in row.sources or finding.code not in row.code.split("|"):
            continue
        said = row.message.search(finding.message)
        if said is None or not _is_about_none(said.groupdict(), finding.message):
            continue
        start = site_of(tree, tree.node_at(finding.span), row.use)
        groups = said.groupdict()
        found = _candidates(start, row.at, groups.get("attribute") or "", groups.get("operator") or "", finding.span)
        if row.at is At.VALUE:
            found = [node for node in found if _fits(site_of(tree, node, row.use))]
        elif not finding.span:  # only where it begins was printed
            sites = [site for each in found if _fits(site := site_of(tree, each, row.use))]
            # What an operator gives is hardly ever None: a left operand is the innermost.
            found = [site.node for site in (sites[:1] if row.at is At.LEFT else sites)]
        # Some report where an expression starts, but not its end; of several that start there, none is taken.
        node = found[0] if found and (len(found) == 1 or start.span == finding.span) else None
        if node is not None:
            return site_of(tree, node, row.use)
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
    """Whether a value would fit if it weren't None; where nothing is said of types, the row itself says so."""
    value, wanted = groups.get("value") or "None", groups.get("wanted") or ""
    member = _MEMBER.search(message)
    if not is_optional(value) or is_optional(wanted) or (member is not None and member[1] != "None"):
        return False
    rest = {part.strip() for part in union_parts(value)} & _SCALARS.keys()
    return wanted not in _SCALARS or all(wanted in _SCALARS[part] for part in rest)


def _given(node: Node) -> list[Node]:
    """What a node gives to another, or itself."""
    if node.type not in (*_USERS[Use.ASSIGN], *_USERS[Use.RETURN], "keyword_argument"):
        return [node]
    value = node.child_by_field_name("right") or node.child_by_field_name("value")
    return [value] if value is not None else node.named_children[:1]


def _fits(site: Site) -> bool:
    """Whether the node is used as the diagnostic says."""
    parent = site.path[-1] if site.path else None
    field = _USERS.get(site.use, {}).get(parent.type) if parent is not None else None
    return parent is not None and field is not None and (not field or parent.child_by_field_name(field) == site.node)


_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _operand(tree: SyntaxTree, node: Node, at: At, operator: str, span: Span) -> Node | None:
    """Of a comparison of several values: where the span or the operator tells which; else none. mypy tells the mirrored
    operator, and exchanges the operands, where the left one lacks a method."""
    side, parts = 0 if at is At.LEFT else 1, node.named_children
    if node.type != "comparison_operator":
        return parts[-side]
    operators = [" ".join(tree.source(each).split()) for each in node.children if not each.is_named]
    pairs = list(zip(pairwise(parts), operators, strict=False))
    spans = [Span(tree.span(left).start, tree.span(right).end) for (left, right), _ in pairs]
    # Where the whole begins, it may be meant, or its first pair.
    told = [pair[side] for (pair, _), each in zip(pairs, spans, strict=True) if span == each]
    told = told or [
        pair[side] for (pair, _), each in zip(pairs[1:], spans[1:], strict=True) if span.start == each.start
    ]
    told = told or [pair[side] for pair, each in pairs if each == operator]
    told = told or [pair[1 - side] for pair, each in pairs if each == _MIRRORED.get(operator)]
    return told[0] if len(told) == 1 else None


def _candidates(start: Site, at: At, attribute: str, operator: str, span: Span) -> list[Node]:
    """The expressions that a diagnostic may mean, innermost first."""
    found = list[Node]()
    inner = start.node
    while at in (At.LEFT, At.RIGHT) and inner.type == "parenthesized_expression" and inner.named_child_count == 1:
        inner = inner.named_children[0]  # pyright's span has the brackets, too
    for node in (inner, *reversed(start.path)):
        if node.type in _STATEMENTS:
            break
        match at:
            case At.ITSELF if node.start_byte == start.node.start_byte:
                found.append(node)
            case At.VALUE if node.start_byte == start.node.start_byte:
                found += _given(node)
            case At.OBJECT if node.type == "attribute":
                name, owner = node.child_by_field_name("attribute"), node.child_by_field_name("object")
                if name is not None and owner is not None and name.text == attribute.encode():
                    found.append(owner)
            case At.INDEXED if node.type == "subscript" and (value := node.child_by_field_name("value")) is not None:
                found.append(value)
            case At.CALLED if node.type == "call" and node.start_byte == start.node.start_byte:
                found.extend([callee] if (callee := node.child_by_field_name("function")) is not None else [])
            case At.LEFT | At.RIGHT if node.type in _OPERATIONS:
                found += filter(None, [_operand(start.tree, node, at, operator, span)])
            case _:
                pass
    return found
