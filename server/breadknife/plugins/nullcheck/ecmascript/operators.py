"""What operators make of their operands: assignments, arithmetic, `&&`, `||`, `??`, `?:`, `await`, `as`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from breadknife.plugins.nullcheck.ecmascript.binding import bind
from breadknife.plugins.nullcheck.ecmascript.facts import CHECKED, NOTHING, Cause, Env, Fact, join, join_branches
from breadknife.plugins.nullcheck.ecmascript.narrowing import branch, inner, is_null, key_of, there, undecided
from breadknife.plugins.nullcheck.ecmascript.types import UNKNOWN
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

if TYPE_CHECKING:
    from breadknife.plugins.nullcheck.ecmascript.expressions import Evaluator

_COMPILED = re.compile(r"[!=]== void 0$")
"""How compilers write what `?.` asks, for `undefined`."""
_ARITHMETIC = frozenset({"-", "*", "/", "%", "**", "<", ">", "<=", ">=", "&", "|", "^", "<<", ">>", ">>>"})


def _assignment(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return NOTHING
    fact = evaluator.value(right, env)
    if left.type in ("object_pattern", "array_pattern"):
        evaluator.use(right, fact, Use.ATTRIBUTE if left.type == "object_pattern" else Use.ITERATE, env)
    bind(evaluator, left, fact, env, key_of(evaluator, right))
    return fact


def _augmented(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return NOTHING
    if operator.type in ("??=", "||=", "&&="):
        yes, no = branch(evaluator, left, env)
        taken, other = (yes, no) if operator.type == "&&=" else (no, yes)
        there(evaluator, yes, left)
        fact = evaluator.value(right, taken)
        bind(evaluator, left, fact if fact is not NOTHING else CHECKED, taken)
        undecided(env, taken, other)
        return env.get(key_of(evaluator, left), NOTHING)
    fact = evaluator.value(left, env)
    if evaluator.typed and operator.type != "+=":
        evaluator.use(left, fact, Use.OPERAND, env)
    second = evaluator.value(right, env)
    if evaluator.typed and operator.type != "+=":
        evaluator.use(right, second, Use.OPERAND, env)
    bind(evaluator, left, NOTHING, env)
    return NOTHING


def _operand(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    argument = node.child_by_field_name("argument")
    if argument is not None:
        fact = evaluator.value(argument, env)
        if evaluator.typed:
            evaluator.use(argument, fact, Use.OPERAND, env)
    return NOTHING


def _unary(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    operator = node.children[0].type
    if operator == "!":
        yes, no = branch(evaluator, node.children[-1], env)
        undecided(env, yes, no)
    elif operator in ("-", "~"):
        return _operand(evaluator, node, env)
    else:
        evaluator.value(node.children[-1], env)
    if operator == "void":
        return evaluator.null(node, env)
    return CHECKED


def _binary(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    operator = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if operator is None or left is None or right is None:
        return NOTHING
    if operator.type in ("&&", "||", "??"):
        return _logical(evaluator, operator.type, left, right, env)
    chain = [(operator.type, left, right)]  # `a + b + c + …` leans to the left, as long as a file may be
    while left.type == "binary_expression" and (op := left.child_by_field_name("operator")) is not None:
        first, second = left.child_by_field_name("left"), left.child_by_field_name("right")
        if op.type in ("&&", "||", "??") or first is None or second is None:
            break
        chain.append((op.type, first, second))
        left = first
    before, previous = evaluator.value(left, env), left
    for kind, _, operand in reversed(chain):
        fact = evaluator.value(operand, env)
        if kind in _ARITHMETIC and evaluator.typed:
            evaluator.use(previous, before, Use.OPERAND, env)
            evaluator.use(operand, fact, Use.OPERAND, env)
        elif kind == "in":
            evaluator.use(operand, fact, Use.OPERAND, env)
        previous, before = operand, NOTHING
    return CHECKED


def _logical(evaluator: Evaluator, operator: str, left: Node, right: Node, env: Env) -> Fact:
    if operator == "??":
        before = evaluator.value(left, env)
        yes, no = dict(env), dict(env)
        there(evaluator, yes, left)
    elif operator == "&&" and is_null(evaluator, inner(left)):
        return evaluator.value(left, env)  # what compilers write: `undefined && undefined.__awaiter`
    else:
        yes, no = branch(evaluator, left, env)
        before = _again(evaluator, left, no)
    fact = evaluator.value(right, yes if operator == "&&" else no)
    undecided(env, yes, no)
    if operator == "&&":
        return replace(fact, cause=fact.cause or before.cause, checked=False)
    same = before.type if before.type == fact.type or fact.type.name == "Array" else UNKNOWN
    return Fact(fact.cause, same or fact.type, fact.checked)


def _again(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    """What is known of an expression that was just evaluated, without evaluating it again."""
    node = inner(node)
    key = key_of(evaluator, node)
    if (fact := env.get(key)) is not None:
        return fact
    if node.type == "member_expression" and (owner := node.child_by_field_name("object")) is not None:
        name = node.child_by_field_name("property")
        return (
            evaluator.declared(_again(evaluator, owner, env).type, evaluator.text(name))
            if name is not None
            else NOTHING
        )
    if node.type == "this":
        return evaluator.this_value(node, env)
    return evaluator.name(node, env) if node.type == "identifier" else NOTHING


def _ternary(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    test, yes_part, no_part = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
    if test is None or yes_part is None or no_part is None:
        return NOTHING
    yes, no = branch(evaluator, test, env)
    one, other = evaluator.value(yes_part, yes), evaluator.value(no_part, no)
    if _is_undecided(evaluator, test, yes):
        written = (inner(yes_part), inner(no_part))
        one, other = (NOTHING if fact.cause and fact.cause.node in written else fact for fact in (one, other))
    joined = join_branches(evaluator.text(inner(test)), yes, no) or {}
    env.clear()
    env.update(joined)
    fact = (join({"x": one}, {"x": other}) or {}).get("x", NOTHING)
    if bool(one.cause) != bool(other.cause):
        source = evaluator.text(inner(test))
        fact = replace(fact, unless=f"!{source}" if one.cause else source)
    return fact


def _is_undecided(evaluator: Evaluator, test: Node, yes: Env) -> bool:
    """Whether nobody knows that a test may come out for the null that is written behind it: it asks what a caller has
    given, or it is what compilers make of `a?.b`, and `a` isn't known to be null."""
    test = inner(test)
    if "arguments.length" in evaluator.text(test):
        return True
    right = test.child_by_field_name("right")
    operand = right.child_by_field_name("left") if right is not None else None
    if operand is None or right is None or not _COMPILED.search(evaluator.text(right)):
        return False
    return yes.get(key_of(evaluator, operand), NOTHING).cause is None


def _awaited(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    fact = evaluator.parenthesized(node, env)
    if fact.type.name == "Promise" and fact.type.args:
        given = fact.type.args[0]
        why = f"what is awaited may be {given.null}"
        if _is_caught(evaluator, node):
            why = f"`catch` gives {given.null} when the promise fails"
        cause = Cause(node, why, given.null) if given.null else None
        return Fact(cause, evaluator.outline.resolved(given.present))
    return replace(fact, type=UNKNOWN, checked=False) if fact.cause is not None else NOTHING


def _is_caught(evaluator: Evaluator, node: Node) -> bool:
    call = inner(node.named_children[-1])
    function = call.child_by_field_name("function") if call.type == "call_expression" else None
    name = function.child_by_field_name("property") if function is not None else None
    return name is not None and evaluator.text(name) == "catch"


def _cast(evaluator: Evaluator, node: Node, env: Env) -> Fact:
    children = [child for child in node.named_children if child.type != "comment"]
    if len(children) != 2:  # `as const`, or what can't be read
        return evaluator.value(children[0], env) if children else NOTHING
    value, type = children if node.type == "as_expression" else reversed(children)
    fact = evaluator.value(value, env)
    if type.type == "type_arguments" and type.named_child_count:
        type = type.named_children[0]
    written = evaluator.type_of(type)
    cause = fact.cause if written.null else None
    return Fact(cause, written.present, checked=cause is None)


OPERATORS: Mapping[str, Callable[[Evaluator, Node, Env], Fact]] = {
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
    "update_expression": _operand,
    "unary_expression": _unary,
    "binary_expression": _binary,
    "ternary_expression": _ternary,
    "await_expression": _awaited,
    "as_expression": _cast,
    "type_assertion": _cast,
}
