"""Bounds what a template makes: a template is anybody's, and 25 doublings of a value would take all memory.

Before Jinja compiles a template, each expression that makes a value, writes, compares or loops is put into a filter
that charges it to the render's `Meter`. Nothing can be made or done that isn't charged, so memory and time are bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from jinja2 import Environment, nodes, pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Context, Undefined
from jinja2.visitor import NodeTransformer

from breadknife.errors import PluginError

MAX_TEXT = 1 << 20
"""Characters that a template may write, captured ones (`{% set x %}…`) too."""
MAX_MADE = 8 << 20
"""Of all values that it makes, and turns of its loops: a character counts as one, an item and a turn as `_ITEM`."""
_ITEM = 64
_READING = 16
"""Characters that are looked at for one unit."""
_PRECISION = 15
_FILTERS = cast("dict[str, Any]", FILTERS)
_METER = " meter"
"""The meter's name among a template's values: no template can write it."""
_COMPARING = frozenset(("in", "equalto", "=="))


@dataclass
class Meter:
    """What one render has made and written so far."""

    made: int = 0
    written: int = 0

    def charge(self, units: int) -> None:
        """Raises PluginError once there is too much."""
        self.made += units
        if self.made > MAX_MADE:
            raise PluginError(f"the template makes more than {MAX_MADE:,} characters; loop over less")

    def make(self, value: Any) -> Any:
        """Charge a value that was made just now."""
        self.charge(self._weight(value))
        return value

    def look(self, value: Any) -> Any:
        """Charge a value that is gone through."""
        self.charge(1 + self._weight(value) // _READING)
        return value

    def write(self, value: Any) -> str:
        """Return a value as it is written."""
        if not isinstance(value, str):
            self.look(value)
        text = str(value)
        self.written += len(text)
        if self.written > MAX_TEXT:
            raise PluginError(f"the template writes more than {MAX_TEXT:,} characters; shorten what it shows")
        return text

    def _weight(self, value: Any) -> int:
        """A list in a list counts as often as it would be written. No more is counted than is left."""
        if isinstance(value, str):
            return len(value)
        total, waiting = 0, [value]
        while waiting and total <= MAX_MADE:
            each = waiting.pop()
            total += len(each) if isinstance(each, str) else _ITEM
            if isinstance(each, Mapping):
                mapping = cast("Mapping[Any, Any]", each)
                waiting += [*mapping.keys(), *mapping.values()]
            elif isinstance(each, (list, tuple, set, frozenset)):
                waiting += cast("list[Any]", each)
        return total


def metered(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template's values with a new meter among them."""
    return {**values, _METER: Meter()}


def meter(template: nodes.Template, environment: Environment) -> nodes.Template:
    """Return a parsed template that charges what it does."""
    _Metering().visit(template)
    template.set_environment(environment)
    return template


class _Metering(NodeTransformer):
    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        self.generic_visit(node, *args, **kwargs)
        match node:
            case nodes.TemplateData():
                return nodes.Const(node.data, lineno=node.lineno)
            case nodes.Output():
                node.nodes = [_through("write", each) for each in node.nodes]
            case nodes.For():
                node.iter = _through("each", cast("nodes.Expr", node.iter))
            case nodes.Compare():
                node.expr = _through("look", node.expr)
                for operand in node.ops:
                    operand.expr = _through("look", operand.expr)
            case nodes.Test() if node.name in _COMPARING:
                node.node = _through("look", node.node)
                node.args = [_through("look", each) for each in node.args]
            case nodes.Concat():
                return _through("joined", nodes.List(node.nodes, lineno=node.lineno))
            case nodes.Filter():
                if node.node is not None:
                    node.node = _through("look", node.node)
                return _through("make", node)
            case nodes.List() | nodes.Dict() | nodes.Add() | nodes.Getitem(arg=nodes.Slice()):
                return _through("make", node)
            case nodes.Tuple(ctx="load"):
                return _through("make", node)
            case _:
                pass
        return node


def _through(name: str, node: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, f" {name}", [], [], None, None, lineno=node.lineno)


def _meter_of(context: Context) -> Meter:
    return cast("Meter", context.resolve(_METER))


@pass_context
def _write(context: Context, value: Any) -> str:
    return _meter_of(context).write(value)


@pass_context
def _look(context: Context, value: Any) -> Any:
    return _meter_of(context).look(value)


@pass_context
def _make(context: Context, value: Any) -> Any:
    """Iterators, which some filters give, as lists."""
    if hasattr(value, "__next__"):
        value = list(value)
    return _meter_of(context).make(value)


@pass_context
def _each(context: Context, value: Any) -> Any:
    """What a loop goes through."""
    if not isinstance(value, Undefined):
        _meter_of(context).charge(_ITEM * len(value))
    return value


@pass_context
def _joined(context: Context, values: list[Any]) -> str:
    """`a ~ b`."""
    return _meter_of(context).make("".join(str(each) for each in values))


@pass_context
def _join(context: Context, value: Any, d: Any = "", attribute: str | int | None = None) -> str:
    _meter_of(context).charge(len(str(d)) * len(value))
    return _FILTERS["join"](context.eval_ctx, value, d, attribute)


@pass_context
def _replace(context: Context, s: Any, old: Any, new: Any, count: int | None = None) -> str:
    _meter_of(context).charge(str(s).count(str(old)) * len(str(new)))
    return _FILTERS["replace"](context.eval_ctx, s, old, new, count)


@pass_context
def _sum(context: Context, value: Any, attribute: str | int | None = None, start: Any = 0) -> Any:
    if not isinstance(start, (int, float)):
        raise PluginError("`sum` begins with a number; join texts with `join`")
    return _FILTERS["sum"](context.environment, value, attribute, start)


def _round(value: Any, precision: int = 0, method: Any = "common") -> float:
    if abs(precision) > _PRECISION:
        raise PluginError(f"`round` takes at most {_PRECISION} digits; write fewer")
    return _FILTERS["round"](value, precision, method)


def _words(text: Any) -> list[str]:
    return str(text).split(maxsplit=MAX_MADE // _ITEM)


CHARGING: dict[str, Any] = {
    " write": _write, " look": _look, " make": _make, " each": _each, " joined": _joined,
}  # fmt: skip
"""No template can write these names."""
METERED: dict[str, Any] = CHARGING | {
    "join": _join, "replace": _replace, "round": _round, "sum": _sum, "words": _words,
}  # fmt: skip
"""Those, and filters that could make too much before it is charged."""
