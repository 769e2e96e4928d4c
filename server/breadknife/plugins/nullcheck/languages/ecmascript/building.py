"""Expressions of the intermediate language, made of lowered ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import At, Expression
from breadknife.plugins.nullcheck.languages.ecmascript.types import UNDEFINED, text
from breadknife.text.syntax import Node

LONGEST_KEY = 100
_EQUAL = {"===": False, "==": False, "!==": True, "!=": True}
_FALSE_FOR_UNDEFINED = frozenset({*_EQUAL, "<", ">", "<=", ">=", "instanceof", "in"})
"""Comparisons that are decided where the left side is undefined."""
PATTERNS = frozenset({"object_pattern", "array_pattern"})


def at_of(node: Node) -> At:
    return (node.start_byte, node.end_byte)


def parts(at: At, values: tuple[Expression, ...]) -> il.Parts:
    return il.Parts(at, values, any(value.forks for value in values))


def short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else ""


def attribute(at: At, owner: Expression, name: str) -> il.Attribute:
    return il.Attribute(at, owner, name, short(f"{owner.key}.{name}") if owner.key else "", owner.forks)


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
    if isinstance(left, il.Choice) and absent_side(left) is not None and operator in _FALSE_FOR_UNDEFINED:
        truth = (bool(nulls & UNDEFINED) if nulls else isinstance(right, il.Null)) != negated
        said: Expression = il.Constant(at, "", "boolean", truth)
        made = [said if isinstance(each, il.Absent) else compared(at, operator, each, right) for each in left[2:4]]
        return il.Choice(at, left.test, made[0], made[1])
    if isinstance(right, il.Choice) and absent_side(right) is not None and operator in _EQUAL:
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
    return il.Operation(at, operator, (left, right), forks, key)


def applied(operator: str, operand: Expression, at: At) -> Expression:
    match operator:
        case "!":
            return il.Not(at, operand, operand.forks, short(f"(not {operand.key})") if operand.key else "")
        case "typeof":
            return over(operand, lambda each: il.Operation(at, "typeof", (each,), each.forks), at)
        case "void":
            return (
                il.Null(at, "undefined", nulls=UNDEFINED) if isinstance(operand, il.Constant) else parts(at, (operand,))
            )
        case "-" | "~" if not isinstance(operand, il.Constant):
            return il.Operation(at, "unary", (operand,), operand.forks)
        case "delete":
            return parts(at, (operand,))
        case _:
            return (
                operand._replace(at=at, key=f"{operator}{operand.key}")
                if isinstance(operand, il.Constant)
                else parts(at, (operand,))
            )


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
            return parts(at, (value, right))


def over(value: Expression, make: Callable[[Expression], Expression], at: At) -> Expression:
    """An operation on what an optional chain gives, where it gives something."""
    if isinstance(value, il.Choice) and isinstance(value.otherwise, il.Absent):
        return value._replace(at=at, then=over(value.then, make, at))
    return make(value)


def absent_side(value: il.Choice) -> il.Absent | None:
    """The side of a chain on which there is nothing."""
    return next((each for each in (value.otherwise, value.then) if isinstance(each, il.Absent)), None)


def _nulls_of(value: Expression) -> int:
    return value.nulls if isinstance(value, il.Null) else 0


def tested(test: Expression) -> Expression | None:
    """The value of which a condition asks nothing but whether it is null."""
    if isinstance(test, il.Both) and not test.is_and:
        left, right = tested(test.left), tested(test.right)
        return right if left is not None and right is not None and left.key == right.key else None
    if isinstance(test, il.Test) and test.operator == "ask" and not test.negated:
        return test.left.target if isinstance(test.left, il.Bind) else test.left
    return None


def bound(node: Node | None) -> Iterator[str]:
    """The names that a pattern binds."""
    if node is None:
        return
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        yield text(node)
    elif node.type == "pair_pattern":
        yield from bound(node.child_by_field_name("value"))
    elif node.type in ("assignment_pattern", "object_assignment_pattern"):
        yield from bound(node.child_by_field_name("left"))
    elif node.type in PATTERNS or node.type == "rest_pattern":
        for child in node.named_children:
            yield from bound(child)
