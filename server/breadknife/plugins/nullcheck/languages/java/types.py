"""Types and annotations as Java writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from breadknife.plugins.nullcheck.core.il import ANY_NULL, Type
from breadknife.plugins.nullcheck.languages.outlining import first, inner, part, text, word
from breadknife.text.syntax import Node

PRIMITIVES = frozenset({"integral_type", "floating_point_type", "boolean_type", "void_type"})
_DEEPEST = 8
_NULLABLE = ("Nullable", "CheckForNull")
"""The annotations of all libraries that allow null have one of these names, or one that begins with `NullOr`."""


def annotations_of(node: Node) -> Iterator[Node]:
    """Yield the annotations of a declaration, and of its type."""
    modifiers, type_ = node.child(0) if node.child_count else None, part(node, "type")
    for holder, kind in ((modifiers, "modifiers"), (type_, "annotated_type")):
        if holder is not None and holder.type == kind:
            yield from (child for child in holder.named_children if child.type.endswith("annotation"))


def annotation_name(node: Node) -> str:
    return word(node, "name").rpartition(".")[2]


def is_nullable(node: Node) -> bool:
    """Tell whether a declaration is annotated so that it may be null. That of an array is not: the annotation may mean
    its elements."""
    type_ = part(node, "type")
    if type_ is not None and type_.type == "array_type":
        return False
    names = [annotation_name(annotation) for annotation in annotations_of(node)]
    return any(name in _NULLABLE or name.startswith("NullOr") for name in names)


def read(node: Node | None, names: Mapping[str, str], depth: int = 0) -> Type | None:
    """Return the type that a node writes; None for one that can't be told. `names`: simple name -> the name of the type
    that it is followed as."""
    if node is None or depth > _DEEPEST:
        return None
    match node.type:
        case kind if kind in PRIMITIVES:
            return Type(text(node), is_value=True)
        case "type_identifier" | "identifier":
            name = text(node)
            return Type(names.get(name, name)) if name != "var" else None
        case "scoped_type_identifier" if text(node)[:1].islower() and not text(node).startswith(("java.", "javax.")):
            return Type(text(node))  # with its package; the library's types are known by their simple names
        case "scoped_type_identifier" | "annotated_type" | "wildcard":
            return read(inner(node)[-1], names, depth + 1) if inner(node) else None
        case "generic_type":
            bare_type, written = read(first(node), names, depth + 1), inner(inner(node)[-1])
            arguments = tuple(read(child, names, depth + 1) or Type("") for child in written)
            return bare_type._replace(arguments=arguments) if bare_type is not None else None
        case "array_type":
            return Type("list", (read(part(node, "element"), names, depth + 1) or Type(""),))
        case _:
            return None


def declared(node: Node, names: Mapping[str, str]) -> Type | None:
    """Return the type of a declaration, with what its annotations say of null."""
    type_ = read(part(node, "type"), names)
    return (type_ or Type(""))._replace(nullable=ANY_NULL) if is_nullable(node) else type_
