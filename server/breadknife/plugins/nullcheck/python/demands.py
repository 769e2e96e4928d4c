"""What a function does only where its parameters are so: `if fatal: raise` lets no other call come back."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from breadknife.plugins.nullcheck.python.facts import Env, Fact
from breadknife.plugins.nullcheck.python.outline import parameters_of, text
from breadknife.plugins.nullcheck.python.signatures import named
from breadknife.plugins.nullcheck.summaries import Demand
from breadknife.text.syntax import Node


class State(StrEnum):
    """Of a parameter."""

    TRUE = "true"
    FALSE = "false"
    NONE = "none"
    THERE = "there"
    LEFT = "left"
    """What it is by default, whether it is given or not."""
    GIVEN = "given"


_OPPOSITE: Mapping[str, State] = {
    State.TRUE: State.FALSE, State.FALSE: State.TRUE, State.NONE: State.THERE, State.THERE: State.NONE,
    State.LEFT: State.GIVEN, State.GIVEN: State.LEFT,
}  # fmt: skip
_FACTS: Mapping[str, Fact] = {state: Fact(kind=state) for state in State}
_IS = {"is": True, "==": True, "is not": False, "!=": False}
_TRUTH = re.compile(r"((?:not )*)(\w+)")
_REFUSES = re.compile(rb"if [^\n]*:\s+raise\b")
_STATE = "[?]"
"""No expression ends so."""
_PLAIN = (bool, int, float, str, bytes)
"""Nothing that is done with a value of these changes it."""
_LONGEST_LITERAL = 100
_BY_NAME = 255
"""Place of a parameter that can't be given by its place."""

States = Mapping[str, str]
"""Parameter -> its state."""


def may_demand(source: bytes) -> bool:
    """Whether a function's text shows that it may come back only where a parameter is as it wants it."""
    return b"raise" in source and _REFUSES.search(source) is not None


def _key(parameter: str) -> str:
    return parameter + _STATE


def tested(defaults: Mapping[str, str], test: Node, yes: Env, no: Env) -> None:
    """What a test of a parameter says where it succeeds and where it fails. `defaults`: source of each one's."""
    state = State.TRUE
    if test.type == "comparison_operator":
        left, right = test.named_children[0], test.named_children[-1]
        if left.type != "identifier" or test.named_child_count != 2 or (name := text(left)) not in defaults:
            return
        operator, other = next((child.type for child in test.children if not child.is_named), ""), text(right)
        if operator not in _IS or other not in ("None", defaults[name]):
            return
        state = State.NONE if other == "None" else State.LEFT
        state = state if _IS[operator] else _OPPOSITE[state]
    else:
        name = text(test)
    if name in defaults:
        yes[_key(name)], no[_key(name)] = _FACTS[state], _FACTS[_OPPOSITE[state]]


def changed(name: str, defaults: Mapping[str, str], env: Env) -> bool:
    """Whether a parameter may hold more or less once something was done with it; it is there as it was."""
    if name not in defaults or type(next(iter(_literal(defaults[name])), None)) in _PLAIN:
        return False
    known = env.get(_key(name))
    if known is not None and known.kind in (State.TRUE, State.FALSE):
        env.pop(_key(name))
        env |= {_key(name): _FACTS[State.THERE]} if known.kind == State.TRUE else {}
    return True


def states(defaults: Mapping[str, str], env: Env) -> States:
    """Of the parameters at one place."""
    return {name: env[key].kind for name in defaults if (key := name + _STATE) in env} if env else {}


def where_none(at: States, unless: str, defaults: Mapping[str, str]) -> States:
    """Of the parameters at a `return` where it gives None, which the success of a test rules out."""
    told = _TRUTH.fullmatch(unless)
    if told is None or told[2] not in defaults:
        return at
    return {**at, told[2]: State.FALSE if told[1].count("not") % 2 == 0 else State.TRUE}


def demands(
    places: Iterable[States], function: Node, defaults: Mapping[str, str], changed: Collection[str]
) -> tuple[Demand, ...]:
    """What holds at all of those. `defaults`: of the parameters that are never given another value. `changed`: those
    that may have held something else when the function was called."""
    common: set[tuple[str, str]] | None = None
    for each in places:
        common = set(each.items()) if common is None else common & each.items()
        if not common:
            return ()
    if not common:
        return ()
    at, found = 0, list[Demand]()
    for parameter in parameters_of(function):
        name = named(parameter)
        if at == 0 and name in ("self", "cls") and is_method(function):
            continue
        state = next((state for each, state in common if each == name), "")
        if name in changed and state in (State.TRUE, State.FALSE):
            state = State.THERE if state == State.TRUE else ""
        if state in _OPPOSITE and name in defaults:
            found.append(Demand(at, name, state, defaults[name]))
        is_last = at == _BY_NAME or "splat" in parameter.type or parameter.type == "keyword_separator"
        at = _BY_NAME if is_last else at + 1
    return tuple(found)


def is_method(function: Node) -> bool:
    around = function.parent
    while around is not None and around.type not in ("class_definition", "function_definition"):
        around = around.parent
    return around is not None and around.type == "class_definition"


def is_ruled_out(wanted: Sequence[Demand], given: Sequence[Node], env: Env) -> bool:
    """Whether a call surely doesn't meet one of the demands; what `*` or `**` give isn't thought to."""
    return any(_is_met(each, value_of(each, given), env) is False for each in wanted)


def failing_test(wanted: Sequence[Demand], given: Sequence[Node]) -> str:
    """A test of the caller's own under which one of the demands isn't met."""
    for each in wanted:
        value = value_of(each, given)
        if value is not None and value.type == "identifier" and each.state in (State.TRUE, State.FALSE):
            return f"not {text(value)}" if each.state == State.TRUE else text(value)
    return ""


def value_of(wanted: Demand, given: Sequence[Node]) -> Node | None:
    """What a call gives for the parameter, by its place or name."""
    for child in given:
        name = child.child_by_field_name("name") if child.type == "keyword_argument" else None
        if name is not None and text(name) == wanted.name:
            return child.child_by_field_name("value")
    positional = [child for child in given if child.type not in ("keyword_argument", "dictionary_splat")]
    is_told = len(positional) > wanted.at and not any("splat" in child.type for child in positional[: wanted.at + 1])
    return positional[wanted.at] if is_told else None


def came_back(wanted: Sequence[Demand], given: Sequence[Node], defaults: Mapping[str, str], env: Env) -> list[Node]:
    """A call has come back, as it does only where all demands are met: the arguments that are no None then."""
    there = list[Node]()
    for each in wanted:
        value = value_of(each, given)
        if value is None:
            continue
        if each.state in (State.TRUE, State.THERE):
            there.append(value)
        if value.type == "identifier" and text(value) in defaults and each.state not in (State.LEFT, State.GIVEN):
            env[_key(text(value))] = _FACTS[each.state]
    return there


def _is_met(wanted: Demand, value: Node | None, env: Env) -> bool | None:
    """None where that isn't known."""
    source = text(value) if value is not None else wanted.default
    known = env.get(_key(source)) if value is not None else None
    is_of_default = wanted.state in (State.LEFT, State.GIVEN)  # the caller's own has another one
    if known is not None and not is_of_default and known.kind in (wanted.state, _OPPOSITE[wanted.state]):
        return known.kind == wanted.state
    literal = _literal(source)
    match wanted.state:
        case State.TRUE | State.FALSE:
            return bool(literal[0]) == (wanted.state == State.TRUE) if literal else None
        case State.NONE | State.THERE:
            return (literal[0] is None) == (wanted.state == State.NONE) if literal else None
        case _:
            is_left = _is_default(value, literal, wanted.default)
            return is_left == (wanted.state == State.LEFT) if is_left is not None else None


def _is_default(value: Node | None, literal: Sequence[object], default: str) -> bool | None:
    """None where that isn't known."""
    if value is None:
        return True
    if literal:
        usual = _literal(default)
        is_same = bool(usual) and literal[0] == usual[0]
        return None if is_same and type(literal[0]) is not type(usual[0]) else is_same  # `1 == True`, but it `is` not
    is_named = value.type in ("identifier", "attribute")
    return True if is_named and f".{text(value)}".endswith(f".{default}") else None


@lru_cache(maxsize=1 << 10)
def _literal(source: str) -> Sequence[object]:
    """Its value; nothing where it is no literal."""
    if len(source) > _LONGEST_LITERAL or "\\" in source:  # Python warns of what it thinks no escape
        return ()
    try:
        return (ast.literal_eval(source),)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ()
