"""Reads Python's annotations as types."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

from breadknife.plugins.nullcheck.core.il import Type

_LONGEST = 400
"""How many characters an annotation has at most that is read."""
_DEEPEST = 12
_WRAPPERS = frozenset({"Annotated", "Final", "ClassVar", "Required", "ReadOnly"})
_NULL = Type("None", nullable=True)
_UNKNOWN = Type("")


def type_of(written: str, names: Mapping[str, str], imports: Mapping[str, str]) -> Type | None:
    """Return the type that an annotation declares; None if it can't be read. `names`: the last part of a written name
    -> the type that it is followed as. `imports`: local name -> qualified name."""
    type_ = _read(written)
    return _qualified(type_, names, imports) if type_ is not None else None


def _qualified(type_: Type, names: Mapping[str, str], imports: Mapping[str, str]) -> Type:
    """Return the type with qualified names in place of the written ones."""
    last = type_.name.rpartition(".")[2]
    root, dot, rest = type_.name.partition(".")
    name = names.get(last) or imports.get(root, root) + dot + rest
    if not type_.arguments:
        return type_._replace(name=name)
    return type_._replace(
        name=name, arguments=tuple(_qualified(argument, names, imports) for argument in type_.arguments)
    )


@lru_cache(maxsize=1 << 12)
def _read(written: str) -> Type | None:
    if len(written) > _LONGEST:
        return None
    try:
        tree = ast.parse(written.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return _type_of_node(tree.body, _DEEPEST)


def _type_of_node(node: ast.expr, depth: int) -> Type:
    match node:
        case _ if not depth:
            return _UNKNOWN
        case ast.Constant(value=None):
            return _NULL
        case ast.Constant(value=str(text)):
            return (_read(text) if '"' not in text and "'" not in text else None) or _UNKNOWN
        case ast.Name(id=name):
            return Type(name)
        case ast.Attribute():
            return Type(ast.unparse(node))
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _union([_type_of_node(left, depth - 1), _type_of_node(right, depth - 1)])
        case ast.Subscript(value=value, slice=inside):
            return _generic(ast.unparse(value), inside, depth)
        case ast.Constant(value=value) if value is ...:
            return Type("...")
        case _:
            return _UNKNOWN


def _generic(name: str, inside: ast.expr, depth: int) -> Type:
    last = name.rpartition(".")[2]
    members = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    if last == "Literal":
        return Type("", nullable=any(isinstance(member, ast.Constant) and member.value is None for member in members))
    types = tuple(_type_of_node(member, depth - 1) for member in members)
    if last == "Optional":
        return types[0]._replace(nullable=True)
    if last == "Union":
        return _union(list(types))
    return types[0] if last in _WRAPPERS else Type(name, types)


def _union(types: list[Type]) -> Type:
    flat = [member for type_ in types for member in (type_.arguments if type_.name == "|" else (type_,))]
    nullable = any(type_.nullable for type_ in types)
    rest = [child._replace(nullable=False) for child in flat if child.name not in ("None", "Any", "typing.Any")]
    if len(rest) == 1:
        return rest[0]._replace(nullable=nullable)
    return Type("|", tuple(rest), nullable) if rest else Type("", nullable=nullable)
