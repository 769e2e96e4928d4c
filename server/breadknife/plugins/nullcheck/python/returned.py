"""What a function's callers need to know of it, by what its `return`s give."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.plugins.nullcheck.python.facts import FLAGS, Cause, Fact, Summary
from breadknife.plugins.nullcheck.python.outline import parameters_of
from breadknife.plugins.nullcheck.python.signatures import named
from breadknife.text.syntax import Node

_DEFAULTS = ("default_parameter", "typed_default_parameter")


def summary_of(returns: Sequence[Fact], falls_off: bool, scope: Node) -> Summary:
    if scope.type != "function_definition" or b"yield" in (scope.text or b""):
        return Summary()
    nones = [fact.cause for fact in returns if fact.cause is not None]
    # A function that only ever returns None, or is a stub, has callers that don't want a value.
    gives_value = len(nones) < len(returns) or any(cause.reason for cause in nones)
    may_be_none = (falls_off or bool(nones)) and gives_value
    given = [fact.items for fact in returns if fact.cause is None]
    items, together = _items(given)
    return Summary(
        may_be_none,
        not falls_off and not returns,
        items,
        together,
        _flag(given, items),
        _fallback(nones, scope) if may_be_none and not falls_off else None,
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
    """The place of a constant that differs where the values are there from where one of them is None, and what it is
    where they are there."""
    if not all(returned):
        return None
    for at in range(len(may_be_none)):
        there = {items[at].kind for items in returned if not any(fact.cause for fact in items)}
        missing = {items[at].kind for items in returned if any(fact.cause for fact in items)}
        if len(there) == len(missing) == 1 and there | missing == FLAGS.keys():
            return at, there == {"true"}
    return None


def _fallback(nones: Sequence[Cause], scope: Node) -> tuple[int, str] | None:
    """See `Known`."""
    parameters = parameters_of(scope)
    if parameters and named(parameters[0]) in ("self", "cls"):
        parameters = parameters[1:]
    found = {at for cause in nones for at, each in enumerate(parameters) if each == cause.node}
    is_default = all(cause.node.type in _DEFAULTS and cause.node in parameters for cause in nones)
    at = found.pop() if is_default and len(found) == 1 else None
    return (at, named(parameters[at])) if at is not None else None
