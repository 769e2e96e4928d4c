"""An attribute of another object, where the file says of which class that is: its declaration, in whichever file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from breadknife.plugins.nullcheck.python.annotations import annotated_classes, is_optional
from breadknife.plugins.nullcheck.python.attributes import is_from_nullable
from breadknife.plugins.nullcheck.python.declarations import Attribute, attribute, classes_of, origin_of
from breadknife.plugins.nullcheck.python.ignoring import Checker
from breadknife.plugins.nullcheck.python.inheritance import (
    Elsewhere,
    classes_above,
    declared_by,
    imported_class,
    of_declared,
)
from breadknife.plugins.nullcheck.python.kinds import CLASS, annotation_of, arguments_of
from breadknife.plugins.nullcheck.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.python.outline import Imported, callee_of, outline, text
from breadknife.plugins.nullcheck.python.site import Site, site_of
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.syntax import Node

_MOST = 4
"""Classes that an object may be of."""


def of_receiver(
    site: Site, imports: Mapping[str, Imported], document: Document, project: Project, checker: Checker
) -> Iterator[Elsewhere]:
    """`x.name`, or what was set to it, where the class of `x` lets its `name` be None."""
    value = site.node if site.node.type == "attribute" else origin_of(site)
    name = value.child_by_field_name("attribute") if value is not None and value.type == "attribute" else None
    receiver = value.child_by_field_name("object") if value is not None else None
    if name is None or receiver is None or text(receiver) in ("self", "cls"):
        return
    key = f"self.{text(name)}"
    for written in list(dict.fromkeys(_classes(site_of(site.tree, receiver, site.use))))[:_MOST]:
        if (here := classes_of(site.tree).get(written)) is not None:
            start = document, site.tree, here
        elif (start := imported_class(written, imports, document, project)) is None:
            continue
        its = imports if start[1] is site.tree else outline(start[1]).imported
        found = declared_by((start, *classes_above(start, its, project)), key)
        if found is not None and _may_be_none(declared := found[1]):
            ends = (site.span, *(declared.unchecked() if declared.tree is site.tree else ()))
            if declared.tree is not site.tree:
                declared = replace(
                    declared, others=[*declared.others, *occurrences(site.tree, key[4:], site.tree.root)]
                )
            yield from of_declared(found[0], declared, ends, document, checker, project)
            return


def _may_be_none(found: Attribute) -> bool:
    return any(
        is_from_nullable(one)
        or (one.value is not None and one.value.type == "none")
        or (one.annotation is not None and is_optional(text(one.annotation)))
        for one in found.sets
    )


def _classes(receiver: Site) -> Iterator[str]:
    """The classes of an object as the file writes them, the surest first."""
    yield from _made_by(receiver.node)
    if not receiver.is_name:
        return
    function, key = receiver.function, receiver.source
    scope = function or receiver.tree.root
    before = [one for one in occurrences(receiver.tree, key, scope) if one.node.start_byte < receiver.node.start_byte]
    for one in reversed(before):
        if one.role is Role.TEST:
            yield from _tested_for(one)
        elif one.role is Role.SET:
            if one.annotation is not None:
                yield from annotated_classes(text(one.annotation))
            elif one.value is not None:
                yield from _made_by(one.value)
            return
    if function is not None and receiver.node.type == "identifier":
        yield from annotated_classes(annotation_of(function, key))
    owner = next((node for node in reversed(receiver.path) if node.type == "class_definition"), None)
    if owner is not None and key.startswith("self.") and key.count(".") == 1:
        for one in attribute(receiver.tree, key, owner).sets:
            yield from _set_to(one)


def _set_to(one: Occurrence) -> Iterator[str]:
    """The classes of what an attribute is set to, or is declared as."""
    function = one.inside("function_definition")
    if one.annotation is not None:
        yield from annotated_classes(text(one.annotation))
    elif one.value is not None and one.value.type == "identifier" and function is not None:
        yield from annotated_classes(annotation_of(function, text(one.value)))
    elif one.value is not None:
        yield from _made_by(one.value)


def _made_by(value: Node) -> Iterator[str]:
    callee = callee_of(value)
    if CLASS.fullmatch(callee.rpartition(".")[2]):
        yield callee


def _tested_for(one: Occurrence) -> Iterator[str]:
    """`isinstance(x, A)`"""
    call = one.inside("call")
    given = arguments_of(call) if call is not None and callee_of(call) == "isinstance" else []
    if len(given) == 2 and given[0] == one.node:
        yield from (text(each) for each in (given[1].named_children if given[1].type == "tuple" else given[1:]))
