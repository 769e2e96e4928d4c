"""What a test says about the names in it: the environments after it succeeded and after it failed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from breadknife.plugins.nullcheck.braces.facts import (
    NOTHING,
    Env,
    Fact,
    forget_signs,
    join_alternatives,
    narrow,
    negated,
    settle,
)
from breadknife.text.syntax import Node


class Evaluator(Protocol):
    def value(self, node: Node, env: Env, /) -> Fact:
        """Evaluate an expression, with all its effects on `env`."""
        ...

    def condition(self, node: Node, env: Env, /) -> None:
        """Evaluate an expression whose truth is asked for."""
        ...

    def key_of(self, node: Node, /) -> str:
        """The name under which facts about an expression are kept, or ""."""
        ...

    def text(self, node: Node, /) -> str: ...


Branches = tuple[Env, Env]
"""The environments after a test that succeeded and one that failed."""


@dataclass(frozen=True)
class Tests:
    """How a language tests for null."""

    null: str
    """The type of null's node."""
    compared: Callable[[Evaluator, Node, Env], Branches]
    """Where an expression is null, and where it isn't."""
    predicates: Mapping[str, Callable[[Evaluator, Node, Env], Branches]]
    """By the type of a node: what else tells of null."""


def canonical(evaluator: Evaluator, node: Node) -> str:
    """A test as one text for it and its negation: `x != null` is `!x == null`."""
    if node.type == "parenthesized_expression" and node.named_child_count == 1:
        return canonical(evaluator, node.named_children[0])
    if node.type == "unary_expression" and node.children[0].type == "!":
        return negated(canonical(evaluator, node.named_children[-1]))
    source = " ".join(evaluator.text(node).split())
    is_comparison = source.count("!=") == 1 and "&" not in source and "|" not in source
    return f"!{source.replace('!=', '==')}" if is_comparison else source


def branch(tests: Tests, evaluator: Evaluator, node: Node, env: Env) -> Branches:
    """`env` is used up."""
    correlated = any(fact.unless for fact in env.values())
    if any(fact.signs for fact in env.values()):
        forget_signs(env, re.findall(r"\w+", evaluator.text(node)))
    yes, no = _branch(tests, evaluator, node, env)
    if correlated:
        test = canonical(evaluator, node)
        settle(yes, test)
        settle(no, negated(test))
    return yes, no


def _branch(tests: Tests, evaluator: Evaluator, node: Node, env: Env) -> Branches:
    if node.type == "parenthesized_expression" and node.named_child_count == 1:
        return branch(tests, evaluator, node.named_children[0], env)
    if node.type == "unary_expression" and node.children[0].type == "!":
        yes, no = branch(tests, evaluator, node.named_children[-1], env)
        return no, yes
    if node.type == "binary_expression":
        return _binary(tests, evaluator, node, env)
    if (predicate := tests.predicates.get(node.type)) is not None:
        return predicate(evaluator, node, env)
    evaluator.condition(node, env)
    return dict(env), env


def _either(right: str, first: Env, second: Env, before: Env) -> Env:
    """What holds where one of two tests decided: what the first one found to be null and the second one uses, as in
    `x == null || x.isEmpty()`, was tested for the sake of this use alone."""
    joined = join_alternatives(first, second, before)
    for key, fact in first.items():
        is_found = fact.cause is not None and fact.cause.soft and second.get(key, NOTHING).checked
        if is_found and re.search(rf"(?<![\w.]){re.escape(key.removeprefix('this.'))}\.", right) is not None:
            joined[key] = replace(fact, partial=True)
    return joined


def _binary(tests: Tests, evaluator: Evaluator, node: Node, env: Env) -> Branches:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return dict(env), env
    if operator.type == "&&":
        before = dict(env)
        yes, no = branch(tests, evaluator, left, env)
        both, second = branch(tests, evaluator, right, yes)
        return both, _either(evaluator.text(right), no, second, before)
    if operator.type == "||":
        before = dict(env)
        yes, no = branch(tests, evaluator, left, env)
        second, neither = branch(tests, evaluator, right, no)
        return _either(evaluator.text(right), yes, second, before), neither
    if operator.type in ("==", "!="):
        if left.type == tests.null:
            left, right = right, left
        if right.type == tests.null:
            same, other = tests.compared(evaluator, left, env)
            return (same, other) if operator.type == "==" else (other, same)
    evaluator.value(node, env)
    yes, no = dict(env), env
    if operator.type in ("==", "!="):
        for operand in (left, right):  # `x == y`: what is equal to something is most likely there
            narrow(yes if operator.type == "==" else no, evaluator.key_of(operand))
    return yes, no
