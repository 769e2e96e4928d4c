"""What an annotation says: whether None is allowed, and which class the value has otherwise."""

from __future__ import annotations

from collections.abc import Callable

from breadknife.plugins.nullcheck.python.rules import ANNOTATED_KINDS


def annotated_kind(annotation: str) -> str:
    """`dict` or `re.Pattern`, for the annotations that `ANNOTATED_KINDS` has; "" for others."""
    return ANNOTATED_KINDS.get(annotated_class(annotation).rpartition(".")[2], "")


def annotated_class(annotation: str) -> str:
    """The dotted name of the only class that an annotation has besides None, or ""."""
    names = annotated_classes(annotation)
    return names[0] if len(names) == 1 else ""


def annotated_classes(annotation: str) -> list[str]:
    """The dotted names of all classes that an annotation has besides None; "" for what isn't one."""
    parts = [part for part in union_parts(annotation) if part not in ("None", "")]
    names = [part.strip(" '\"").partition("[")[0].strip() for part in parts]
    return [name if name.replace(".", "").isidentifier() else "" for name in names]


def is_optional(annotation: str) -> bool:
    return "None" in union_parts(annotation)


def union_parts(annotation: str) -> list[str]:
    """The members of `A | B`, `Optional[A]` and `Union[A, B]`, bare of `Annotated`, `Final` and the like; anything else
    is its own only member."""
    annotation = annotation.strip().strip("'\"").strip()
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
    annotation = annotation.strip().strip("'\"").strip()
    head, bracket, inside = annotation.partition("[")
    if not bracket or not annotation.endswith("]") or head.rpartition(".")[2] not in ("tuple", "Tuple"):
        return ()
    members = [part.strip() for part in _split(inside[:-1], ",")]
    items = tuple(is_optional(member) for member in members)
    return items if any(items) and "..." not in members else ()


def with_argument(annotation: str, change: Callable[[str], str]) -> str:
    """A generic's annotation with its only type argument that may be None changed; "" where it has none or several, or
    that can't be changed."""
    annotation = annotation.strip()
    quote = annotation[:1] if annotation[:1] in ("'", '"') else ""
    head, bracket, inside = annotation.strip(quote or None).partition("[")
    if not bracket or not inside.endswith("]") or head.rpartition(".")[2] in ("Optional", "Union"):
        return ""
    members = [member.strip() for member in _split(inside[:-1], ",")]
    nullable = [at for at, member in enumerate(members) if is_optional(member)]
    changed = change(members[nullable[0]]) if len(nullable) == 1 else ""
    if not changed or (quote and quote in changed):
        return ""
    members[nullable[0]] = changed
    return f"{quote}{head}[{', '.join(members)}]{quote}"


def _split(annotation: str, separator: str) -> list[str]:
    parts, depth, start = list[str](), 0, 0
    for at, char in enumerate(annotation):
        depth += (char in "[(") - (char in "])")
        if char == separator and not depth:
            parts.append(annotation[start:at])
            start = at + 1
    return [*parts, annotation[start:]]
