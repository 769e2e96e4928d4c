"""Whether a function calls what it is given where a use of null is caught: `attempt(lambda: match.group())`."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.flow.cfg import Errors
from breadknife.plugins.nullcheck.core.knowledge import Knowledge


def tries(function: Function, knowledge: Knowledge) -> bool:
    """Whether it calls one of its parameters, or an element of one, in a `try` that catches the use of a null."""
    if not any(each.encode() in function.words for each in knowledge.functions["catching_words"]):
        return False
    names = {each.name for each in function.parameters}
    return _tries(function.body, names, knowledge.errors)


def _tries(block: il.Block, names: set[str], errors: Errors) -> bool:
    for statement in block:
        match statement:
            case il.Try(body=body, handlers=handlers):
                caught = {name for handler in handlers for name in handler.catches}
                quiet = any(handler.is_quiet and not handler.catches for handler in handlers)
                is_caught = not errors.exact.isdisjoint(caught) or not errors.broad.isdisjoint(caught) or quiet
                if is_caught and any(_calls(each, names) for each in _values(body)):
                    return True
            case il.Loop(target=il.Name(key=key), iterable=il.Name(key=of), body=body):
                if _tries(body, names | {key} if of in names else names, errors):
                    return True
            case il.If(then=then, otherwise=otherwise):
                if _tries(then, names, errors) or _tries(otherwise, names, errors):
                    return True
            case _:
                pass
    return False


def _values(block: il.Block) -> Iterator[il.Expression | None]:
    for statement in block:
        match statement:
            case il.Assign(value=value) | il.Evaluate(value=value) | il.Return(value=value):
                yield value
            case _:
                pass


def _calls(value: il.Expression | None, names: set[str]) -> bool:
    return isinstance(value, il.Call) and value.callee.key in names
