"""What an assignment brings to its targets: names, properties, and patterns of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from breadknife.plugins.nullcheck.ecmascript.facts import CHECKED, NOTHING, Cause, Env, Fact, forget
from breadknife.plugins.nullcheck.ecmascript.narrowing import is_null, key_of
from breadknife.plugins.nullcheck.ecmascript.types import Type
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

if TYPE_CHECKING:
    from breadknife.plugins.nullcheck.ecmascript.expressions import Evaluator


def bind(evaluator: Evaluator, target: Node, fact: Fact, env: Env, owner: str = "") -> None:
    """Assign a value to one target: a name, a property, or a pattern of them; `owner` is the key of the value."""
    match target.type:
        case "identifier" | "shorthand_property_identifier_pattern":
            name = evaluator.text(target)
            forget(env, name)
            if fact is not NOTHING:
                env[name] = fact
        case "member_expression" | "subscript_expression":
            evaluator.value(target, env)
            if key := key_of(evaluator, target):
                forget(env, key)
                env[key] = fact if fact is not NOTHING else CHECKED
        case "object_pattern":
            for child in target.named_children:
                _bind_property(evaluator, child, fact.type, env, owner)
        case "assignment_pattern" | "object_assignment_pattern":
            _bind_default(evaluator, target, fact, env)
        case "non_null_expression" | "parenthesized_expression" if target.named_child_count:
            bind(evaluator, target.named_children[0], fact, env)
        case "array_pattern":
            _bind_elements(evaluator, target, fact.type, env)
        case _:
            for child in target.named_children:
                bind(evaluator, child, NOTHING, env)


def _bind_elements(evaluator: Evaluator, pattern: Node, type: Type, env: Env) -> None:
    position = 0
    for child in pattern.children:
        position += child.type == ","
        if not child.is_named:
            continue
        fact, resolved = NOTHING, evaluator.outline.resolved
        if type.name == "Array" and type.args and type.args[0].name:
            fact = Fact(type=type.args[0].present)
        elif type.name == "Tuple" and position < len(type.args) and child.type != "rest_pattern":
            element = resolved(type.args[position])
            cause = Cause(child, "its type says so", element.null) if element.null else None
            fact = Fact(cause, element.present) if cause is not None or element.name else NOTHING
            if child.type in ("object_pattern", "array_pattern"):
                evaluator.use(child, fact, Use.ATTRIBUTE if child.type == "object_pattern" else Use.ITERATE, env)
        bind(evaluator, child, fact, env)


def _bind_property(evaluator: Evaluator, child: Node, type: Type, env: Env, owner: str) -> None:
    name, target = child, child
    match child.type:
        case "pair_pattern":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is None or value is None:
                return
            name, target = key, value
        case "object_assignment_pattern":
            name = child.child_by_field_name("left") or child
        case "shorthand_property_identifier_pattern":
            pass
        case _:
            bind(evaluator, child, NOTHING, env)
            return
    key = f"{owner}.{evaluator.text(name)}" if owner else ""
    fact, known = evaluator.declared(type, evaluator.text(name)), env.get(key, NOTHING)
    if known.cause is not None or known.checked:  # set or tested before
        fact = replace(known, type=known.type if known.type.name else fact.type)
    bind(evaluator, target, fact, env, key)


def _bind_default(evaluator: Evaluator, target: Node, fact: Fact, env: Env) -> None:
    left, right = target.child_by_field_name("left"), target.child_by_field_name("right")
    if left is None:
        return
    default = evaluator.value(right, dict(env)) if right is not None else NOTHING
    cause = fact.cause if fact.cause is not None and "null" in fact.cause.null.split(" or ") else None
    if right is not None and is_null(evaluator, right):
        cause = Cause(right, f"its default is {evaluator.text(right)}", evaluator.text(right))
    bind(evaluator, left, Fact(cause, fact.type if fact.type.name else default.type), env)
