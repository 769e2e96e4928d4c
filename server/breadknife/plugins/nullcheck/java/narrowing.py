"""What a test says about the names in it: the environments after it succeeded and after it failed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Protocol

from breadknife.plugins.nullcheck.braces.facts import (
    NOTHING,
    Cause,
    Env,
    Fact,
    forget_signs,
    join_alternatives,
    narrow,
    negated,
    settle,
)
from breadknife.plugins.nullcheck.java.keys import values_of
from breadknife.text.syntax import Node


class Evaluator(Protocol):
    def value(self, node: Node, env: Env, /) -> Fact:
        """Evaluate an expression, with all its effects on `env`."""
        ...

    def key_of(self, node: Node, /) -> str:
        """The name under which facts about an expression are kept, or ""."""
        ...

    def text(self, node: Node, /) -> str: ...


def canonical(evaluator: Evaluator, node: Node) -> str:
    """A test as one text for it and its negation: `x != null` is `!x == null`."""
    if node.type == "parenthesized_expression" and node.named_child_count == 1:
        return canonical(evaluator, node.named_children[0])
    if node.type == "unary_expression" and node.children[0].type == "!":
        return negated(canonical(evaluator, node.named_children[-1]))
    source = " ".join(evaluator.text(node).split())
    simple = source.count("!=") == 1 and "&" not in source and "|" not in source
    return f"!{source.replace('!=', '==')}" if simple else source


def truth(node: Node) -> bool | None:
    """The value of a constant test."""
    while node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_children[0]
    return node.type == "true" if node.type in ("true", "false") else None


def branch(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    """The environments after a test that succeeded and one that failed. `env` is used up."""
    correlated = any(fact.unless for fact in env.values())
    if any(fact.signs for fact in env.values()):
        forget_signs(env, re.findall(r"\w+", evaluator.text(node)))
    yes, no = _branch(evaluator, node, env)
    if correlated:
        test = canonical(evaluator, node)
        settle(yes, test)
        settle(no, negated(test))
    return yes, no


def _branch(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    match node.type:
        case "parenthesized_expression" if node.named_child_count == 1:
            return branch(evaluator, node.named_children[0], env)
        case "unary_expression" if node.children[0].type == "!":
            yes, no = branch(evaluator, node.named_children[-1], env)
            return no, yes
        case "binary_expression":
            return _binary(evaluator, node, env)
        case "instanceof_expression":
            evaluator.value(node, env)
            yes, no = dict(env), env
            if (left := node.child_by_field_name("left")) is not None:
                narrow(yes, evaluator.key_of(left))
            return yes, no
        case "method_invocation":
            return _call(evaluator, node, env)
        case _:
            evaluator.value(node, env)
            return dict(env), env


def _binary(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return dict(env), env
    if operator.type == "&&":
        before = dict(env)
        yes, no = branch(evaluator, left, env)
        both, second = branch(evaluator, right, yes)
        return both, join_alternatives(no, second, before)
    if operator.type == "||":
        before = dict(env)
        yes, no = branch(evaluator, left, env)
        second, neither = branch(evaluator, right, no)
        return join_alternatives(yes, second, before), neither
    if operator.type in ("==", "!="):
        if left.type == "null_literal":
            left, right = right, left
        if right.type == "null_literal":
            same, other = _compared(evaluator, left, env)
            return (same, other) if operator.type == "==" else (other, same)
    evaluator.value(node, env)
    yes, no = dict(env), env
    if operator.type in ("==", "!="):
        for operand in (left, right):  # what is equal to something is most likely there
            narrow(yes if operator.type == "==" else no, evaluator.key_of(operand))
    return yes, no


def _compared(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    """The environments where an expression is null, and where it isn't."""
    fact = evaluator.value(node, env)
    same, other = dict(env), env
    for key in keys_of(evaluator, node):
        known = env.get(key, NOTHING) if key != evaluator.key_of(node) else fact
        if known.checked:  # it is tested once more
            continue
        if known.cause is None:
            same[key] = Fact(Cause(node, "it is compared with null", soft=True))
        else:
            same[key] = replace(known, unless="")
        narrow(other, key)
    return same, other


def keys_of(evaluator: Evaluator, node: Node) -> list[str]:
    """What a test of an expression tells about: `x` and `f()` of `(x = f())`."""
    while node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type == "assignment_expression" and (left := node.child_by_field_name("left")) is not None:
        return [key] if (key := evaluator.key_of(left)) else []
    return [key] if (key := evaluator.key_of(node)) else []


def _asked_for_key(evaluator: Evaluator, called: str, receiver: Node | None) -> Node | None:
    """The map that a call asks for a key: `map.containsKey(…)`, `map.keySet().contains(…)`."""
    if receiver is None or called == "containsKey":
        return receiver
    name, of = receiver.child_by_field_name("name"), receiver.child_by_field_name("object")
    is_key_set = called == "contains" and name is not None and evaluator.text(name) == "keySet"
    return of if is_key_set else None


def _call(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    """A predicate of the program's own may well test for null: believe both outcomes."""
    name, receiver = node.child_by_field_name("name"), node.child_by_field_name("object")
    evaluator.value(node, env)
    yes, no = dict(env), env
    called = evaluator.text(name) if name is not None else ""
    arguments = node.child_by_field_name("arguments")
    given = [child for child in arguments.named_children if not child.type.endswith("comment")] if arguments else []
    if len(given) == 1 and (of := _asked_for_key(evaluator, called, receiver)) is not None:
        for key in values_of(evaluator.text(of), evaluator.text(given[0])):
            narrow(yes, key)
        return yes, no
    for argument in given:
        key = evaluator.key_of(argument)
        if not key:
            continue
        if called == "isNull" and receiver is not None:
            same, other = _compared(evaluator, argument, env)
            return same, other
        if called == "nonNull" and receiver is not None:
            same, other = _compared(evaluator, argument, env)
            return other, same
        narrow(yes, key)
        if called != "equals":
            narrow(no, key)
    return yes, no
