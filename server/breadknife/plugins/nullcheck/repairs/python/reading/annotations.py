"""What an annotation says: whether None is allowed, and which class the value has otherwise."""

from __future__ import annotations

import re

LITERALS = {
    "string": "str", "concatenated_string": "str", "integer": "int", "float": "float", "true": "bool", "false": "bool",
    "list": "list", "list_comprehension": "list", "dictionary": "dict", "dictionary_comprehension": "dict",
    "set": "set", "set_comprehension": "set", "tuple": "tuple", "comparison_operator": "bool", "not_operator": "bool",
}  # fmt: skip
CLASS = re.compile(r"_*[A-Z]\w*[a-z]\w*$")
"""A class, by the convention of PEP 8."""


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


def _split(annotation: str, separator: str) -> list[str]:
    parts, depth, start = list[str](), 0, 0
    for at, char in enumerate(annotation):
        depth += (char in "[(") - (char in "])")
        if char == separator and not depth:
            parts.append(annotation[start:at])
            start = at + 1
    return [*parts, annotation[start:]]
