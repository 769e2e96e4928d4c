"""Operators that None is no operand of."""

from __future__ import annotations

from breadknife.plugins.nullcheck.python.calls import Evaluator
from breadknife.plugins.nullcheck.python.facts import NOTHING, Env, Fact
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node


def binary(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    chain = [node]  # `a + b + c + …` leans to the left, as long as a file may be
    left = node.child_by_field_name("left")
    while left is not None and left.type == "binary_operator":
        chain.append(left)
        left = left.child_by_field_name("left")
    if left is not None:
        evaluator.use(left, evaluator.value(left, env), Use.OPERAND, env)
    for operation in reversed(chain):
        right = operation.child_by_field_name("right")
        if right is None:
            continue
        fact = evaluator.value(right, env)
        operator = operation.child_by_field_name("operator")
        # A string on the left of % formats None as well as anything, and | also makes types.
        if operator is None or operator.type not in ("%", "|"):
            evaluator.use(right, fact, Use.OPERAND, env)
    return NOTHING


def unary(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    argument = node.child_by_field_name("argument")
    if argument is not None:
        evaluator.use(argument, evaluator.value(argument, env), Use.OPERAND, env)
    return NOTHING


def comparison(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    operands = node.named_children
    operators = [child.type for child in node.children if not child.is_named]
    previous, before = operands[0], evaluator.value(operands[0], env)
    for operator, operand in zip(operators, operands[1:], strict=False):
        fact = evaluator.value(operand, env)
        if operator in ("<", ">", "<=", ">="):
            evaluator.use(previous, before, Use.OPERAND, env)
            evaluator.use(operand, fact, Use.OPERAND, env)
        elif operator in ("in", "not in"):
            evaluator.use(operand, fact, Use.OPERAND, env)
        previous, before = operand, fact
    return NOTHING
