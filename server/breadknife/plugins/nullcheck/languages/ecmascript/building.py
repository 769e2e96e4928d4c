"""Expressions of the intermediate language that are JavaScript's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import At, Expression
from breadknife.plugins.nullcheck.languages.ecmascript.types import UNDEFINED
from breadknife.plugins.nullcheck.languages.lowering import operation, part, parts_of, short, text
from breadknife.text.syntax import Node

_EQUAL = {"===": False, "==": False, "!==": True, "!=": True}
_FALSE_FOR_UNDEFINED = frozenset({*_EQUAL, "<", ">", "<=", ">=", "instanceof", "in"})
"""Comparisons that are decided where the left side is undefined."""
PATTERNS = frozenset({"object_pattern", "array_pattern"})


def is_null(value: Expression, nulls: int = il.ANY_NULL, *, negated: bool = False) -> il.Test:
    """The test whether a value is one of these nulls. It raises no suspicion."""
    null = il.Null(value.at, nulls=nulls)
    return il.Test(
        value.at, "ask", value, null, negated, f"({value.key} ask {nulls})" if value.key else "", value.forks
    )


def compared(at: At, operator: str, left: Expression, right: Expression) -> Expression:
    negated = _EQUAL.get(operator, False)
    nulls = _nulls_of(right) if operator in _EQUAL else 0
    if operator in _EQUAL and not nulls and _nulls_of(left):
        return compared(at, operator, right, left)
    if nulls and len(operator) == 2:
        nulls = il.ANY_NULL
    if isinstance(left, il.Choice) and isinstance(left.otherwise, il.Absent) and operator in _FALSE_FOR_UNDEFINED:
        truth = (bool(nulls & UNDEFINED) if nulls else isinstance(right, il.Null)) != negated
        otherwise = il.Constant(at, "", "boolean", truth)
        return il.Choice(at, left.test, compared(at, operator, left.then, right), otherwise)
    if isinstance(right, il.Choice) and isinstance(right.otherwise, il.Absent) and operator in _EQUAL:
        return compared(at, operator, right, left)
    forks = left.forks or right.forks
    if nulls:
        return is_null(left, nulls, negated=negated)._replace(at=at)
    if _is_typeof(left):
        return typed_test(at, left, right, negated)
    if _is_typeof(right):
        return typed_test(at, right, left, negated)
    kind = {"instanceof": "instance", "in": "in"}.get(operator, "==" if operator in _EQUAL else "")
    key = short(f"({left.key} {kind or operator} {right.key})") if left.key and right.key else ""
    if kind:
        return il.Test(at, kind, left, right, negated, key, forks)
    return operation(at, operator, left, right, key=key)


def applied(operator: str, operand: Expression, at: At) -> Expression:
    match operator:
        case "!":
            return il.Not(at, operand, operand.forks, short(f"(not {operand.key})") if operand.key else "")
        case "typeof":
            return over(operand, lambda each: operation(at, "typeof", each), at)
        case "void" if isinstance(operand, il.Constant):
            return il.Null(at, "undefined", nulls=UNDEFINED)
        case "+" | "-" | "~" if isinstance(operand, il.Constant):
            return operand._replace(at=at, key=f"{operator}{operand.key}")
        case "-" | "~":
            return operation(at, "unary", operand)
        case _:
            return parts_of(at, [operand])


def _is_typeof(value: Expression) -> bool:
    return isinstance(value, il.Operation) and value.operator == "typeof"


def typed_test(at: At, left: Expression, right: Expression, negated: bool) -> Expression:
    """`typeof x === "string"`."""
    value = left.operands[0] if isinstance(left, il.Operation) else left
    match right.key:
        case '"undefined"':
            return is_null(value, UNDEFINED, negated=negated)._replace(at=at)
        case '"object"':
            return is_null(value, UNDEFINED, negated=not negated)._replace(at=at)
        case _ if isinstance(right, il.Constant):
            key = short(f"({value.key} instance {right.key})") if value.key else ""
            return il.Test(at, "instance", value, right, negated, key, value.forks)
        case _:
            return parts_of(at, [value, right])


def over(value: Expression, make: Callable[[Expression], Expression], at: At) -> Expression:
    """An operation on what an optional chain gives, where it gives something."""
    if isinstance(value, il.Choice) and isinstance(value.otherwise, il.Absent):
        return value._replace(at=at, then=over(value.then, make, at))
    return make(value)


def _nulls_of(value: Expression) -> int:
    return value.nulls if isinstance(value, il.Null) else 0


def bound(node: Node | None) -> Iterator[str]:
    """The names that a pattern binds."""
    if node is None:
        return
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        yield text(node)
    elif node.type == "pair_pattern":
        yield from bound(part(node, "value"))
    elif node.type in ("assignment_pattern", "object_assignment_pattern"):
        yield from bound(part(node, "left"))
    elif node.type in PATTERNS or node.type == "rest_pattern":
        for child in node.named_children:
            yield from bound(child)
