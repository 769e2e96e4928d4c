"""What a call gives back, by the rules for the standard library and by what the project's functions are known to do."""

from __future__ import annotations

from breadknife.plugins.nullcheck.python.facts import NOTHING, Cause, Fact, key_of
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.rule import Default, NullableCall
from breadknife.plugins.nullcheck.python.rules import (
    NO_RETURN,
    NO_RETURN_METHODS,
)
from breadknife.text.syntax import Node


def call_result(
    meaning: Meaning, function: Node, qualified: str, receiver: str, given: list[Node], awaited: bool
) -> Fact:
    method = text(function).rpartition(".")[2] if receiver else ""
    rules = meaning.rules
    rule = rules.get(qualified) or (rules.get(f"{receiver}.{method}") if receiver else None)
    if rule is not None:
        why = f"`{rule.name}` returns None {rule.why}"
        return Fact(Cause(function, why), rule.gives) if _gives_none(rule, given) else Fact(kind=rule.gives)
    if kind := meaning.made_by(function):
        return Fact(kind=kind)
    callee = meaning.callee(function, receiver)
    if callee is None or callee.is_property or callee.is_async != awaited:
        return NOTHING
    if not (callee.cause or callee.kind or callee.items):
        return NOTHING
    group = function.start_byte + 1 if callee.together else 0
    items = tuple(Fact(cause, group=group) if cause else NOTHING for cause in callee.items)
    return Fact(callee.cause, callee.kind, items=items)


def never_returns(meaning: Meaning, function: Node, receiver: str) -> bool:
    if key_of(function) in NO_RETURN_METHODS or meaning.qualified(function) in NO_RETURN:
        return True
    callee = meaning.callee(function, receiver)
    return callee is not None and not callee.is_async and callee.never_returns


def _gives_none(rule: NullableCall, given: list[Node]) -> bool:
    if rule.default is Default.NEVER:
        return True
    if any(child.type in ("list_splat", "dictionary_splat") for child in given):
        return False
    position = [child for child in given if child.type != "keyword_argument"]
    default = position[rule.default_at] if len(position) > rule.default_at else None
    for child in given:
        name = child.child_by_field_name("name") if child.type == "keyword_argument" else None
        if name is not None and text(name) == rule.keyword:
            default = child.child_by_field_name("value")
    if default is None:
        return rule.default is Default.OPTIONAL_EVEN_ALONE or (rule.default is Default.OPTIONAL and len(given) > 0)
    return default.type == "none"
