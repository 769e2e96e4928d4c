"""What a test says about the names in it: the environments after it succeeded and after it failed."""

from __future__ import annotations

from dataclasses import replace

from breadknife.plugins.nullcheck.braces import narrowing as braces
from breadknife.plugins.nullcheck.braces.facts import NOTHING, Cause, Env, Fact, narrow
from breadknife.plugins.nullcheck.braces.narrowing import Branches, Evaluator, Tests
from breadknife.plugins.nullcheck.java.keys import alike, values_of
from breadknife.text.syntax import Node


def truth(node: Node) -> bool | None:
    """The value of a constant test."""
    while node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_children[0]
    return node.type == "true" if node.type in ("true", "false") else None


def _instance(evaluator: Evaluator, node: Node, env: Env) -> Branches:
    evaluator.value(node, env)
    yes, no = dict(env), env
    if (left := node.child_by_field_name("left")) is not None:
        narrow(yes, evaluator.key_of(left))
    return yes, no


def _compared(evaluator: Evaluator, node: Node, env: Env) -> Branches:
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
            same[key] = replace(known, unless="", partial=False, found=True)
        narrow(other, key)
        name = node.child_by_field_name("name") if node.type == "method_invocation" else None
        for call in alike(key, evaluator.text(name)) if name is not None else ():
            narrow(other, call)
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


def _call(evaluator: Evaluator, node: Node, env: Env) -> Branches:
    """A predicate of the program's own may well test for null: believe both outcomes."""
    name, receiver = node.child_by_field_name("name"), node.child_by_field_name("object")
    evaluator.condition(node, env)
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


_TESTS = Tests("null_literal", _compared, {"instanceof_expression": _instance, "method_invocation": _call})


def branch(evaluator: Evaluator, node: Node, env: Env) -> Branches:
    """The environments after a test that succeeded and one that failed. `env` is used up."""
    return braces.branch(_TESTS, evaluator, node, env)
