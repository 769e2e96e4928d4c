"""Annotations as text: whether they allow None, what they are without it and with it, and types in a file's words."""

from __future__ import annotations

import ast
import re

from breadknife.plugins.nullcheck.core.declarations import FileDeclarations
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.text.syntax import SyntaxTree, captures

_WRAPPERS = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired"})
BUILTINS = frozenset({"str", "int", "float", "bool", "bytes", "bytearray", "list", "dict", "set", "tuple", "frozenset"})
_NO_CLASSES = frozenset({"callable", "any"})
"""Functions that people write as annotations: `|` fails with them."""
_DEFERRED = re.compile(r"^from __future__ import (?:\(\s*)?annotations\b", re.MULTILINE)
_OPTIONAL = re.compile(r"^from typing(?:_extensions)? import (?:\([^)]*|[^\n]*)\bOptional\b", re.MULTILINE)
_UNIONS = '[(type (binary_operator "|")) (type (union_type))] @union'
"""Annotations of Python 3.10 and newer."""


def is_optional(annotation: str) -> bool:
    return "None" in members(annotation)


def members(annotation: str) -> list[str]:
    """Return the members of `A | B`, `Optional[A]` and `Union[A, B]`, in quotes or not, without what wraps them;
    anything else is its own only member."""
    try:
        return _members(ast.parse(annotation.strip(), mode="eval").body)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return [annotation.strip()]


def _members(node: ast.expr) -> list[str]:
    match node:
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return [*_members(left), *_members(right)]
        case ast.Constant(value=str(quoted)):
            return members(quoted)
        case ast.Subscript(value=ast.Name(id=head) | ast.Attribute(attr=head), slice=inside):
            parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            if head == "Optional":
                return [*_members(inside), "None"]
            if head == "Union":
                return [each for part in parts for each in _members(part)]
            if head in _WRAPPERS:
                return _members(parts[0])
        case _:
            pass
    return [ast.unparse(node)]


def without_none(annotation: str) -> str:
    """Return the annotation without its None; "" where it has none, or nothing else is left of it."""
    written = annotation.strip()
    quote = written[:1] if written[:1] in "'\"" else ""
    head = written.strip("'\"").partition("[")[0]
    parts = members(written)
    rest = [each for each in parts if each != "None"]
    if (
        not rest
        or len(rest) == len(parts)
        or head.rpartition(".")[2] in _WRAPPERS
        or (quote and quote in str(rest)[2:-2])
    ):
        return ""
    is_union = len(rest) > 1 and head.rpartition(".")[2] == "Union"
    return f"{quote}{head}[{', '.join(rest)}]{quote}" if is_union else f"{quote}{' | '.join(rest)}{quote}"


def with_none(tree: SyntaxTree, annotation: str) -> str:
    """Return the annotation with `None`, in the file's own style, in quotes where a Python that doesn't know `|` may
    read it; "" where it has None already or can't have it."""
    if is_optional(annotation) or annotation[:1] in "'\"" or annotation in _NO_CLASSES:
        return ""
    if are_deferred(tree) or captures(tree, _UNIONS):
        return f"{annotation} | None"
    if _OPTIONAL.search(tree.text):
        return f"Optional[{annotation}]"
    return f'"{annotation} | None"' if not {"'", '"'} & {*annotation} else ""


def are_deferred(tree: SyntaxTree) -> bool:
    """Tell whether no annotation of the file is evaluated when it runs."""
    return _DEFERRED.search(tree.text) is not None


def evaluated(tree: SyntaxTree, annotation: str) -> str:
    """Return the annotation as a class's body may have it, which evaluates it before the names below are there."""
    is_safe = are_deferred(tree) or annotation.partition("[")[0] in BUILTINS or annotation[:1] in "'\""
    return annotation if is_safe else f'"{annotation}"' if '"' not in annotation else ""


def spelled(type_: Type | None, file: FileDeclarations) -> str:
    """Return a type as the file can write it; "" where it can't, or where it isn't known."""
    if type_ is None or type_.nullable or not type_.name:
        return ""
    arguments = [spelled(each, file) for each in type_.arguments]
    if type_.name == "|":
        return " | ".join(arguments) if all(arguments) else ""
    name = type_.name if type_.name in file.classes else named(type_.name, file)
    return f"{name}[{', '.join(arguments)}]" if name and arguments and all(arguments) else name


def named(qualified: str, file: FileDeclarations) -> str:
    """Return the name by which the file knows a builtin class or an import; empty if it has none."""
    if qualified in BUILTINS:
        return qualified
    for here, imported in file.imports.items():
        if qualified == imported or qualified.startswith(f"{imported}."):
            return here + qualified.removeprefix(imported)
    return ""
