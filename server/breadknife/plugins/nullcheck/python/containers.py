"""What containers give: a list's elements, a dictionary's values, the keys of a `TypedDict`."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.python.annotations import (
    element_of,
    is_mapping,
    is_optional,
    key_and_element,
    tuple_members,
    union_parts,
)
from breadknife.plugins.nullcheck.python.classes import Class, Variable
from breadknife.plugins.nullcheck.python.facts import NOTHING, Cause, Contents, Fact, contents, key_of
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.text.syntax import Node

_SAME_ELEMENTS = frozenset({"iter", "list", "reversed", "set", "sorted", "tuple"})
"""Builtins whose result has the elements of their first argument."""
_MAX_CALLS = 4


def annotated(meaning: Meaning, annotation: str, cause: Cause, uri: str = "") -> Fact:
    """A value that some container holds, which is annotated so."""
    allowed = cause if is_optional(annotation) else None
    members = tuple_members(annotation)
    items = tuple(annotated(meaning, member, cause, uri) for member in members)
    if not any(item.cause or item.kind or item.contents for item in items):
        items = ()
    return Fact(allowed, meaning.annotated(annotation, uri), items=items, contents=contents(annotation, cause, uri))


def element(meaning: Meaning, held: Contents | None) -> Fact:
    """What a loop over the container gives."""
    if held is None or is_mapping(_only(held.annotation)):
        return NOTHING
    return _element(meaning, held)


def _element(meaning: Meaning, held: Contents) -> Fact:
    found = element_of(_only(held.annotation))
    return annotated(meaning, found, held.cause, held.uri) if found else NOTHING


def _only(annotation: str) -> str:
    """Without None."""
    parts = [part for part in union_parts(annotation) if part != "None"]
    return parts[0] if len(parts) == 1 else ""


def at_index(meaning: Meaning, value: Fact, held: Contents | None, index: Node) -> Fact:
    """`value[index]`."""
    if index.type == "slice":
        return Fact(contents=held) if held is not None else NOTHING
    if value.items and index.type == "integer" and text(index).isdigit() and int(text(index)) < len(value.items):
        return value.items[int(text(index))]
    if (key := _key(index)) and (found := _typed_key(meaning, value.kind, key)) is not None:
        return _of_key(meaning, found[0], key, found[1]) if _is_named_once(index) else NOTHING
    if held is None:
        return NOTHING
    found = _element(meaning, held)  # which elements are set by then, only the program knows
    return Fact(kind=found.kind, contents=found.contents) if found.kind or found.contents is not None else NOTHING


def of_method(meaning: Meaning, receiver: Fact, held: Contents | None, function: Node, given: list[Node]) -> Fact:
    """What a method of a container gives."""
    method = text(function.child_by_field_name("attribute") or function)
    key = _key(given[0]) if method == "get" and given else ""
    if key and (found := _typed_key(meaning, receiver.kind, key)) is not None:
        return _got(meaning, found, key, given) if _is_named_once(given[0]) else NOTHING
    if held is None:
        return NOTHING
    if method == "copy":
        return Fact(contents=held)
    key, value = key_and_element(_only(held.annotation))
    if method == "values" and key:
        return Fact(contents=contents(f"Iterable[{value}]", held.cause, held.uri))
    if method == "items" and key:
        return Fact(contents=contents(f"Iterable[tuple[{key}, {value}]]", held.cause, held.uri))
    return NOTHING


def of_builtin(name: str, held: Contents | None) -> Fact:
    """What a builtin gives, of a container that is its first argument."""
    if held is None or name not in (*_SAME_ELEMENTS, "enumerate") or is_mapping(_only(held.annotation)):
        return NOTHING
    found = element_of(_only(held.annotation))
    if name == "enumerate":
        found = f"tuple[int, {found}]"
    return Fact(contents=contents(f"Iterable[{found}]", held.cause, held.uri))


def held_by(node: Node) -> str:
    """The name of the container whose elements an iterable gives, if it has one: `d` of `enumerate(d.values())`."""
    for _ in range(_MAX_CALLS):
        function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if node.type != "call" or function is None or given is None:
            return key_of(node)
        owner = function.child_by_field_name("object")
        node = owner if owner is not None else given.named_children[0] if given.named_child_count else function
    return ""


def _key(node: Node) -> str:
    """What a string without escapes says."""
    if node.type != "string" or text(node)[:1] not in ("'", '"'):
        return ""
    inner = text(node).strip("'\"")
    return inner if inner.isidentifier() else ""


def _of_key(meaning: Meaning, declared: Variable, key: str, owner: Class) -> Fact:
    if declared.annotated is None:
        return NOTHING
    cause = Cause(declared.annotated, f"the key `{key}` of `{owner.name}` is annotated `{declared.annotation}`")
    return annotated(meaning, declared.annotation, cause)


def _got(meaning: Meaning, found: tuple[Variable, Class], key: str, given: list[Node]) -> Fact:
    """`d.get("key")`, with or without a default."""
    declared, owner = found
    fact = _of_key(meaning, declared, key, owner)
    if fact.cause is not None or len(given) > 1 or declared.annotated is None:
        return fact
    if not _may_be_missing(declared, owner):
        return fact
    return Fact(Cause(declared.annotated, f"the key `{key}` of `{owner.name}` may be missing"), fact.kind)


def _may_be_missing(declared: Variable, owner: Class) -> bool:
    head = declared.annotation.strip("'\" ").partition("[")[0].rpartition(".")[2]
    arguments = owner.node.child_by_field_name("superclasses")
    is_total = arguments is None or "total=False" not in text(arguments).replace(" ", "")
    return head == "NotRequired" or (not is_total and head != "Required")


def _is_named_once(key: Node) -> bool:
    """Whether its function has nothing else to do with the key: no test, no assignment."""
    around: Node | None = key
    while around is not None and around.type not in ("function_definition", "module"):
        around = around.parent
    said = re.findall(rf"\b{re.escape(_key(key))}\b", text(around)) if around is not None else []
    return len(said) == 1


def _typed_key(meaning: Meaning, kind: str, key: str) -> tuple[Variable, Class] | None:
    """The declaration of a key of a `TypedDict` of this file."""
    if not kind.startswith("#") or not _is_typed_dict(meaning, kind):
        return None
    member = meaning.member(kind, key)
    if member is None or member.variable is None or member.owner is None:
        return None
    return member.variable, member.owner


def _is_typed_dict(meaning: Meaning, kind: str) -> bool:
    classes = (meaning.outline.classes[int(each[1:])] for each in meaning.above(kind) if each.startswith("#"))
    return any(base.rpartition(".")[2] == "TypedDict" for class_ in classes for base in class_.bases)
