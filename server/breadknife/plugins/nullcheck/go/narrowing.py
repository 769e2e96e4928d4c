"""What a test says about the names in it: the environments after it succeeded and after it failed."""

from __future__ import annotations

from dataclasses import replace

from breadknife.plugins.nullcheck.braces import narrowing as braces
from breadknife.plugins.nullcheck.braces.facts import NOTHING, Cause, Env, Fact, narrow
from breadknife.plugins.nullcheck.braces.narrowing import Branches, Evaluator, Tests
from breadknife.plugins.nullcheck.go.outline import Outline
from breadknife.text.syntax import Node


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


def _read(evaluator: Evaluator, node: Node, env: Env) -> Branches:
    name = evaluator.text(node)
    return told(dict(env), name, True), told(env, name, False)


def _compared(evaluator: Evaluator, node: Node, env: Env) -> Branches:
    """The environments where an expression is nil, and where it isn't."""
    key = evaluator.key_of(node)
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
        same[key] = replace(fact, unless="", partial=False, found=True)
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


_TESTS = Tests("nil", _compared, {"identifier": _read})


def branch(evaluator: Evaluator, node: Node, env: Env) -> Branches:
    """The environments after a test that succeeded and one that failed. `env` is used up."""
    return braces.branch(_TESTS, evaluator, node, env)
