"""References, conditions and templates of recipes. Jinja's sandbox runs them, with nothing that can be called."""

from __future__ import annotations

import dataclasses
import json
import re
import traceback
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.runtime import LoopContext

from breadknife.errors import PluginError
from breadknife.metering import CHARGING, METERED, MeteredEnvironment, metered

_REFERENCE = re.compile(r"\$([a-z_][a-z0-9_]*)((?:\.[a-z_][a-z0-9_]*)*)")
_TEMPLATE = "<template>"
"""What Jinja calls the file of a template that has none."""
_REMEMBERED = 1000
"""So many templates stay compiled, those that were used last."""
_FILTERS = (
    "capitalize", "count", "default", "first", "float", "int", "join", "last", "length", "lower", "max", "min",
    "replace", "reverse", "round", "sort", "sum", "title", "trim", "truncate", "unique", "upper", "wordcount",
)  # fmt: skip
_TESTS = ("defined", "none", "in", "equalto", "==")


@dataclasses.dataclass(frozen=True)
class Reference:
    """`$step.port.field`: what a step gives, or a part of it."""

    step: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return "$" + ".".join((self.step, *self.fields))


def reference(value: object) -> Reference | None:
    """Return the reference that a value of a recipe is; None of a literal. `$$` begins a literal `$`."""
    if not isinstance(value, str) or not (match := _REFERENCE.fullmatch(value)):
        return None
    return Reference(match[1], tuple(match[2].split(".")[1:]))


def unescaped(value: str) -> str:
    """Return a literal text as it is meant: `$$` at its start stands for `$`."""
    return value[1:] if value.startswith("$$") else value


class _Environment(MeteredEnvironment):
    """Only the fields of frozen dataclasses and of plain values can be read, and nothing can be called."""

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
            return any(field.name == attr for field in dataclasses.fields(obj))
        return isinstance(obj, (Mapping, LoopContext)) and not attr.startswith("_")


@cache
def _environment() -> _Environment:
    environment = _Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.globals.clear()
    filters: Any = {name: environment.filters[name] for name in _FILTERS}
    environment.filters = filters | {"lines": _lines, "json": _json} | METERED
    tests: Any = {name: environment.tests[name] for name in _TESTS}
    environment.tests = tests
    return environment


def _json(value: object) -> str:
    """Return a value as JSON: the filter `json`."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _lines(text: str, count: int) -> str:
    """Return the first `count` lines of a text: the filter `lines`."""
    return "\n".join(str(text).splitlines()[:count])


@dataclasses.dataclass(frozen=True)
class Template:
    """A compiled template or condition."""

    uses: tuple[tuple[str, ...], ...]
    """(step, port, field …) of each value that it reads."""
    render: Callable[[Mapping[str, Any]], Any]
    """Called with step -> what it gave. Returns the text, or for a condition whether it holds. Raises PluginError."""


@lru_cache(_REMEMBERED)
def template(source: str) -> Template:
    """Return a compiled template. Raises PluginError for what is no template, with the line in it."""
    tree = _parsed(source)

    def render(values: Mapping[str, Any]) -> str:
        try:
            return "".join(_compiled(source).generate(**metered(values)))
        except PluginError as error:
            raise PluginError(f"{error}{_line(error)}") from error
        except Exception as error:  # a template of anybody's: whatever it divides or compares
            raise PluginError(f"the template fails: {_message_of(error)}{_line(error)}") from error

    return Template(_uses(tree), render)


@lru_cache(_REMEMBERED)
def condition(source: str) -> Template:
    """Return a compiled condition: a Jinja expression with references in it. Raises PluginError for what is none."""
    expression = _REFERENCE.sub(lambda match: match[0][1:], source)
    tree = _parsed(f"{{{{ ({expression}) }}}}")

    def holds(values: Mapping[str, Any]) -> bool:
        try:
            return bool(_compiled_condition(expression)(**metered(values)))
        except PluginError:
            raise
        except Exception as error:
            raise PluginError(f"the condition fails: {_message_of(error)}") from error

    return Template(_uses(tree), holds)


def _parsed(source: str) -> nodes.Template:
    """Return the syntax tree of a template. Raises PluginError.

    Filters and tests are checked here: Jinja would tell of unknown ones only when it compiles, which takes ten times as
    long as parsing; a menu reads many recipes and runs none.
    """
    environment = _environment()
    try:
        tree = environment.parse(source)
    except (TemplateError, RecursionError, ValueError, OverflowError) as error:
        raise PluginError(_message_of(error)) from error
    filters = [name for name in environment.filters if name not in CHARGING]
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        known, what = (filters, "filter") if isinstance(node, nodes.Filter) else (environment.tests, "test")
        if node.name not in known:
            raise PluginError(f"no {what} named {node.name!r}; there are {', '.join(sorted(known))}")
    for node in tree.find_all((nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends)):
        raise PluginError(f"a template can't {type(node).__name__.lower()} another one (line {node.lineno} of it)")
    return tree


@lru_cache(_REMEMBERED)
def _compiled(source: str) -> Any:
    return _environment().from_string(source)


@lru_cache(_REMEMBERED)
def _compiled_condition(source: str) -> Any:
    return _environment().compile_expression(source, undefined_to_none=True)


def _uses(tree: nodes.Template) -> tuple[tuple[str, ...], ...]:
    """Return the paths of the values that a template reads from outside, as (`a`, `b`, `c`) for `a.b.c`; its loops' own
    variables aren't among them."""
    variables = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")} | {"loop"}
    paths: dict[tuple[str, ...], None] = {}
    inner: set[int] = set()  # ids of the nodes inside a longer path, such as `a.b` in `a.b.c`
    for node in tree.find_all((nodes.Getattr, nodes.Name)):
        if id(node) in inner:
            continue
        attributes: list[str] = []
        value: nodes.Node = node
        while isinstance(value, nodes.Getattr):
            attributes.append(value.attr)
            value = value.node
            inner.add(id(value))
        if isinstance(value, nodes.Name) and value.name not in variables:
            paths[(value.name, *reversed(attributes))] = None
    return tuple(paths)


def _line(error: BaseException) -> str:
    """Return where in a template an error happened, in words: Jinja puts the template's own lines into the
    traceback."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == _TEMPLATE]
    return f" (line {lines[-1]} of it)" if lines else ""


def _message_of(error: BaseException) -> str:
    """Return what an error says, and for a syntax error its line."""
    line = f" (line {error.lineno} of it)" if isinstance(error, TemplateSyntaxError) else ""
    return f"{str(error) or type(error).__name__}{line}"
