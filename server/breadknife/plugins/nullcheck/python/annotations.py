"""What an annotation says: whether None is allowed, and which class the value has otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from breadknife.plugins.nullcheck.python.rules import ANNOTATED_KINDS

LITERALS = {
    "string": "str", "concatenated_string": "str", "integer": "int", "float": "float", "true": "bool", "false": "bool",
    "list": "list", "list_comprehension": "list", "dictionary": "dict", "dictionary_comprehension": "dict",
    "set": "set", "set_comprehension": "set", "tuple": "tuple", "comparison_operator": "bool", "not_operator": "bool",
}  # fmt: skip
CLASS = re.compile(r"_*[A-Z]\w*[a-z]\w*$")
"""A class, by the convention of PEP 8."""


def annotated_kind(annotation: str) -> str:
    """`dict` or `re.Pattern`, for the annotations that `ANNOTATED_KINDS` has; "" for others."""
    return ANNOTATED_KINDS.get(annotated_class(annotation).rpartition(".")[2], "")


def annotated_class(annotation: str) -> str:
    """The dotted name of the only class that an annotation has besides None, or ""."""
    names = annotated_classes(annotation)
    return names[0] if len(names) == 1 else ""


def annotated_classes(annotation: str) -> list[str]:
    """The dotted names of all classes that an annotation has besides None, and besides `Any`, with which it is followed
    as those; "" for what isn't one."""
    parts = [part for part in union_parts(annotation) if part not in ("None", "", "Any", "typing.Any")]
    names = [part.strip(" '\"").partition("[")[0].strip() for part in parts]
    return [name if name.replace(".", "").isidentifier() else "" for name in names]


def is_optional(annotation: str) -> bool:
    return "None" in union_parts(annotation)


def union_parts(annotation: str) -> list[str]:
    """The members of `A | B`, `Optional[A]` and `Union[A, B]`, bare of `Annotated`, `Final` and the like; anything else
    is its own only member."""
    annotation = annotation.strip().strip("'\"").strip()
    if annotation.startswith("(") and annotation.endswith(")"):
        annotation = annotation[1:-1].strip()
    if "[" not in annotation and "|" not in annotation:
        return [annotation]
    head, bracket, inside = annotation.partition("[")
    head = head.strip().rpartition(".")[2]
    if bracket and annotation.endswith("]"):
        if head in ("Optional", "Union"):
            members = [part for member in _split(inside[:-1], ",") for part in union_parts(member)]
            return [*members, "None"] if head == "Optional" else members
        if head in ("Annotated", "Final", "ClassVar", "Required", "NotRequired"):
            return union_parts(_split(inside[:-1], ",")[0])
    parts = _split(annotation, "|")
    return [part for member in parts for part in union_parts(member)] if len(parts) > 1 else [annotation]


def optional_items(annotation: str) -> tuple[bool, ...]:
    """Of a tuple: which of its values may be None; empty for anything else, and where none may."""
    items = tuple(is_optional(member) for member in tuple_members(annotation))
    return items if any(items) else ()


def tuple_members(annotation: str) -> list[str]:
    """The annotations of a tuple's values; none for anything else, and where it may have any number of them."""
    head, members = _arguments(annotation)
    return members if head in _TUPLES and "..." not in members else []


def _arguments(annotation: str) -> tuple[str, list[str]]:
    """`Dict`, and `str` and `int`, for `typing.Dict[str, int]`; "" where it has no arguments."""
    annotation = annotation.strip().strip("'\"").strip()
    head, bracket, inside = annotation.partition("[")
    if not bracket or not annotation.endswith("]"):
        return "", []
    return head.strip().rpartition(".")[2], [part.strip() for part in _split(inside[:-1], ",")]


_OF_VALUES = frozenset({
    "dict", "Dict", "defaultdict", "DefaultDict", "OrderedDict", "Mapping", "MutableMapping", "WeakValueDictionary",
})  # fmt: skip
"""Containers whose elements are their second type argument, by a key."""
_OF_ELEMENTS = frozenset({
    "list", "List", "deque", "Deque", "Sequence", "MutableSequence", "Iterable", "Collection", "set", "Set",
    "frozenset", "FrozenSet",
})  # fmt: skip


_ONE_BY_ONE = _OF_ELEMENTS | {"Iterator", "Generator", "AbstractSet", "MutableSet"}
_TUPLES = frozenset({"tuple", "Tuple"})


def element_of(annotation: str) -> str:
    """The annotation of a container's elements, or of a dictionary's values; "" for anything else."""
    head, members = _arguments(annotation)
    if head in _TUPLES:
        return members[0] if len(members) == 2 and members[1] == "..." else ""
    if head in _OF_VALUES:
        return members[1] if len(members) == 2 else ""
    return members[0] if head in _ONE_BY_ONE and (len(members) == 1 or head == "Generator") else ""


def key_and_element(annotation: str) -> tuple[str, str]:
    """Of a dictionary; ("", "") for anything else."""
    head, members = _arguments(annotation)
    return (members[0], members[1]) if head in _OF_VALUES and len(members) == 2 else ("", "")


@lru_cache(maxsize=1000)
def holds_optional(annotation: str) -> bool:
    """Whether None is allowed for what a container holds, or for what that holds."""
    if "None" not in annotation and "Optional" not in annotation:
        return False
    return any(is_optional(each) or holds_optional(each) for each in _held(annotation))


@lru_cache(maxsize=1000)
def is_followed(annotation: str) -> bool:
    """Whether something is to be known of what a container holds: that it may be None, or its class."""
    if "[" not in annotation:
        return False
    return any(is_optional(each) or is_followed(each) or _is_of_class(each) for each in _held(annotation))


def _held(annotation: str) -> list[str]:
    """What a container holds, by its annotation, which may allow None as well."""
    parts = [part for part in union_parts(annotation) if part != "None"]
    if len(parts) != 1 or "[" not in parts[0]:
        return []
    return [each for each in (element_of(parts[0]), *tuple_members(parts[0])) if each]


def _is_of_class(annotation: str) -> bool:
    return any(CLASS.match(name.rpartition(".")[2]) for name in annotated_classes(annotation))


def is_mapping(annotation: str) -> bool:
    return _head(annotation.strip().strip("'\"")) in _OF_VALUES


def with_elements(annotation: str, change: Callable[[str], str]) -> str:
    """A container's annotation with what its elements may be changed; "" where that has no None, or isn't known."""
    annotation = annotation.strip()
    quote = annotation[:1] if annotation[:1] in ("'", '"') else ""
    plain = annotation.strip(quote) if quote else annotation
    head, _, inside = plain.partition("[")
    members = [member.strip() for member in _split(inside[:-1], ",")]
    at = 1 if is_mapping(plain) else 0
    is_known = len(members) == at + 1 and (at == 1 or _head(plain) in _OF_ELEMENTS)
    if not is_known or not plain.endswith("]") or any(char in plain for char in "'\"#") or not is_optional(members[at]):
        return ""
    changed = change(members[at])
    return f"{quote}{head}[{', '.join([*members[:at], changed])}]{quote}" if changed else ""


def _head(annotation: str) -> str:
    return annotation.partition("[")[0].strip().rpartition(".")[2]


def _split(annotation: str, separator: str) -> list[str]:
    parts, depth, start = list[str](), 0, 0
    for at, char in enumerate(annotation):
        depth += (char in "[(") - (char in "])")
        if char == separator and not depth:
            parts.append(annotation[start:at])
            start = at + 1
    return [*parts, annotation[start:]]
