"""Types as far as the null check reads them: a name, its arguments, and whether null or undefined is a member."""

from __future__ import annotations

from dataclasses import dataclass, replace

from breadknife.text.syntax import Node

_ARRAYS = frozenset({"Array", "ReadonlyArray"})
ANYTHING = frozenset({"any", "unknown"})
"""Types that null is a member of without being written."""
CLASS_ITSELF = "typeof "
"""Before a class's name: the type of the class, and before a member's: it is static."""
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Type:
    name: str = ""
    """`string`, `Map`, `Options`, `{…}` with its offset for a type written in place; "" when it isn't known or is one
    of several."""
    args: tuple[Type, ...] = ()
    null: str = ""
    """`null`, `undefined`, or `null or undefined` where they are members."""

    @property
    def present(self) -> Type:
        """The type of the value when it is there."""
        return replace(self, null="") if self.null else self


UNKNOWN = Type()
SOME = Type("unknown")
"""Of a value that may be more than its declaration says."""


def read_type(node: Node, source: bytes, depth: int = 0) -> Type:
    """The type that a type node, or its annotation, writes."""
    if depth > _MAX_DEPTH:
        return UNKNOWN
    match node.type:
        case "type_annotation" | "parenthesized_type" | "readonly_type":
            inner = next((child for child in node.children if child.is_named and child.type != "comment"), None)
            return read_type(inner, source, depth + 1) if inner is not None else UNKNOWN
        case "union_type":
            return _union(node, source, depth)
        case "literal_type" | "undefined" | "null":
            written = _text(node, source)
            if written in ("null", "undefined"):
                return Type(null=written)
            if written[:1] in "'\"":
                return Type("string")
            return Type("number" if written[:1].isdigit() else "boolean" if written in ("true", "false") else "")
        case "predefined_type":
            written = _text(node, source)
            if written == "undefined":
                return Type(null="undefined")
            return Type(written)
        case "type_identifier" | "nested_type_identifier":
            written = _text(node, source)
            return Type(null="undefined") if written == "undefined" else Type(written)
        case "array_type":
            inner = node.named_children
            return Type("Array", (read_type(inner[0], source, depth + 1),) if inner else ())
        case "generic_type":
            name, arguments = node.child_by_field_name("name"), node.child_by_field_name("type_arguments")
            args = tuple(read_type(child, source, depth + 1) for child in arguments.named_children) if arguments else ()
            written = _text(name, source) if name is not None else ""
            return Type("Array" if written in _ARRAYS else written, args)
        case "object_type":
            return Type(f"{{…}}{node.start_byte}")
        case "tuple_type":
            return Type("Tuple", tuple(read_type(child, source, depth + 1) for child in node.named_children))
        case "template_literal_type":
            return Type("string")
        case "function_type":
            gives = node.child_by_field_name("return_type")
            generic = node.child_by_field_name("type_parameters") is not None
            return Type("Function", () if gives is None or generic else (read_type(gives, source, depth + 1),))
        case _:
            return UNKNOWN


def _union(node: Node, source: bytes, depth: int) -> Type:
    nulls, others = list[str](), list[Type]()
    for child in node.named_children:
        member = read_type(child, source, depth + 1)
        nulls += member.null.split(" or ") if member.null else []
        if not member.null or member.name:
            others.append(member.present)
    if any(other.name in ANYTHING for other in others):
        return UNKNOWN
    null = " or ".join(name for name in ("null", "undefined") if name in nulls)
    same = len(set(others)) == 1
    return replace(others[0], null=null) if same else Type(null=null)


def has_null(nulls: str, *others: str) -> str:
    """The null values of either, in the form of `Type.null`."""
    every = {name for text in (nulls, *others) for name in text.split(" or ")}
    return " or ".join(name for name in ("null", "undefined") if name in every)


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")
