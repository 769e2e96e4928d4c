"""Types as Go writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.languages.outlining import first, part, text
from breadknife.text.syntax import Node

_VALUES = frozenset({
    "bool", "byte", "rune", "string", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32",
    "uint64", "uintptr", "float32", "float64", "complex64", "complex128",
})  # fmt: skip
_WRITTEN = {
    "function_type": Type("func"), "interface_type": Type("interface"), "channel_type": Type("chan"),
    "struct_type": Type("struct", is_value=True),
}  # fmt: skip
"""Types without a name, of which nothing else matters."""
REFERENCES = frozenset({"dict", "func", "chan", "list"})
"""Types whose null can be copied, and whose methods can be called on it, like those of a pointer."""
_DEEPEST = 8


@dataclass(frozen=True)
class GoTypes:
    """Reads the types of one file."""

    declared: Mapping[str, Node]
    """The types that the file declares, by their names."""
    imports: Mapping[str, str]
    """Local name of a package -> its path."""
    declared_elsewhere: Callable[[str], Node | None] = lambda _: None
    """Gives what another file of the package declares a type as; None if none has a type of this name."""

    def declaration(self, name: str) -> Node | None:
        """Return what the package declares a type as; None if the type isn't one of the package."""
        return self.declared.get(name) or self.declared_elsewhere(name)

    def read(self, node: Node | None, depth: int = 0) -> Type | None:
        """Return the type that a node writes; None for one that can't be told."""
        if node is None or depth > _DEEPEST:
            return None
        match node.type:
            case "pointer_type":
                pointed = self.read(first(node), depth + 1)
                return pointed._replace(is_value=False) if pointed is not None else Type("pointer")
            case "type_identifier" | "identifier":
                return self._named(text(node), depth)
            case "qualified_type" | "selector_expression":
                package, _, name = text(node).partition(".")
                return Type(f"{self.imports.get(package, package)}.{name}", is_value=True)
            case "map_type":
                return Type("dict", (self._member(node, "key", depth), self._member(node, "value", depth)))
            case "slice_type" | "array_type" | "implicit_length_array_type":
                return Type("list", (self._member(node, "element", depth),), is_value=True)
            case "generic_type" | "parenthesized_type":
                return self.read(first(node), depth + 1)
            case kind:
                return _WRITTEN.get(kind)

    def _member(self, node: Node, name: str, depth: int) -> Type:
        """Return the type of a map's keys or values, or of a list's elements."""
        return self.read(part(node, name), depth + 1) or Type("", is_value=True)

    def _named(self, name: str, depth: int) -> Type:
        """Return the type of a name. A type that is declared as a map, a function, a channel or a list is followed as
        that."""
        if name in ("error", "any"):
            return Type("error" if name == "error" else "interface")
        declared = self.declaration(name) if name not in _VALUES else None
        underlying = self.read(declared, depth + 1)
        if declared is not None and declared.type == "interface_type":
            return Type(name)
        if underlying is not None and underlying.name in REFERENCES:
            return underlying
        return Type(name, is_value=True)
