"""What operators, casts and array accesses make of their operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from breadknife.plugins.nullcheck.braces.facts import NOTHING, Cause, Env, Fact, join, join_branches
from breadknife.plugins.nullcheck.braces.narrowing import canonical
from breadknife.plugins.nullcheck.java.narrowing import branch
from breadknife.plugins.nullcheck.java.rules import PRIMITIVES
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

if TYPE_CHECKING:
    from breadknife.plugins.nullcheck.java.expressions import Evaluator

_ARITHMETIC = frozenset({"-", "*", "/", "%", "<", ">", "<=", ">="})
_NUMBERS = frozenset({"decimal_integer_literal", "decimal_floating_point_literal", "hex_integer_literal"})


def _element(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    array, index = node.child_by_field_name("array"), node.child_by_field_name("index")
    if array is not None:
        evaluator.use(array, evaluator.value(array, env), Use.SUBSCRIPT, env)
    if index is not None:
        evaluator.unbox(index, evaluator.value(index, env), "int", env)
    return NOTHING


def _cast(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    kind, value = node.child_by_field_name("type"), node.child_by_field_name("value")
    if kind is None or value is None:
        return NOTHING
    fact = evaluator.value(value, env)
    evaluator.unbox(value, fact, evaluator.text(kind), env)
    return Fact(fact.cause, evaluator.text(kind), fact.unless, partial=fact.partial) if fact.cause else NOTHING


def _null(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    return Fact(Cause(node, "it is set to null", certain=True))


def _ternary(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    condition, a, b = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
    if condition is None or a is None or b is None:
        return NOTHING
    test = canonical(evaluator, condition)
    yes, no = branch(evaluator, condition, env)
    first, second = evaluator.value(a, yes), evaluator.value(b, no)
    after = join(yes, no) or {}
    env.clear()
    env.update(after)
    if evaluator.type_of(a) in PRIMITIVES or evaluator.type_of(b) in PRIMITIVES:
        return NOTHING
    return (join_branches(test, {"": first}, {"": second}) or {}).get("", NOTHING)


def _binary(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    operator = node.child_by_field_name("operator")
    if operator is not None and operator.type in ("&&", "||"):
        yes, no = branch(evaluator, node, env)
        after = join(yes, no) or {}
        env.clear()
        env.update(after)
        return NOTHING
    chain = [node]  # `a + b + c + …` leans to the left, as long as a file may be
    left = node.child_by_field_name("left")
    while left is not None and left.type == "binary_expression":
        chain.append(left)
        left = left.child_by_field_name("left")
    operands = [left, *(operation.child_by_field_name("right") for operation in reversed(chain))]
    operators = [operation.child_by_field_name("operator") for operation in reversed(chain)]
    for at, operand in enumerate(operands):
        if operand is None:
            continue
        fact = evaluator.value(operand, env)
        beside = operators[max(0, at - 1)]
        # `count + 1`, but not `count + text`, which takes a null.
        adds = len(operands) == 2 and any(other is not None and other.type in _NUMBERS for other in operands)
        if beside is not None and (beside.type in _ARITHMETIC or (beside.type == "+" and adds)):
            evaluator.unbox(operand, fact, "int", env)
    return NOTHING


def _unary(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    operand = node.named_children[-1] if node.named_child_count else None
    if operand is not None:
        fact = evaluator.value(operand, env)
        evaluator.unbox(operand, fact, "boolean" if node.children[0].type == "!" else "int", env)
    return NOTHING


OPERATORS: Mapping[str, Callable[[Evaluator, Node, Env], Fact]] = {
    "array_access": _element,
    "ternary_expression": _ternary,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "cast_expression": _cast,
    "null_literal": _null,
}
