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
from breadknife.plugins.nullcheck.go.outline import Outline
from breadknife.text.syntax import Node


class Evaluator(Protocol):
    @property
    def outline(self) -> Outline: ...

    def value(self, node: Node, env: Env, /) -> Fact:
        """Evaluate an expression, with all its effects on `env`."""
        ...


def key_of(outline: Outline, node: Node) -> str:
    """The name under which facts about an expression are kept, or ""."""
    match node.type:
        case "identifier":
            return outline.text(node)
        case "selector_expression":
            owner, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
            prefix = key_of(outline, owner) if owner is not None and owner.type != "call_expression" else ""
            return f"{prefix}.{outline.text(field)}" if prefix and field is not None else ""
        case "parenthesized_expression":
            return key_of(outline, node.named_children[0]) if node.named_child_count == 1 else ""
        case _:
            return ""


def canonical(outline: Outline, node: Node) -> str:
    """A test as one text for it and its negation: `err != nil` is `!err == nil`."""
    if node.type == "parenthesized_expression" and node.named_child_count == 1:
        return canonical(outline, node.named_children[0])
    if node.type == "unary_expression" and outline.source[node.start_byte : node.start_byte + 1] == b"!":
        return negated(canonical(outline, node.named_children[-1]))
    source = " ".join(outline.text(node).split())
    return (
        f"!{source.replace('!=', '==')}"
        if source.count("!=") == 1 and "&" not in source and "|" not in source
        else source
    )


def branch(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    """The environments after a test that succeeded and one that failed. `env` is used up."""
    correlated = any(fact.unless for fact in env.values())
    if any(fact.signs for fact in env.values()):
        forget_signs(env, re.findall(r"\w+", evaluator.outline.text(node)))
    yes, no = _branch(evaluator, node, env)
    if correlated:
        test = canonical(evaluator.outline, node)
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
        case "identifier":
            name = evaluator.outline.text(node)
            return told(dict(env), name, True), told(env, name, False)
        case _:
            evaluator.value(node, env)
            return dict(env), env


def _binary(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.children[1].type
    if left is None or right is None:
        return dict(env), env
    if operator == "&&":
        before = dict(env)
        yes, no = branch(evaluator, left, env)
        both, second = branch(evaluator, right, yes)
        return both, join_alternatives(no, second, before)
    if operator == "||":
        before = dict(env)
        yes, no = branch(evaluator, left, env)
        second, neither = branch(evaluator, right, no)
        return join_alternatives(yes, second, before), neither
    if operator in ("==", "!="):
        if left.type == "nil":
            left, right = right, left
        if right.type == "nil":
            same, other = _compared(evaluator, left, env)
            return (same, other) if operator == "==" else (other, same)
    evaluator.value(node, env)
    yes, no = dict(env), env
    if operator in ("==", "!="):
        for operand in (left, right):  # `x == y`: what is equal to something is most likely there
            narrow(yes if operator == "==" else no, key_of(evaluator.outline, operand))
    return yes, no


def _compared(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    """The environments where an expression is nil, and where it isn't."""
    key = key_of(evaluator.outline, node)
    if not key:
        evaluator.value(node, env)
        return dict(env), env
    if node.type != "identifier":
        evaluator.value(node, env)
    same, other = told(dict(env), key, True), told(env, key, False)
    fact = env.get(key, NOTHING)
    if fact.checked:  # one check more than is needed says nothing
        same.pop(key, None)
    elif fact.cause is None or fact.linked:
        cause = Cause(node, "it is compared with nil", soft=True)
        same[key] = Fact(cause, fact.type)
    else:
        same[key] = replace(fact, unless="")
    narrow(other, key)
    return same, other


def told(env: Env, name: str, well: bool) -> Env:
    """`name`, an error or an `ok`, was looked at: it said that there is a value, or that there is none."""
    for key, fact in list(env.items()):
        if well and fact.cause and fact.cause.soft and name.endswith(("err", "ok", "Err")):
            del env[key]  # most likely it came with this error
        if fact.linked != name:
            continue
        if fact.cause is None and not well:
            env.pop(key)
        elif not well and fact.cause:
            env[key] = replace(fact, told=True, cause=replace(fact.cause, why=f"here `{name}` says so"))
        elif fact.after is not None:
            env[key] = Fact(fact.after, fact.type)
        else:
            narrow(env, key)
    return env
