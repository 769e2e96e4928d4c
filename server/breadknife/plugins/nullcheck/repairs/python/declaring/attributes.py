"""Repairs of an attribute's declaration: where it is set to None first, or its annotation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from breadknife.plugins.nullcheck.repairs.python.declaring.declarations import Attribute, Cure, bases_of, function_in
from breadknife.plugins.nullcheck.repairs.python.declaring.meant import (
    FIRST,
    is_from_nullable,
    is_meant,
    is_said_by_parameter,
    is_state,
    name_of,
)
from breadknife.plugins.nullcheck.repairs.python.ignoring import Checker, comment
from breadknife.plugins.nullcheck.repairs.python.reading.annotations import is_optional
from breadknife.plugins.nullcheck.repairs.python.reading.kinds import (
    EMPTY,
    MAX_UNION,
    is_defined_before,
    type_of,
    without_none,
)
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import sets_by_name, text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_LAST = re.compile(
    r"""^_*(?:close|stop|shut|clean|tear|reset|clear|release|finali[sz]e|terminate|finish|end(?:_|$)|a?exit|del|quit|kill
    |abort|remove|log_?out|invalidate|un(?:link|bind|set|load|register|mount)|dis(?:connect|pose|miss)
    |de(?:tach|stroy|activate|register|init))""",
    re.VERBOSE | re.IGNORECASE,
)
"""Methods after which nothing uses them any more."""
_SAID = 44
"""Of a None that the annotation allows, that nothing in the file replaces, and of which one use says otherwise, and of
one that is meant: after an assertion."""
_STATE = 49
"""Of a None that is a state of the object: just after an assertion."""
_SEVERAL = 2
"""Uses that say otherwise."""
_RELIANCE = 2
"""So many uses rely on a value for each place that reckons with a None: more of them, and it isn't meant."""
_MADE_BY_DECORATOR = ("dataclass", "define", "attrs", "attr.", "struct", "frozen", "mutable")
"""A decorator with one of these makes constructor parameters of annotated names."""

_FIELDS = frozenset({
    "NamedTuple", "TypedDict", "BaseModel", "BaseSettings", "SQLModel", "DeclarativeBase", "Struct", "Protocol", "Enum",
})  # fmt: skip


def of_attribute(
    found: Attribute, ends: tuple[Span, ...], checker: Checker, *, asked: bool = False, files: Callable[[], int] = int,
    tested: Callable[[], bool] = bool,
) -> Iterator[Cure]:  # fmt: skip
    """`ends` are the uses to be made right. `asked`: the declaration itself was asked about, not one of its uses.
    `files`: how many others use an attribute of that name of what they import from this one, and whether one of them
    has it `tested`; it takes a while."""
    if _is_method(found):
        return
    made = list(_never_tested(found, ends, checker, tested)) if not (found.is_tested or _nullable(found)) else []
    if not made and (weight := _relied_on(found, ends, files, asked=asked)):
        is_said = any(map(is_said_by_parameter, found.sets)) and len(_uses(found, ends)) < _SEVERAL
        if not asked and is_state(found):
            weight = min(weight, _STATE)
        for cure in _placeholder(found, ends, checker, _SAID if is_said else weight):
            made.append(replace(cure, is_asked_for=is_said or cure.is_asked_for))
    hiding = [cure for cure in made if cure.strategy is Strategy.FIELD]
    is_hidden = bool(hiding) and is_meant(found, tested)
    yield from (_to_choose(cure) if is_hidden and cure in hiding else cure for cure in made)


def _to_choose(cure: Cure) -> Cure:
    """Of a None that is meant, whatever the uses at hand say."""
    weight, reason = min(cure.weight, _SAID), "its uses rely on it"
    leads_to = "fails where it is None"
    return replace(cure, weight=weight, reason=reason, consequence=leads_to, is_asked_for=True)


def _never_tested(
    found: Attribute, ends: tuple[Span, ...], checker: Checker, tested: Callable[[], bool]
) -> Iterator[Cure]:
    nones, kinds = found.none_sets, found.types()
    annotated = [one for one in found.sets if one.annotation is not None]
    if not nones:
        yield from _never_none(found, ends)
        return
    none = nones[0]
    if len(found.sets) == 1 and not tested():
        yield from _empty_field(found, none, ends)
    assignment, function = none.assignment, none.inside("function_definition")
    if len(nones) != 1 or len(annotated) > (none.annotation is not None) or assignment is None:
        return
    if function is not None and name_of(function) not in FIRST:
        return
    if _is_chained(assignment, none.path) or (function is None and makes_fields(none.path)):
        return
    reads = any(one.role is Role.READ for one in (*found.own, *found.others))
    plain = kinds is not None and len(kinds) == 1 and kinds[0] in EMPTY and none.annotation is None
    value = assignment.child_by_field_name("right")
    if plain and kinds and value is not None and found.is_private and not reads:
        empty = EMPTY[kinds[0]]
        if function is not None or kinds[0] in ("str", "int", "float", "tuple"):  # the class's own would be shared
            yield Cure(
                Strategy.INITIAL,
                f"Set {in_title(found.key)} to `{empty}` at first, not None",
                (TextEdit(found.tree.span(value), empty),),
                90,
                f"else it is a {kinds[0]}, and never tested for None",
                ends,
                "a use before it is set gets that",
            )
    set_elsewhere = len(found.sets) > 1
    weight = (85 if set_elsewhere else 70) if len(ends) > 1 else 60 if set_elsewhere else 52
    is_one = len(_uses(found, ends)) < _SEVERAL
    said = annotated[0].annotation if annotated and not set_elsewhere and is_one else None
    is_said = said is not None and is_optional(text(said))
    for cure in _placeholder(found, ends, checker, _SAID if is_said else weight):
        yield replace(cure, is_asked_for=is_said or cure.is_asked_for)


def _uses(found: Attribute, ends: tuple[Span, ...]) -> set[Span]:
    return {*ends, *(found.tree.span(one.node) for one in found.others if one.role is Role.USE)}


def _empty_field(found: Attribute, only: Occurrence, ends: tuple[Span, ...]) -> Iterator[Cure]:
    """`name: str = None` of a dataclass, which is never set otherwise: the default isn't what the annotation says."""
    kind = text(only.annotation).partition("[")[0] if only.annotation is not None else ""
    in_class = only.inside("function_definition") is None
    if kind in ("str", "tuple") and in_class and makes_fields(only.path) and only.value is not None:
        yield Cure(
            Strategy.INITIAL,
            f"Make the default of {in_title(found.key.rpartition('.')[2])} `{EMPTY[kind]}`, not None",
            (TextEdit(found.tree.span(only.value), EMPTY[kind]),),
            58,
            f"it is declared as a {kind}, and never tested for None",
            ends,
            "an object without it gets that",
        )


def _relied_on(found: Attribute, ends: tuple[Span, ...], files: Callable[[], int], *, asked: bool) -> int:
    """The weight of declaring an attribute without None although it is tested here and there, or taken away in the
    middle: 0 where that may well be meant."""
    uses = max(len(ends), len(found.unchecked())) + sum(one.role is Role.USE for one in found.others)
    doubts = sum(one.role is Role.TEST for one in (*found.own, *found.others))
    for one in found.none_sets:
        function = one.inside("function_definition")
        doubts += function is not None and name_of(function) not in FIRST and not _LAST.search(name_of(function))
    if asked:
        return 60 if doubts <= max(1, uses // _RELIANCE) or _RELIANCE * doubts <= uses + files() else 0
    return 56 if uses > _RELIANCE * doubts or uses + files() > _RELIANCE * doubts else 0


def _placeholder(found: Attribute, ends: tuple[Span, ...], checker: Checker, weight: int) -> Iterator[Cure]:
    """The None stays, as what stands there until the value is set; the declaration says what it is then."""
    kinds = found.types(but_none=True)
    declaring = _declaring(found)
    annotation = declaring.annotation if declaring is not None else None
    if annotation is not None:
        kind = without_none(text(annotation))
        if not kind:
            return
    else:
        kind = " | ".join(kinds) if kinds and len(kinds) <= MAX_UNION else ""
    reason = "its file never tests it for None" if not found.is_tested else "nearly all of its uses rely on it"
    edits = _annotating(found, declaring, kind) if kind else ()
    comments = _ignoring(found, checker)
    if edits and comments is not None:
        title = f"Declare {in_title(found.key)} as {in_title(kind)}{_times(len(comments))}"
        cure = Cure(Strategy.FIELD, title, (*edits, *comments), weight, reason, ends, _leads_to(found))
        yield cure


def _times(ignored: int) -> str:
    """What a title says of the ignore comments that go with a declaration."""
    times = {1: "", 2: " twice"}.get(ignored, f" {ignored} times")
    return f", ignoring None{times}" if ignored else ""


def _leads_to(found: Attribute) -> str:
    """What a use of its None leads to, by where this file sets it."""
    nones, given = found.none_sets, [one for one in found.sets if is_from_nullable(one)]
    functions = [one.inside("function_definition") for one in nones]
    at_first = all(function is None or name_of(function) in FIRST for function in functions)
    is_set = len(found.sets) > len(nones) or any(one.role is Role.SET for one in found.others)
    if nones and not is_set and not sets_by_name(found.owner):
        return "fails unless another file sets it"
    if nones and is_set and at_first and not given:
        return "fails if used before it is set"
    if len(given) == 1 and not nones and (value := given[0].value) is not None:
        return f"fails if {in_title(text(value))} is None"
    return "fails where it is None"


def _is_method(found: Attribute) -> bool:
    """Whether it is a property: what its setter is given is another matter."""
    body = found.owner.child_by_field_name("body")
    return body is not None and function_in(body, found.key.rpartition(".")[2]) is not None


def _declaring(found: Attribute) -> Occurrence | None:
    """The assignment that a declaration is best written into, None where none of them can take one."""
    if annotated := [one for one in found.sets if one.annotation is not None]:
        optional = [one for one in annotated if is_optional(text(one.annotation or one.node))] or annotated
        return optional[0] if len(optional) == 1 else None
    plain = [
        one
        for one in found.sets
        if one.assignment is not None
        and one.path[-2].type == "expression_statement"
        and (one.assignment.child_by_field_name("right") or one.assignment).type != "assignment"
    ]
    here = [one for one in plain if one.inside("class_definition") == found.owner] or plain
    in_class = [one for one in here if one.inside("function_definition") is None]
    first = [one for one in here if name_of(one.inside("function_definition")) in FIRST]
    nones = [
        one
        for one in here
        if one.value is not None
        and one.value.type == "none"
        and not _LAST.search(name_of(one.inside("function_definition")))
    ]
    return next(iter(in_class or first or nones), None)


def _annotating(found: Attribute, declaring: Occurrence | None, kind: str) -> tuple[TextEdit, ...]:
    """The edits that declare it as `kind`; () where they can't be."""
    tree = found.tree
    left = declaring.assignment.child_by_field_name("left") if declaring and declaring.assignment else None
    if declaring is None or declaring.assignment is None or left is None:
        return ()
    in_class = declaring.inside("function_definition") is None
    if in_class and (makes_fields(declaring.path) or not is_defined_before(tree, kind, declaring.assignment)):
        return ()
    after = tree.span(left).end
    annotation = declaring.annotation
    written = Span(after, tree.span(annotation).end if annotation is not None else after)
    return (TextEdit(written, f": {kind}"),)


def _ignoring(found: Attribute, checker: Checker) -> tuple[TextEdit, ...] | None:
    """The comments that silence the checker where None is put into it; None where one can't stand."""
    made = dict[TextEdit, None]()
    for one in found.sets:
        if one.value is not None and (one.value.type == "none" or is_from_nullable(one)):
            code = checker.attribute if one.inside("function_definition") is not None else checker.assignment
            silent = comment(found.tree, found.tree.span(one.value), checker, (code,), "")
            if silent is None:
                return None
            made[silent] = None
    return tuple(made)


def _never_none(found: Attribute, ends: tuple[Span, ...]) -> Iterator[Cure]:
    """`| None` of a declaration that nothing in the file makes true."""
    declared = [one for one in found.sets if one.annotation is not None and is_optional(text(one.annotation))]
    if len(declared) != 1 or declared[0].annotation is None:
        return
    values = [one for one in found.sets if one.value is not None or one.assignment is None]
    if not values or not all(type_of(found.tree, one.value, one.inside("function_definition")) for one in values):
        return
    kind = without_none(text(declared[0].annotation))
    if kind and not makes_fields(declared[0].path):
        yield Cure(
            Strategy.DROP_NONE,
            f"Declare {in_title(found.key)} without None: {in_title(kind)}",
            (TextEdit(found.tree.span(declared[0].annotation), kind),),
            95,
            "every value that it gets in this file is one",
            ends,
            "setting it to None becomes a type error",
        )


def _nullable(found: Attribute) -> bool:
    """Whether a value that it gets is one that may be None by the file's own text."""
    return any(map(is_from_nullable, found.sets))


def _is_chained(assignment: Node, path: tuple[Node, ...]) -> bool:
    right = assignment.child_by_field_name("right")
    return (right is not None and right.type != "none") or path[-2].type != "expression_statement"


def has_fields_by(bases: Iterable[str]) -> bool:
    """Whether annotations are fields in a class with such a base."""
    return any(base.partition("[")[0].rpartition(".")[2] in _FIELDS for base in bases)


def makes_fields(path: tuple[Node, ...]) -> bool:
    """Whether an annotation in this class's body means more than a type."""
    for at, node in enumerate(path):
        if node.type == "class_definition":
            decorators = path[at - 1].named_children if path[at - 1].type == "decorated_definition" else ()
            said = [text(child) for child in decorators if child.type == "decorator"]
            if any(word in one.lower() for one in said for word in _MADE_BY_DECORATOR):
                return True
            if has_fields_by(bases_of(node)):
                return True
    return False
