"""What a function's callers need to know of it, by what its `return`s give."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from breadknife.plugins.nullcheck.python.demands import States, demands, is_method, where_none
from breadknife.plugins.nullcheck.python.facts import FLAGS, Cause, Fact, Summary
from breadknife.plugins.nullcheck.python.outline import parameters_of, text
from breadknife.plugins.nullcheck.python.signatures import named
from breadknife.text.syntax import Node

_DEFAULTS = ("default_parameter", "typed_default_parameter")
_IS_NONE = re.compile(r"(\w+) is None")
_IS_THERE = re.compile(r"(\w+) is not None")


class Return(NamedTuple):
    fact: Fact
    """Of what it gives back; NOTHING for a value that isn't known to be None."""
    states: States
    """Of the parameters there."""


def summary_of(
    returns: Sequence[Return],
    at_end: States | None,
    scope: Node,
    defaults: Mapping[str, str],
    changed: Collection[str],
) -> Summary:
    """`at_end`: what its parameters are there; None where it is never met. `defaults`, `changed`: see `Evaluator`."""
    falls_off = at_end is not None
    if scope.type != "function_definition" or b"yield" in (scope.text or b""):
        return Summary()
    nones = [fact.cause for fact, _ in returns if fact.cause is not None]
    # A function that only ever returns None, or is a stub, has callers that don't want a value.
    gives_value = len(nones) < len(returns) or any(cause.reason for cause in nones)
    may_be_none = (falls_off or bool(nones)) and gives_value
    ends = [at_end] if at_end is not None else []
    at_nones = [where_none(at, fact.unless, defaults) for fact, at in returns if fact.cause is not None]
    given = [fact.items for fact, _ in returns if fact.cause is None]
    items, together = _items(given)
    return Summary(
        may_be_none,
        not falls_off and not returns,
        items,
        together,
        _flag(given, items),
        _fallback(nones, scope) if may_be_none and not falls_off else None,
        demands([*at_nones, *ends], scope, defaults, changed) if may_be_none else (),
        demands([*(at for _, at in returns), *ends], scope, defaults, changed),
    )


def _items(returned: Sequence[tuple[Fact, ...]]) -> tuple[tuple[bool, ...], bool]:
    """Which values of the tuples that a function returns may be None, and whether that is so of all at once."""
    known = [[fact.cause is not None for fact in items] for items in returned if items]
    if not known or len({len(items) for items in known}) > 1:
        return (), False
    may_be_none = tuple(any(column) for column in zip(*known, strict=True))
    if not any(may_be_none):
        return (), False
    at_once = all(not any(items) or tuple(items) == may_be_none for items in known)
    return may_be_none, at_once and (len(known) < len(returned) or not all(map(any, known)))


def _flag(returned: Sequence[tuple[Fact, ...]], may_be_none: tuple[bool, ...]) -> tuple[int, bool] | None:
    """The place of a constant that is the same wherever one of the values is None, and what it isn't there."""
    missing = [items for items in returned if any(fact.cause for fact in items)]
    for at in range(len(may_be_none)):
        kinds = {items[at].kind for items in missing}
        if len(kinds) == 1 and kinds <= FLAGS.keys():
            return at, kinds != {"true"}
    return None


def _fallback(nones: Sequence[Cause], scope: Node) -> tuple[int, str] | None:
    """See `Known`."""
    parameters = parameters_of(scope)
    if parameters and named(parameters[0]) in ("self", "cls") and is_method(scope):
        parameters = parameters[1:]
    names = [named(each) for each in parameters if _may_be_none(each)]
    found = {_parameter(cause.node, scope) for cause in nones}
    name = found.pop() if len(found) == 1 else ""
    at = next((at for at, each in enumerate(parameters) if named(each) == name), -1)
    return (at, name) if name in names else None


def _may_be_none(parameter: Node) -> bool:
    """Whether a call gives None for it where it gives nothing."""
    default = parameter.child_by_field_name("value")
    return default is None or default.type == "none"


def _parameter(none: Node, scope: Node) -> str:
    """The name of the parameter that a None comes from: it is its default, or is given back where that is None."""
    if none.type in _DEFAULTS:
        return named(none)
    inner, outer = none, none.parent
    while outer is not None and inner != scope:
        test, owner = _IS_NONE, outer
        if outer.type == "else_clause":
            before = outer.prev_named_sibling
            test, owner = _IS_THERE, before if before is not None and before.type == "elif_clause" else outer.parent
        elif outer.child_by_field_name("consequence") != inner:
            owner = None
        condition = owner.child_by_field_name("condition") if owner is not None else None
        if condition is not None and (found := test.fullmatch(text(condition))) is not None:
            return found[1]
        inner, outer = outer, outer.parent
    return ""
