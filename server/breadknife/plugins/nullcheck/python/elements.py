"""An element of a container whose declaration lets them be None: `dict[str, Socket | None]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.python.annotations import is_mapping, with_elements
from breadknife.plugins.nullcheck.python.attributes import makes_fields
from breadknife.plugins.nullcheck.python.classes import TUPLE_PATTERNS
from breadknife.plugins.nullcheck.python.declarations import Cure, last_set
from breadknife.plugins.nullcheck.python.evaluation import COMPREHENSIONS
from breadknife.plugins.nullcheck.python.kinds import any_type, are_deferred, arguments_of, type_of, without_none
from breadknife.plugins.nullcheck.python.modules import Class, Elsewhere, Module
from breadknife.plugins.nullcheck.python.occurrences import Done, Occurrence, Role, done_with, occurrences
from breadknife.plugins.nullcheck.python.outline import callee_of, parameter_of, text
from breadknife.plugins.nullcheck.python.receivers import declared_of
from breadknife.plugins.nullcheck.python.site import Site, site_of
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree

_RELIANCE = 2
"""So many uses of elements rely on a value for each that looks for a None: more of them, and it isn't meant."""
_MAX_STEPS = 2
"""From an attribute to that of the object that it is asked of."""
_SAME_ELEMENTS = frozenset({"iter", "list", "reversed", "sorted", "tuple"})
_PASSES_ON = _SAME_ELEMENTS | {"enumerate"}
_EMPTY = frozenset({"{}", "[]", "dict()", "list()", "set()", "deque()", "OrderedDict()", "collections.deque()"})
_PUTS = frozenset({"add", "append", "appendleft"})
_VIEWS = frozenset({"items", "values"})
_SAFE = _VIEWS | {"bool", "clear", "discard", "keys", "len", "popitem", "remove", "reverse"}
"""Functions and methods by which no None gets in."""
_TARGETS = frozenset({"assignment", "augmented_assignment", "for_statement", "for_in_clause"})


@dataclass(frozen=True, eq=False)
class _Container:
    """Whose element the place's value is."""

    node: Node
    by_key: bool
    """Got by a subscript, `values()` or `items()`, not by a loop over it."""


@dataclass(frozen=True, eq=False)
class _Declared:
    """A container's annotation."""

    module: Module
    annotation: Node
    shown: str
    own: Sequence[Occurrence]
    """Of the container, in the annotation's file."""


@dataclass(frozen=True)
class _Elements:
    """What a file does with them."""

    uses: Sequence[Span]
    doubts: int
    """How many look for a None, or may."""
    puts: Sequence[str]
    """The types of what is put in, "" where that can't be told: it may be a None."""


def of_element(site: Site, here: Module) -> Iterator[Elsewhere]:
    container = _container(site)
    if container is None:
        return
    asked = site_of(site.tree, container.node, site.use)
    declared = next(_declarations(asked, here), None)
    if declared is None or (is_mapping(text(declared.annotation)) and not container.by_key):
        return
    is_here = declared.module.tree is site.tree
    found = [_elements(declared.module.tree, declared.own)]
    if not is_here:
        found.append(
            _elements(site.tree, occurrences(site.tree, f".{asked.source.rpartition('.')[2]}", site.tree.root))
        )
    ends = (site.span, *(use for use in found[-1].uses if use != site.span))
    uses = len(ends) + (0 if is_here else len(found[0].uses))
    doubts, puts = sum(each.doubts for each in found), [put for each in found for put in each.puts]
    place = "" if is_here else f"in {declared.module.name}"
    if not doubts and puts and all(puts):
        cure = _without_none(declared, ends, place)
    else:
        cure = _opened(declared, ends, place) if uses > max(1, _RELIANCE * doubts) else None
    if cure is not None:
        yield Elsewhere(cure, declared.module)


def _without_none(declared: _Declared, ends: tuple[Span, ...], place: str) -> Cure | None:
    written = text(declared.annotation)
    kind = with_elements(written, without_none)
    if not kind or (" | " in kind and " | " not in written):
        return None
    return Cure(
        Strategy.DROP_NONE,
        f"Declare {in_title(declared.shown)} without None: {in_title(kind)}",
        (TextEdit(declared.module.tree.span(declared.annotation), kind),),
        85,
        f"every element that it gets {place or 'in this file'} is one",
        ends,
        ", ".join(part for part in ("a None there becomes a type error", place) if part),
    )


def _opened(declared: _Declared, ends: tuple[Span, ...], place: str) -> Cure | None:
    tree, written = declared.module.tree, text(declared.annotation)
    opened, imports = any_type(tree)
    kind = with_elements(written, lambda member: f"{without_none(member)} | {opened}") if opened else ""
    at = tree.span(declared.annotation)
    has_union = " | " in written or are_deferred(tree)
    if not kind or not has_union or any(edit.span.start > at.start for edit in imports):
        return None
    return Cure(
        Strategy.FIELD,
        f"Declare {in_title(declared.shown)} as {in_title(kind)}",
        (TextEdit(at, kind), *imports),
        52,
        "most of the uses rely on a value",
        ends,
        ", ".join(part for part in ("fails where one is None", place) if part),
    )


# --- the container, and its declaration ---


def _container(site: Site) -> _Container | None:
    value = site.node
    if value.type == "identifier":
        last = last_set(site, site.source)
        if last is None or last.assignment is None:
            return _looped_over(site, last)
        value = last.value
    index = value.child_by_field_name("subscript") if value is not None and value.type == "subscript" else None
    container = value.child_by_field_name("value") if value is not None and index is not None else None
    is_element = container is not None and index is not None and index.type != "slice"
    return _Container(container, by_key=True) if is_element and container is not None else None


def _looped_over(site: Site, last: Occurrence | None) -> _Container | None:
    """Of a name that a loop or a comprehension around the place gives its values."""
    for around in reversed(site.path):
        if around.type == "lambda" or around == site.function:
            return None
        clauses = around.named_children if around.type in COMPREHENSIONS else []
        for loop in (around, *clauses):
            if loop.type not in ("for_statement", "for_in_clause"):
                continue
            left, right = loop.child_by_field_name("left"), loop.child_by_field_name("right")
            names = [left, *left.named_children] if left is not None else []
            found = next((at for at, name in enumerate(names) if text(name) == site.source), None)
            if found is not None and right is not None:
                is_last = loop.type == "for_in_clause" or (last is not None and last.node == names[found])
                return _iterated(right, found) if is_last else None
    return None


def _iterated(right: Node, at: int) -> _Container | None:
    """`at`: the place among the loop's names, 0 for the only one."""
    callee, given = callee_of(right), arguments_of(right) if right.type == "call" else []
    function = right.child_by_field_name("function") if right.type == "call" else None
    if callee == "enumerate" and given:
        return _iterated(given[0], 0) if at == 2 else None
    if callee in _SAME_ELEMENTS and given:
        return _iterated(given[0], at)
    if function is not None and function.type == "attribute" and not given:
        container, method = function.child_by_field_name("object"), callee.rpartition(".")[2]
        is_value = (method == "values" and at == 0) or (method == "items" and at == 2)
        return _Container(container, by_key=True) if is_value and container is not None else None
    return _Container(right, by_key=False) if at == 0 else None


def _declarations(container: Site, here: Module) -> Iterator[_Declared]:
    match container.node.type:
        case "attribute":
            yield from _of_attribute(container, here)
        case "identifier":
            yield from _of_name(container, here)
        case _:
            pass


def _of_attribute(container: Site, here: Module) -> Iterator[_Declared]:
    for module, declared in declared_of(container, here, _MAX_STEPS):
        annotated = [one for one in declared.sets if one.annotation is not None]
        one = annotated[0] if len(annotated) == 1 else None
        if (
            one is None
            or one.annotation is None
            or makes_fields(one.path)
            or Class(module, declared.owner).has_fields()
        ):
            continue
        owner = Class(module, one.inside("class_definition") or declared.owner)
        shown = declared.key if container.source == declared.key else f"{owner.name}.{declared.key.partition('.')[2]}"
        yield _Declared(module, one.annotation, shown, [*declared.own, *declared.others])


def _of_name(container: Site, here: Module) -> Iterator[_Declared]:
    """A variable of the function, or of the module where no function around has one of that name."""
    name, functions = container.source, [node for node in container.path if node.type == "function_definition"]
    for scope in (*reversed(functions), here.tree.root):
        if scope != here.tree.root and parameter_of(scope, name) is not None:
            return  # who calls it isn't known
        found = list(occurrences(here.tree, name, scope))
        inside = scope if scope != here.tree.root else None
        sets = [one for one in found if one.role is Role.SET and one.scope == inside]
        annotated = [one for one in sets if one.annotation is not None]
        if len(annotated) == 1 and annotated[0].annotation is not None:
            yield _Declared(here, annotated[0].annotation, name, found)
        if sets:
            return


# --- what is done with the elements ---


def _elements(tree: SyntaxTree, found: Iterable[Occurrence]) -> _Elements:
    uses, doubts, puts, known = list[Span](), 0, list[str](), Done()
    for one in found:
        *_, outer, element = one.path[0], *one.path
        method = text(outer.named_children[0]).rpartition(".")[2] if outer.type == "call" else ""
        if one.role is Role.SET:
            puts += _put_at_first(one)
        elif element.type == "subscript" and element.child_by_field_name("value") == one.node:
            if outer.type in _TARGETS and outer.named_children[0] == element:
                value = outer.child_by_field_name("right") if outer.type == "assignment" else None
                puts.append(type_of(tree, value, one.inside("function_definition")))
            elif outer.type in TUPLE_PATTERNS:
                puts.append("")
            else:
                done = done_with(tree, element, one.path[:-1], known)
                doubts += Role.TEST in done
                uses += [tree.span(element)] if Role.USE in done and Role.TEST not in done else []
        elif element.type in ("for_statement", "for_in_clause") or _is_passed_on(one.path):
            doubts += _tests(tree, one.path)
        elif method in _SAFE:
            doubts += method in _VIEWS and _tests(tree, one.path[:-2])
        elif element.type == "attribute" and method in _PUTS and len(arguments_of(outer)) == 1:
            puts.append(type_of(tree, arguments_of(outer)[0], one.inside("function_definition")))
        elif element.type == "comparison_operator":
            doubts += any(child.type == "none" for child in element.named_children)
        elif one.role is not Role.TEST:
            puts.append("")  # somebody else has it, and may put a None there
    return _Elements(uses, doubts, puts)


def _put_at_first(one: Occurrence) -> list[str]:
    """Its type, "", where it isn't empty: it may have a None in it."""
    if one.value is None:
        return [] if one.assignment is not None else [""]
    return [] if text(one.value).replace(" ", "") in _EMPTY else [""]


def _is_passed_on(path: tuple[Node, ...]) -> bool:
    """Whether what the path leads to is given to a function whose result has the same elements."""
    *_, outer, inner = path[0], *path
    return inner.type == "argument_list" and callee_of(outer) in _PASSES_ON


def _tests(tree: SyntaxTree, path: tuple[Node, ...]) -> bool:
    """Whether a loop over it looks for a None in what it gets, or something else may."""
    while _is_passed_on(path):
        path = path[:-2]
    *_, outer, loop = path[0], *path
    left = loop.child_by_field_name("left") if loop.type in ("for_statement", "for_in_clause") else None
    if left is None:
        return True
    scope = loop if loop.type == "for_statement" else outer
    names = [name for name in (left, *left.named_children) if name.type == "identifier"]
    return any(one.role is Role.TEST for name in names for one in occurrences(tree, text(name), scope))
