"""The types of ports: which values a step takes and gives, read from the annotations of its dataclasses."""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from breadknife.errors import PluginError
from breadknife.steps.values import ModelPrompt, Passage, Symbol, Vector
from breadknife.task.values import Resource
from breadknife.text.document import Document, Span
from breadknife.text.prose import ProseText

LITERAL, TEMPLATE, PATTERN, CLEAN, ROLE = "literal", "template", "pattern", "clean", "role"
"""Keys of a field's metadata: see `Port`."""


@dataclass(frozen=True)
class PortType:
    """`text`, `list[span]` …: names that people read and that must agree at both ends of an edge."""

    name: str
    item: PortType | None = None
    """The type of a list's items; None if it isn't a list, or if its items may be anything."""
    is_optional: bool = False
    """True if the value may be missing."""

    def __str__(self) -> str:
        return f"{self.name}[{self.item}]" if self.item else self.name


ANY = PortType("any")
"""Fits every other type."""
NAMES: dict[Any, str] = {
    str: "text",
    ProseText: "prose",
    Span: "span",
    Symbol: "symbol",
    ModelPrompt: "prompt",
    Document: "document",
    Resource: "file",
    tuple[Vector, ...]: "vectors",
    tuple[Passage, ...]: "passages",
    Passage: "passage",
    int: "number",
    float: "number",
    bool: "boolean",
    Any: "any",
}


@dataclass(frozen=True)
class Port:
    """One input or output of a step."""

    name: str
    type: PortType
    hint: Any
    """The Python type."""
    is_required: bool
    default: Any = None
    is_literal: bool = False
    """True if the recipe itself writes the value, so that no other step's result can get here."""
    is_template: bool = False
    """True if it is a literal with Jinja's `{{ step.port }}` in it."""
    is_pattern: bool = False
    """True if it is a literal that is a regular expression, which `text/patterns.py` reads."""
    is_clean: bool = False
    """True if it takes no value that comes from documents, PDFs or programs."""
    is_role: bool = False
    """True if it is a literal that names a model's role."""


def literal(default: Any = MISSING, *, template: bool = False, pattern: bool = False, role: bool = False) -> Any:
    """Return a field whose value the recipe itself writes: a pattern, a command line, a limit.

    With `template`, it is a Jinja template, which may name other steps' results. With `pattern`, it is a regular
    expression, and a recipe with a wrong one is refused. With `role`, it names a model's role.
    """
    metadata = {LITERAL: True, TEMPLATE: template, PATTERN: pattern, ROLE: role}
    return dataclasses.field(default=default, metadata=metadata)


def clean(default: Any = MISSING) -> Any:
    """Return a field that takes no value from documents, PDFs or programs."""
    return dataclasses.field(default=default, metadata={CLEAN: True})


@cache
def ports_of(kind: type[Any]) -> dict[str, Port]:
    """Return the ports that the fields of a dataclass are. Raises PluginError for a type that no port can have."""
    hints = get_type_hints(kind)
    ports: dict[str, Port] = {}
    for field in dataclasses.fields(kind):
        required = field.default is MISSING and field.default_factory is MISSING
        default = None if required else field.default if field.default is not MISSING else field.default_factory()  # type: ignore[misc]
        is_literal = bool(field.metadata.get(LITERAL))
        ports[field.name] = Port(
            field.name,
            ANY if is_literal else port_type(hints[field.name]),
            hints[field.name],
            required,
            default,
            is_literal=is_literal,
            is_template=bool(field.metadata.get(TEMPLATE)),
            is_pattern=bool(field.metadata.get(PATTERN)),
            is_clean=bool(field.metadata.get(CLEAN)),
            is_role=bool(field.metadata.get(ROLE)),
        )
    return ports


def port_type(hint: Any) -> PortType:
    """Return the type of a port with this annotation. Raises PluginError for one that no port can have."""
    if hint in NAMES:
        return PortType(NAMES[hint])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return PortType("list", port_type(arguments[0]))
    if origin in (Union, UnionType):
        others = [argument for argument in arguments if argument is not NoneType]
        if len(others) == 1 and len(others) < len(arguments):
            return dataclasses.replace(port_type(others[0]), is_optional=True)
    raise PluginError(f"no port can have the type {hint}; the types are {', '.join(sorted(set(NAMES.values())))}")


def fits(given: PortType, wanted: PortType) -> bool:
    """Tell whether a value of the one type can go where the other one is wanted."""
    if ANY in (dataclasses.replace(given, is_optional=False), dataclasses.replace(wanted, is_optional=False)):
        return True
    if given.name != wanted.name:
        return False
    return given.item is None or wanted.item is None or fits(given.item, wanted.item)


def field_type(given: PortType, name: str) -> PortType | None:
    """Return the type of `value.name`; None if such values have no field of that name."""
    if given.name == "any":
        return ANY
    hint = next((hint for hint, known in NAMES.items() if known == given.name and dataclasses.is_dataclass(hint)), None)
    if hint is None:
        return None
    field_hint = get_type_hints(hint).get(name)
    try:
        return port_type(field_hint) if field_hint is not None else None
    except PluginError:
        return None


def fields_of(given: PortType) -> list[str]:
    """Return the names that `field_type` knows."""
    hint = next((hint for hint, known in NAMES.items() if known == given.name and dataclasses.is_dataclass(hint)), None)
    names = [field.name for field in dataclasses.fields(hint)] if hint is not None else []
    return [name for name in names if field_type(given, name)]
