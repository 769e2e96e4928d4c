"""An element of a container whose declaration lets them be None: `dict[str, Socket | None]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.python.annotations import with_argument
from breadknife.plugins.nullcheck.python.declarations import Cure, origin_of
from breadknife.plugins.nullcheck.python.kinds import (
    any_type,
    arguments_of,
    is_defined_before,
    parameter_of,
    type_of,
    without_none,
)
from breadknife.plugins.nullcheck.python.modules import Class, Elsewhere, Module
from breadknife.plugins.nullcheck.python.occurrences import Occurrence, Role, done_with, occurrences
from breadknife.plugins.nullcheck.python.outline import callee_of, text
from breadknife.plugins.nullcheck.python.receivers import declared_of
from breadknife.plugins.nullcheck.python.site import Site, site_of
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree

_RELIANCE = 2
"""So many uses of elements rely on a value for each that looks for a None: more of them, and it isn't meant."""
_MAX_STEPS = 2
"""From an attribute to that of the object that it is asked of."""
_VIEWS = frozenset({"values", "items"})
_PASSED_ON = frozenset({"enumerate", "iter", "list", "reversed", "tuple"})
"""Functions whose result has the elements of what they are given."""
_DISPLAYS = frozenset({"list", "dictionary", "pair", "set", "tuple", "binary_operator"})
_PUTS = frozenset({"add", "append", "appendleft", "extend", "insert", "setdefault", "update"})


@dataclass(frozen=True, eq=False)
class _Declared:
    """A container's annotation."""

    module: Module
    annotation: Node
    key: str
    """What it is called there."""
    scope: Node
    """Where that is its name."""
    shown: str


@dataclass(frozen=True)
class _Elements:
    """What a file does with them."""

    uses: Sequence[Span] = ()
    doubts: int = 0
    """How many look for a None."""
    puts: Sequence[str] = ()
    """The types of what is put in: "None", "" where that can't be told."""


def of_element(site: Site, here: Module) -> Iterator[Elsewhere]:
    container = _container(site)
    declared = next(_declarations(site_of(site.tree, container, site.use), here), None) if container else None
    if declared is None:
        return
    tree = declared.module.tree
    there = _elements(tree, declared.key, declared.scope)
    ends, doubts = [site.span], there.doubts
    if tree is site.tree:
        ends += [use for use in there.uses if use != site.span]
        uses = len(ends)
    else:
        others = _elements(site.tree, f".{declared.key.rpartition('.')[2]}", site.tree.root)
        ends += [use for use in others.uses if use != site.span]
        uses, doubts = len(ends) + len(there.uses), doubts + others.doubts
    if uses <= _RELIANCE * doubts:
        return
    place = "" if tree is site.tree else f"in {declared.module.name}"
    cure = _cure(declared, there.puts, tuple(ends), place, is_tested=doubts > 0)
    if cure is not None:
        yield Elsewhere(cure, declared.module)


def _cure(
    declared: _Declared, puts: Sequence[str], ends: tuple[Span, ...], place: str, *, is_tested: bool
) -> Cure | None:
    tree, written = declared.module.tree, text(declared.annotation)
    kind = with_argument(written, without_none)
    if not kind:
        return None
    if not is_tested and "None" not in puts:
        is_sure = bool(puts) and all(puts)
        return Cure(
            Strategy.DROP_NONE,
            f"Declare `{declared.shown}` without None: `{kind}`",
            (TextEdit(tree.span(declared.annotation), kind),),
            90 if is_sure else 60,
            f"every element that it gets {place or 'in this file'} is one" if is_sure else "no None is put there",
            ends,
            ", ".join(part for part in ("to put None there becomes a type error", place) if part),
        )
    opened, imports = any_type(tree)
    kind = with_argument(written, lambda member: f"{without_none(member)} | {opened}")
    is_read = "from __future__ import annotations" not in tree.text and " | " not in written
    if not opened or is_read or not is_defined_before(tree, kind, declared.annotation, imports):
        return None
    return Cure(
        Strategy.FIELD,
        f"Declare `{declared.shown}` as `{kind}`: None is for who asks for it",
        (TextEdit(tree.span(declared.annotation), kind), *imports),
        52,
        "most of the uses rely on a value",
        ends,
        place,
    )


def _container(site: Site) -> Node | None:
    """What the place's value is an element of."""
    value = origin_of(site) if site.node.type == "identifier" else site.node
    if value is None:
        return _looped_over(site)
    index = value.child_by_field_name("subscript") if value.type == "subscript" else None
    return value.child_by_field_name("value") if index is not None and index.type != "slice" else None


def _looped_over(site: Site) -> Node | None:
    """Of a name that a loop or a comprehension around the place gives its values."""
    for around in reversed(site.path):
        loops = [child for child in around.named_children if child.type == "for_in_clause"]
        for loop in (around, *loops) if around.type == "for_statement" else loops:
            left, right = loop.child_by_field_name("left"), loop.child_by_field_name("right")
            if left is not None and right is not None and re.search(rf"\b{re.escape(site.source)}\b", text(left)):
                return _iterated(right)
        if around == site.function:
            break
    return None


def _iterated(right: Node) -> Node:
    function = right.child_by_field_name("function") if right.type == "call" else None
    name, given = callee_of(right).rpartition(".")[2], arguments_of(right)
    if function is not None and function.type == "attribute" and name in _VIEWS and not given:
        return function.child_by_field_name("object") or right
    return _iterated(given[0]) if name in _PASSED_ON and given else right


def _declarations(container: Site, here: Module) -> Iterator[_Declared]:
    match container.node.type:
        case "attribute":
            yield from _of_attribute(container, here)
        case "identifier":
            yield from _of_name(container, here)
        case _:
            pass


def _of_attribute(container: Site, here: Module) -> Iterator[_Declared]:
    name = container.source.rpartition(".")[2]
    for module, declared in declared_of(container, here, _MAX_STEPS):
        if Class(module, declared.owner).has_fields():
            continue
        for one in declared.sets:
            if one.annotation is not None:
                owner = Class(module, one.inside("class_definition") or declared.owner)
                shown = declared.key if container.source == declared.key else f"{owner.name}.{name}"
                yield _Declared(module, one.annotation, f".{name}", module.tree.root, shown)


def _of_name(container: Site, here: Module) -> Iterator[_Declared]:
    """A parameter, a variable of the function, or of the module."""
    function, root, name = container.function, here.tree.root, container.source
    parameter = parameter_of(function, name) if function is not None else None
    annotation = parameter.child_by_field_name("type") if parameter is not None else None
    if function is not None and annotation is not None:
        yield _Declared(here, annotation, name, function, name)
    for scope in (function, root) if function is not None else (root,):
        for one in occurrences(here.tree, name, scope):
            if one.annotation is not None and one.inside("function_definition") == (scope if scope != root else None):
                yield _Declared(here, one.annotation, name, scope, name)


def _elements(tree: SyntaxTree, key: str, scope: Node) -> _Elements:
    uses, doubts, puts = list[Span](), 0, list[str]()
    for one in occurrences(tree, key, scope):
        element = one.path[-1]
        if one.role is Role.SET:
            puts += ["None"] if one.value is not None and _has_none(one.value) else []
        elif (put := _put(one)) is not None:
            puts.append("None" if _has_none(put) else type_of(tree, put, one.inside("function_definition")))
        elif element.type == "subscript" and element.child_by_field_name("value") == one.node:
            done = done_with(tree, element, one.path[:-1])
            doubts += Role.TEST in done
            uses += [tree.span(element)] if Role.USE in done and Role.TEST not in done else []
    return _Elements(uses, doubts, puts)


def _put(one: Occurrence) -> Node | None:
    """What `c[k] = v` or `c.append(v)` puts into a container."""
    outer, holder = one.path[-1], one.path[-2]
    if outer.type == "subscript" and holder.type == "assignment" and holder.child_by_field_name("left") == outer:
        return holder.child_by_field_name("right")
    is_put = outer.type == "attribute" and callee_of(holder).rpartition(".")[2] in _PUTS
    given = arguments_of(holder) if is_put else []
    return given[-1] if given else None


def _has_none(value: Node) -> bool:
    return value.type == "none" or any(
        child.type == "none" or (child.type in _DISPLAYS and _has_none(child)) for child in value.named_children
    )
