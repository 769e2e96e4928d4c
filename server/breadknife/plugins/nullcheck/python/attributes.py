"""Repairs of an attribute's declaration: where it is set to None first, or its annotation."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.python.annotations import is_optional
from breadknife.plugins.nullcheck.python.declarations import Attribute, Cure, bases_of
from breadknife.plugins.nullcheck.python.ignoring import Checker, comment
from breadknife.plugins.nullcheck.python.kinds import (
    EMPTY,
    any_type,
    is_defined_before,
    parameters_of,
    type_of,
    without_none,
)
from breadknife.plugins.nullcheck.python.occurrences import Role
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree

_MAX_UNION = 3
"""Types that are still worth writing out."""
_FIRST = ("__init__", "__new__", "__post_init__", "setUp")
"""Methods that set attributes before anything uses them."""
_MADE_BY_DECORATOR = ("dataclass", "define", "attrs", "attr.", "struct", "frozen", "mutable")
"""A decorator with one of these makes constructor parameters of annotated names."""


def of_attribute(found: Attribute, ends: tuple[Span, ...], checker: Checker) -> Iterator[Cure]:
    """`ends` are the uses to be made right."""
    if found.is_tested or _nullable(found):
        return
    nones, kinds = found.none_sets, found.types()
    annotated = [one for one in found.sets if one.annotation is not None]
    if not nones:
        yield from _never_none(found, ends)
        return
    none = nones[0]
    assignment, function = none.assignment, none.inside("function_definition")
    if len(nones) != 1 or len(annotated) > (none.annotation is not None) or assignment is None:
        return
    if function is not None and text(function.child_by_field_name("name") or function) not in _FIRST:
        return
    if _is_chained(assignment, none.path) or (function is None and _makes_fields(none.path)):
        return
    reads = any(one.role is Role.READ for one in (*found.own, *found.others))
    plain = kinds is not None and len(kinds) == 1 and kinds[0] in EMPTY and none.annotation is None
    value = assignment.child_by_field_name("right")
    if plain and kinds and value is not None and found.is_private and not reads:
        empty = EMPTY[kinds[0]]
        if function is not None or kinds[0] in ("str", "int", "float", "tuple"):  # the class's own would be shared
            yield Cure(
                Strategy.INITIAL,
                f"Set `{found.key}` to `{empty}` at first instead of None",
                (TextEdit(found.tree.span(value), empty),),
                90,
                f"it is set to a {kinds[0]} everywhere else, and never tested for None",
                ends,
            )
    yield from _placeholder(found, none.annotation, assignment, kinds, function, checker, ends)


def _placeholder(
    found: Attribute,
    annotation: Node | None,
    assignment: Node,
    kinds: list[str] | None,
    function: Node | None,
    checker: Checker,
    ends: tuple[Span, ...],
) -> Iterator[Cure]:
    """The None stays, as what stands there until the value is set; the declaration says what it is then."""
    tree = found.tree
    left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if left is None or right is None:
        return
    set_elsewhere = len(found.sets) > 1
    imports: tuple[TextEdit, ...] = ()
    if annotation is not None:
        kind = without_none(text(annotation))
        if not kind:
            return
    elif kinds and len(kinds) <= _MAX_UNION:
        kind = " | ".join(kinds)
    else:
        kind, imports = any_type(tree)
        if not kind:
            return
    if function is None and annotation is None and not imports and not is_defined_before(tree, kind, assignment):
        return
    silenced: tuple[TextEdit, ...] = ()
    if kind not in ("Any", "typing.Any"):
        silent = comment(
            tree, tree.span(right), checker, (checker.attribute if function is not None else checker.assignment,), ""
        )
        if silent is None:
            return
        silenced = (silent,)
    after = tree.span(left).end
    written = Span(after, tree.span(annotation).end if annotation is not None else after)
    reason = "no code of this file tests it for None"
    if set_elsewhere:
        reason = f"{reason}, and it is set elsewhere"
    yield Cure(
        Strategy.FIELD,
        f"Declare `{found.key}` as `{kind}`: None only stands in until it is set",
        (TextEdit(written, f": {kind}"), *silenced, *imports),
        (85 if set_elsewhere else 70) if len(ends) > 1 else 60 if set_elsewhere else 48,
        reason,
        ends,
    )


def _never_none(found: Attribute, ends: tuple[Span, ...]) -> Iterator[Cure]:
    """`| None` of a declaration that nothing in the file makes true."""
    declared = [one for one in found.sets if one.annotation is not None and is_optional(text(one.annotation))]
    if len(declared) != 1 or declared[0].annotation is None:
        return
    values = [one for one in found.sets if one.value is not None or one.assignment is None]
    if not values or any(_unsure(found.tree, one.value, one.inside("function_definition")) for one in values):
        return
    kind = without_none(text(declared[0].annotation))
    if kind and not _makes_fields(declared[0].path):
        yield Cure(
            Strategy.DROP_NONE,
            f"Declare `{found.key}` without None: `{kind}`",
            (TextEdit(found.tree.span(declared[0].annotation), kind),),
            95,
            "every value that it gets in this file is one",
            ends,
        )


def _unsure(tree: SyntaxTree, value: Node | None, function: Node | None) -> bool:
    return not type_of(tree, value, function)


def _nullable(found: Attribute) -> bool:
    """Whether a value that it gets is one that may be None by the file's own text."""
    for one in found.sets:
        function = one.inside("function_definition")
        if one.value is None or one.value.type != "identifier" or function is None:
            continue
        name = text(one.value)
        for declared in parameters_of(function):
            default, annotation = declared.child_by_field_name("value"), declared.child_by_field_name("type")
            named = declared.child_by_field_name("name") or (declared.named_children or [declared])[0]
            if text(named) == name and (
                (default is not None and default.type == "none")
                or (annotation is not None and is_optional(text(annotation)))
            ):
                return True
    return False


def _is_chained(assignment: Node, path: tuple[Node, ...]) -> bool:
    right = assignment.child_by_field_name("right")
    return (right is not None and right.type != "none") or path[-2].type != "expression_statement"


def _makes_fields(path: tuple[Node, ...]) -> bool:
    """Whether an annotation in this class's body means more than a type."""
    for at, node in enumerate(path):
        if node.type == "class_definition":
            decorators = path[at - 1].named_children if path[at - 1].type == "decorated_definition" else ()
            said = [text(child) for child in decorators if child.type == "decorator"]
            if any(word in one.lower() for one in said for word in _MADE_BY_DECORATOR):
                return True
            if any(base.rpartition(".")[2] in ("NamedTuple", "TypedDict", "BaseModel", "Struct", "Protocol", "Enum")
                   for base in bases_of(node)):  # fmt: skip
                return True
    return False
