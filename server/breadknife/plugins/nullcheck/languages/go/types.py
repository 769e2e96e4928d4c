"""Types as Go writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.languages.lowering import inner, text
from breadknife.text.syntax import Node

_VALUES = frozenset({
    "bool", "byte", "rune", "string", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32",
    "uint64", "uintptr", "float32", "float64", "complex64", "complex128",
})  # fmt: skip
BUILTIN_TYPES = _VALUES | {"error", "any"}
_DEEPEST = 8


@dataclass(frozen=True)
class Types:
    """Reads the types of one file."""

    declared: Mapping[str, Node]
    """The types that the file declares, by their names."""
    imports: Mapping[str, str]
    elsewhere: Callable[[str], Node | None] = lambda _: None
    """A type that another file of the package declares."""

    def declaration(self, name: str) -> Node | None:
        """What the package declares a type as."""
        return self.declared.get(name) or self.elsewhere(name)

    def read(self, node: Node | None, depth: int = 0) -> Type | None:
        """The type that a node writes; None for one that can't be told."""
        if node is None or depth > _DEEPEST:
            return None
        parts = inner(node)
        match node.type:
            case "pointer_type":
                pointed = self.read(parts[0], depth + 1) if parts else None
                return pointed._replace(is_value=False) if pointed is not None else Type("pointer")
            case "type_identifier" | "identifier":
                return self._named(text(node), depth)
            case "qualified_type" | "selector_expression":
                package, _, name = text(node).partition(".")
                return Type(f"{self.imports.get(package, package)}.{name}", is_value=True)
            case "map_type":
                key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
                return Type("dict", (self._or_unknown(key, depth), self._or_unknown(value, depth)))
            case "slice_type" | "array_type" | "implicit_length_array_type":
                return Type("list", (self._or_unknown(node.child_by_field_name("element"), depth),), is_value=True)
            case "function_type":
                return Type("func")
            case "interface_type":
                return Type("interface")
            case "channel_type":
                return Type("chan")
            case "struct_type":
                return Type("struct", is_value=True)
            case "generic_type":
                return self.read(node.child_by_field_name("type"), depth + 1)
            case "parenthesized_type":
                return self.read(parts[0], depth + 1) if parts else None
            case _:
                return None

    def _or_unknown(self, node: Node | None, depth: int) -> Type:
        return self.read(node, depth + 1) or Type("", is_value=True)

    def _named(self, name: str, depth: int) -> Type:
        if name in ("error", "any"):
            return Type("error" if name == "error" else "interface")
        declared = self.declaration(name) if name not in _VALUES else None
        if declared is None:
            return Type(name, is_value=True)
        if declared.type in ("interface_type", "struct_type"):
            return Type(name, is_value=declared.type == "struct_type")
        under = self.read(declared, depth + 1)
        if under is not None and under.name in ("dict", "func", "chan", "list"):
            return under
        return Type(name, is_value=True)

    def zero_is_nil(self, type_: Type | None) -> bool:
        """Whether a variable of the type that isn't given a value is nil, and a use of it as a value panics."""
        return type_ is not None and not type_.is_value
