"""Types as TypeScript writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.languages.outlining import inner, part, text, word
from breadknife.text.syntax import Node

NULL, UNDEFINED = 1, 2
"""The bits of the two nulls."""
ANY = Type("any")
"""A type that allows null without saying so."""
UNKNOWN = Type("")
_DEEPEST = 8
_UNREAD = frozenset({"generic_type", "function_type", "object_type", "intersection_type"})
"""Kinds of types whose parts aren't all types."""
_ELEMENT = re.compile(r"(?:HTML|SVG)\w*Element\Z|Element\Z")
_NULLS = {"null": NULL, "undefined": UNDEFINED}
_ANYTHING = frozenset({"any", "unknown", "void"})
_KINDS = {"'": "string", '"': "string", "-": ""}
"""First character of a literal that is a type -> the type of its value."""


@dataclass
class TypeScriptTypes:
    """Reads the types that one file writes."""

    names: Mapping[str, str]
    """Written name -> the name that the knowledge has for it."""
    imports: Mapping[str, str]
    """Local name -> qualified name."""
    shape: Callable[[Node], str]
    """Notes the members of an object type that is written in place, or of several types that an object has at once, and
    gives the name that it has from then on."""

    def read(self, node: Node | None, depth: int = 0) -> Type | None:
        """Return the type that is written; None where nothing is."""
        if node is None:
            return None
        return self._of(node, depth)

    def _of(self, node: Node, depth: int) -> Type:
        if depth > _DEEPEST:
            return UNKNOWN
        below = inner(node) if node.type not in _UNREAD else []
        match node.type:
            case "type_annotation" | "parenthesized_type" | "readonly_type" | "constraint":
                return self._of(below[0], depth + 1) if below else UNKNOWN
            case "optional_type":
                return optional(self._of(below[0], depth + 1)) if below else UNKNOWN
            case "required_parameter" | "optional_parameter":
                type_ = self.read(part(node, "type"), depth + 1) or UNKNOWN
                return optional(type_) if node.type == "optional_parameter" else type_
            case "union_type":
                return self._union([self._of(child, depth + 1) for child in below])
            case "literal_type" | "undefined" | "null" | "predefined_type":
                return self._literal(text(node))
            case "type_identifier" | "nested_type_identifier":
                return self.named(text(node))
            case "array_type" | "tuple_type":
                kind = "list" if node.type == "array_type" else "tuple"
                return Type(kind, tuple(self._of(child, depth + 1) for child in below))
            case "generic_type":
                arguments = inner(part(node, "type_arguments"))
                type_ = self.named(word(node, "name"))
                if type_.name == "Readonly" and len(arguments) == 1:
                    return self._of(arguments[0], depth + 1)
                return type_._replace(arguments=tuple(self._of(argument, depth + 1) for argument in arguments))
            case "object_type" | "intersection_type":
                return Type(self.shape(node))
            case "template_literal_type":
                return Type("string")
            case "function_type":
                returns = self.read(part(node, "return_type"), depth + 1)
                is_generic = part(node, "type_parameters") is not None
                return Type("function", (returns,) if returns is not None and not is_generic else ())
            case _:
                return UNKNOWN

    def _literal(self, written: str) -> Type:
        """Return the type of a literal that is a type, or of a keyword."""
        if written in _NULLS:
            return Type("", (), _NULLS[written])
        if written in _ANYTHING:
            return ANY
        kind = _KINDS.get(written[:1], "number" if written[:1].isdigit() else written)
        return Type("boolean" if kind in ("true", "false") else kind)

    def named(self, name: str) -> Type:
        """Return the type of a name, which may be qualified."""
        if name == "undefined":
            return Type("", (), UNDEFINED)
        if name not in self.names and _ELEMENT.match(name):
            return Type("Element")
        root, dot, rest = name.partition(".")
        return Type(self.names.get(name) or self.imports.get(root, root) + dot + rest)

    def _union(self, types: Sequence[Type]) -> Type:
        """Return the union of types. Nulls in it become bits, and one type that is left stands for itself."""
        nulls, others = 0, list[Type]()
        for type_ in types:
            nulls |= type_.nullable
            if type_.name == "|":
                others += type_.arguments
            elif type_.name or type_.arguments or not type_.nullable:
                others.append(type_._replace(nullable=0))
        if any(type_.name == ANY.name for type_ in others):
            return ANY
        distinct = tuple(dict.fromkeys(others))
        if len(distinct) == 1:
            return distinct[0]._replace(nullable=nulls)
        return Type("|", distinct, nulls) if distinct else Type("", (), nulls)


def optional(type_: Type) -> Type:
    """Return the type of something that may be left out, and is `undefined` then."""
    return type_ if type_.name == ANY.name else type_._replace(nullable=type_.nullable | UNDEFINED)


def promised(type_: Type | None) -> Type | None:
    """Return the type of what a promise gives; None for another type than a promise."""
    if type_ is None or type_.name != "Promise" or type_.nullable:
        return None
    return type_.arguments[0] if type_.arguments else UNKNOWN
