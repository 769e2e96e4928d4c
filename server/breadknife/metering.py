"""Bounds what a template makes: a recipe's or model's template is anybody's, and 25 doublings of a value would take
all memory.

Before Jinja compiles a template, each expression that makes a value, writes, compares or loops is put into a filter
that charges it to the render's `Meter`. Nothing can be made or done that isn't charged, so memory and time are bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from jinja2 import Environment, TemplateError, nodes, pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
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
_TEXT_METHODS = frozenset([
    "capitalize", "count", "endswith", "find", "format", "index", "isalnum", "isalpha", "isdigit", "islower",
    "isnumeric", "isspace", "istitle", "isupper", "join", "lower", "lstrip", "partition", "removeprefix",
    "removesuffix", "replace", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines",
    "startswith", "strip", "swapcase", "title", "upper",
])  # fmt: skip
"""Methods of texts that a template may call. Of the others some pad a text to whatever length they are told."""


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
        self.charge(self.weight(value))
        return value

    def look(self, value: Any) -> Any:
        """Charge a value that is gone through."""
        self.charge(1 + self.weight(value) // _READING)
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

    def weight(self, value: Any) -> int:
        """Return the units of a value. A list in a list counts as often as it would be written, up to what may be
        made."""
        if isinstance(value, str):
            return len(value)
        total, waiting = 0, [value]
        while waiting and total <= MAX_MADE:
            each = waiting.pop()
            if isinstance(each, Namespace):  # as text it has all that is in it, and more namespaces may be
                raise PluginError("the template puts a namespace into a value; put its attributes there")
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


def _with_meter(template: nodes.Template, environment: Environment) -> nodes.Template:
    """Return a parsed template that charges what it does."""
    _Metering().visit(template)
    template.set_environment(environment)
    return template


class MeteredEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with a meter. Render its templates with `metered` values, and give it no filters but `METERED`
    and those that make no more than they are given."""

    intercepted_binops = frozenset(["+", "-", "*", "**", "%", "/", "//"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Numbers of a sensible size alone: `"x" * 10**9` would take all memory."""
        are_numbers = all(isinstance(each, (int, float)) and abs(each) < 1e9 for each in (left, right))
        if (are_numbers and operator != "**") or (operator == "+" and isinstance(left, (str, list, tuple))):
            return super().call_binop(context, operator, left, right)
        raise TemplateError(f"`{operator}` takes numbers below a thousand million")

    def is_safe_callable(self, obj: Any) -> bool:
        is_of_text = isinstance(_owner(obj), str)
        return super().is_safe_callable(obj) and (not is_of_text or obj.__name__ in _TEXT_METHODS)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Charge a call for its arguments, for what it could make of them, and for what it has made."""
        meter, owner, values = _meter_of(__context), _owner(__obj), [*args, *kwargs.values()]
        meter.charge(_ITEM)
        if isinstance(owner, str | list | tuple):
            meter.look(owner)
        if isinstance(owner, str):
            meter.charge(_most_made(owner, __obj.__name__, values, meter))
        value = super().call(__context, __obj, *args, **kwargs)
        if isinstance(value, Namespace):
            meter.make(values)
            return value
        return _make(__context, value)

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        """The hook before Jinja compiles what it has parsed."""
        return super()._generate(_with_meter(source, self), *args, **options)


def _owner(function: Any) -> Any:
    """Return what a method belongs to; the sandbox wraps `format`."""
    return getattr(getattr(function, "__wrapped__", function), "__self__", None)


def _most_made(text: str, method: str, arguments: list[Any], meter: Meter) -> int:
    """Return how many characters a method of a text may add to what it is given."""
    match method, arguments:
        case "replace", [old, new, *_]:
            return text.count(str(old)) * len(str(new))
        case "join", [items]:
            return len(text) * len(items)
        case "format", _ if ":" in text:
            raise PluginError("`format` takes no widths; write `{}`")
        case "format", _:
            return text.count("{") * meter.weight(arguments)
        case _:
            return 0


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
    """Return what a loop goes through."""
    if not isinstance(value, Undefined):
        _meter_of(context).charge(_ITEM * len(value))
    return value


@pass_context
def _joined(context: Context, values: list[Any]) -> str:
    """`a ~ b`."""
    meter = _meter_of(context)
    meter.look(values)
    return meter.make("".join(str(each) for each in values))


@pass_context
def _join(context: Context, value: Any, d: Any = "", attribute: str | int | None = None) -> str:
    _meter_of(context).charge(len(str(d)) * len(value))
    return _FILTERS["join"](context.eval_ctx, value, d, attribute)


@pass_context
def _replace(context: Context, s: Any, old: Any, new: Any, count: int | None = None) -> str:
    _meter_of(context).charge(str(s).count(str(old)) * len(str(new)))
    return _FILTERS["replace"](context.eval_ctx, s, old, new, count)


@pass_context
def _indent(context: Context, s: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    lines = str(s).count("\n") + 1
    _meter_of(context).charge(lines * (len(width) if isinstance(width, str) else width))
    return _FILTERS["indent"](str(s), width, first, blank)


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
    "indent": _indent, "join": _join, "replace": _replace, "round": _round, "sum": _sum, "words": _words,
}  # fmt: skip
"""Those, and filters that could make too much before it is charged."""
