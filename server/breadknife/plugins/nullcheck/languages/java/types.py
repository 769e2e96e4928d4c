"""Types and annotations as Java writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from breadknife.plugins.nullcheck.core.il import ANY_NULL, Type
from breadknife.plugins.nullcheck.languages.lowering import inner, text
from breadknife.text.syntax import Node

_PRIMITIVES = frozenset({"integral_type", "floating_point_type", "boolean_type", "void_type"})
_DEEPEST = 8
_NULLABLE = ("Nullable", "CheckForNull")
"""Annotations of all libraries are called so, or begin with `NullOr`."""


def annotations_of(node: Node) -> Iterator[Node]:
    """The annotations of a declaration, and of its type."""
    first = node.child(0) if node.child_count else None
    if first is not None and first.type == "modifiers":
        yield from (each for each in first.named_children if each.type.endswith("annotation"))
    type_ = node.child_by_field_name("type")
    if type_ is not None and type_.type == "annotated_type":
        yield from (each for each in type_.named_children if each.type.endswith("annotation"))


def annotation_name(node: Node) -> str:
    return text(node.child_by_field_name("name")).rpartition(".")[2]


def is_nullable(node: Node) -> bool:
    """Whether a declaration is annotated so that it may be null. On an array it may mean its elements."""
    type_ = node.child_by_field_name("type")
    if type_ is not None and type_.type == "array_type":
        return False
    names = [annotation_name(each) for each in annotations_of(node)]
    return any(name in _NULLABLE or name.startswith("NullOr") for name in names)


def read(node: Node | None, names: Mapping[str, str], depth: int = 0) -> Type | None:
    """The type that a node writes. `names`: simple names, and the types that they are followed as."""
    if node is None or depth > _DEEPEST:
        return None
    parts = inner(node)
    match node.type:
        case kind if kind in _PRIMITIVES:
            return Type(text(node), is_value=True)
        case "type_identifier" | "identifier":
            name = text(node)
            return Type(names.get(name, name)) if name != "var" else None
        case "scoped_type_identifier" if text(node)[:1].islower() and not text(node).startswith(("java.", "javax.")):
            return Type(text(node))
        case "scoped_type_identifier" | "annotated_type":
            return read(parts[-1], names, depth + 1) if parts else None
        case "generic_type":
            arguments = inner(parts[1]) if len(parts) > 1 else []
            of = read(parts[0], names, depth + 1) if parts else None
            return (
                of._replace(arguments=tuple(read(each, names, depth + 1) or Type("") for each in arguments))
                if of
                else None
            )
        case "array_type":
            return Type("list", (read(node.child_by_field_name("element"), names, depth + 1) or Type(""),))
        case "wildcard":
            return read(parts[-1], names, depth + 1) if parts else None
        case _:
            return None


def declared(node: Node, names: Mapping[str, str]) -> Type | None:
    """The type of a declaration, with what its annotations say of null."""
    type_ = read(node.child_by_field_name("type"), names)
    if is_nullable(node):
        return (type_ or Type(""))._replace(nullable=ANY_NULL)
    return type_
