"""The class of another object, as far as a file says it: what it declares of an attribute, and its methods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from breadknife.plugins.nullcheck.repairs.python.annotations import CLASS, annotated_classes, is_optional
from breadknife.plugins.nullcheck.repairs.python.attributes import of_attribute
from breadknife.plugins.nullcheck.repairs.python.declarations import Attribute, Cure, attribute_of, family_of, origin_of
from breadknife.plugins.nullcheck.repairs.python.ignoring import Checker
from breadknife.plugins.nullcheck.repairs.python.kinds import annotation_of, arguments_of
from breadknife.plugins.nullcheck.repairs.python.meant import is_from_nullable
from breadknife.plugins.nullcheck.repairs.python.modules import Class, Elsewhere, Module, declared_by
from breadknife.plugins.nullcheck.repairs.python.nodes import callee_of, is_and, text
from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.site import EXITS, Site, site_of
from breadknife.text.syntax import Node

_MOST = 4
"""Classes that an object may be of."""
_MAX_STEPS = 3
"""From an attribute to the one whose value it gets, or to that of the object that it is asked of."""


def of_receiver(site: Site, here: Module, checker: Checker) -> Iterator[Elsewhere]:
    """`x.name`, or what was set to it, where the class of `x` lets its `name` be None; of `self.name` where that is
    another file's."""
    value = site.node if site.node.type == "attribute" else origin_of(site)
    if value is None or value.type != "attribute":
        return
    asked = site_of(site.tree, value, site.use)
    own = attribute_of(asked)
    if own is not None and (_may_be_none(own) or asked.span not in own.unchecked()):
        return
    found = _nullable(asked, here, _MAX_STEPS)
    if own is not None:  # the checker knows of a None that the text doesn't show
        plain = (
            each for each in declared_of(asked, here, _MAX_STEPS) if not Class(each[0], each[1].owner).has_fields()
        )
        found = found or next(plain, None)
    if found is None or (own is not None and found[0].tree is here.tree):
        return
    module, declared = found
    name, is_tested = declared.key.rpartition(".")[2], False
    if module.tree is here.tree:
        ends = (site.span, *declared.unchecked())
    else:
        ends = tuple(own.unchecked()) if own is not None else (site.span,)
        every = occurrences(site.tree, f".{name}", site.tree.root)
        counted = frozenset(ends)
        others = [one for one in every if site.tree.span(one.node) not in counted]
        is_tested = any(one.role is Role.TEST for one in others)
        declared = replace(declared, others=(*declared.others, *others))
    owner = Class(module, declared.sets[0].inside("class_definition") or declared.owner)
    shown = declared.key if own is not None else f"{owner.name}.{name}"
    files = int if is_tested else partial(module.users, name)
    for cure in of_attribute(declared, ends, checker, files=files, tested=partial(module.tests, name)):
        named = _named(cure, declared.key, shown, module.name if module.tree is not here.tree else "")
        yield Elsewhere(named, module)


def _named(cure: Cure, key: str, shown: str, file: str) -> Cure:
    otherwise = _named(cure.otherwise, key, shown, file) if cure.otherwise else None
    where = [part for part in (cure.consequence, f"in {file}" if file else "") if part]
    title = cure.title.replace(f"`{key}`", f"`{shown}`")
    return replace(cure, title=title, consequence=", ".join(where), otherwise=otherwise)


def _nullable(value: Site, here: Module, steps: int) -> tuple[Module, Attribute] | None:
    """The declaration by which an attribute's value may be None, also of the one that it only gets its value from."""
    for module, declared in declared_of(value, here, steps - 1):
        if Class(module, declared.owner).has_fields():
            continue
        if _may_be_none(declared):
            return module, declared
        given = declared.sets[0].value
        if len(declared.sets) == 1 and given is not None and given.type == "attribute" and steps > 1:
            behind = _nullable(site_of(module.tree, given, value.use), module, steps - 1)
            if behind is not None:
                return behind
    return None


def classes_of_object(receiver: Site, here: Module, steps: int = _MAX_STEPS) -> Iterator[Class]:
    """The classes that an object may be of by what the file says, the surest first."""
    if receiver.source in ("self", "cls"):
        if receiver.owner is not None:
            yield Class(here, receiver.owner)
        return
    for module, written in list(dict.fromkeys(_classes(receiver, here, steps)))[:_MOST]:
        if (known := module.class_named(written)) is not None:
            yield known


def is_of_another(site: Site, found: Attribute, here: Module) -> bool:
    """Whether the object that the place's attribute is asked of is known to be of a class that `found` isn't of."""
    value = site.node if site.node.type == "attribute" else origin_of(site)
    receiver = value.child_by_field_name("object") if value is not None else None
    known = list(classes_of_object(site_of(site.tree, receiver, site.use), here)) if receiver is not None else []
    related = family_of(found.tree, found.owner)
    own = (each for one in known for each in one.line() if each.module.tree is found.tree)
    return bool(known) and not any(each.node in related for each in own)


def _may_be_none(found: Attribute) -> bool:
    return any(
        is_from_nullable(one)
        or (one.value is not None and one.value.type == "none")
        or (one.annotation is not None and is_optional(text(one.annotation)))
        for one in found.sets
    )


def _classes(receiver: Site, here: Module, steps: int) -> Iterator[tuple[Module, str]]:
    """The names of an object's classes, and the files that call them so."""
    yield from ((here, written) for written in _made_by(receiver.node))
    if not receiver.is_name:
        return
    function, key = receiver.function, receiver.source
    if any(_binds_itself(node, key.partition(".")[0]) for node in receiver.path if _is_inside(node, function)):
        return
    scope = function or receiver.tree.root
    before = [one for one in occurrences(receiver.tree, key, scope) if one.node.start_byte < receiver.node.start_byte]
    for one in reversed([one for one in before if one.inside("function_definition") == function]):
        if one.role is Role.TEST and _holds_at(one, receiver):
            yield from ((here, written) for written in _tested_for(one))
        elif one.role is Role.SET:
            block = one.inside("block", "module")
            if block is not None and block in receiver.path:
                yield from ((here, written) for written in _set_to(one))
            return
    if function is not None and receiver.node.type == "identifier":
        yield from ((here, written) for written in annotated_classes(annotation_of(function, key)))
    elif receiver.node.type == "attribute" and steps > 0:
        for module, declared in declared_of(receiver, here, steps - 1):
            for one in declared.sets:
                yield from ((module, written) for written in _set_to(one))


def declared_of(value: Site, here: Module, steps: int) -> Iterator[tuple[Module, Attribute]]:
    """What the classes of an attribute's object declare it as."""
    name, receiver = value.node.child_by_field_name("attribute"), value.node.child_by_field_name("object")
    if name is None or receiver is None:
        return
    for each in classes_of_object(site_of(value.tree, receiver, value.use), here, steps):
        if (found := declared_by(each.line(), f"self.{text(name)}")) is not None:
            yield found


def _set_to(one: Occurrence) -> Iterator[str]:
    """The classes of what a name or an attribute is set to, or is declared as."""
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


def _is_inside(node: Node, function: Node | None) -> bool:
    return function is None or node.start_byte > function.start_byte


def _binds_itself(node: Node, name: str) -> bool:
    """Whether an expression or a case around gives the name a meaning of its own."""
    match node.type:
        case "lambda":
            bound = [node.child_by_field_name("parameters")]
        case kind if kind.endswith("comprehension") or kind == "generator_expression":
            bound = [each.child_by_field_name("left") for each in node.named_children if each.type == "for_in_clause"]
        case "case_clause":
            bound = [each for each in node.named_children if each.type == "case_pattern"]
        case _:
            return False
    return any(re.search(rf"\b{re.escape(name)}\b", text(each)) for each in bound if each is not None)


def _holds_at(one: Occurrence, place: Site) -> bool:
    """Whether what is tested holds at the place: it is the condition of its branch, of what is on the right of an
    `and`, an assertion before, or its opposite has left before."""
    is_negated, inner = False, one.node
    for outer in reversed(one.path):
        match outer.type:
            case "not_operator":
                is_negated = not is_negated
            case "boolean_operator" if is_and(outer) and not is_negated and outer in place.path:
                return True
            case "boolean_operator" if is_and(outer) == is_negated:
                return False
            case "assert_statement":
                return not is_negated and outer.end_byte <= place.node.start_byte
            case "if_statement" | "elif_clause" if outer.child_by_field_name("condition") == inner:
                branch = outer.child_by_field_name("consequence")
                if branch is None:
                    return False
                if branch in place.path:
                    return not is_negated
                leaves = branch.named_children[-1].type in EXITS if branch.named_children else False
                is_alone = outer.child_by_field_name("alternative") is None and outer.type == "if_statement"
                return is_negated and leaves and is_alone and outer.end_byte <= place.node.start_byte
            case "block" | "module" | "lambda":
                return False
            case _:
                pass
        inner = outer
    return False


def _tested_for(one: Occurrence) -> Iterator[str]:
    """`isinstance(x, A)`"""
    call = one.inside("call")
    given = arguments_of(call) if call is not None and callee_of(call) == "isinstance" else []
    if len(given) == 2 and given[0] == one.node:
        yield from (text(each) for each in (given[1].named_children if given[1].type == "tuple" else given[1:]))
