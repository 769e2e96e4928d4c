"""Repairs of the declaration that a null comes from, which end every finding that it causes, and what a null is meant
for that code only passes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core.declarations import Class, Function
from breadknife.plugins.nullcheck.core.nullness import Origin
from breadknife.plugins.nullcheck.repairs.python.annotations import with_none
from breadknife.plugins.nullcheck.repairs.python.attributes import Attribute, of_attribute, parameter_node
from breadknife.plugins.nullcheck.repairs.python.ignoring import Checker
from breadknife.plugins.nullcheck.repairs.python.occurrences import Role
from breadknife.plugins.nullcheck.repairs.python.proposal import Proposal
from breadknife.plugins.nullcheck.repairs.python.signatures import (
    accepting_null,
    accepts_null,
    argument_of,
    required,
    with_null,
    without_null,
)
from breadknife.plugins.nullcheck.repairs.python.site import Site
from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node, path_to

_MOST_STEPS = 4
"""From a name to what it was set to, and on."""
_FALLS_BACK = frozenset({"next", "getattr", "get", "pop"})
"""What gives its last argument where there is nothing else."""


@dataclass(frozen=True)
class Asked:
    """What the repair of a declaration has to know besides the file."""

    checker: Checker
    origin: Origin | None
    """Where the analysis has the null begin."""
    is_tested_elsewhere: Callable[[str], bool]
    """Whether another file tests an attribute of that name; it takes a while to see."""


def declarations(site: Site, asked: Asked) -> Iterator[Proposal]:
    if site.node.type == "none":
        yield from _allowing(site)
        return
    match declaration_of(site, asked.origin):
        case Attribute() as found:
            ends = found.unchecked if is_declaration(site) else tuple(dict.fromkeys((site.span, *found.unchecked)))
            yield from of_attribute(found, asked.checker, lambda: asked.is_tested_elsewhere(found.name), ends)
        case Function() as function:
            yield from without_null(site.home, site.tree, function)
        case (function, name):
            yield from required(site.tree, function, name)
        case None:
            pass
    yield from _receiving(site)


def is_declaration(site: Site) -> bool:
    """Whether the place isn't a use, but what is declared: a function's name, a parameter, what is assigned to."""
    if site.use is not Use.ASSIGN or site.node.type == "none" or not site.path:
        return False
    return all(site.path[-1].child_by_field_name(field) != site.node for field in ("right", "value"))


def declaration_of(site: Site, origin: Origin | None) -> Attribute | Function | tuple[Function, str] | None:
    """What the value is declared by in this file: where the analysis has its null begin, else by its name."""
    if origin is not None and origin.file not in ("", site.home.uri):
        return None
    node, around = site.node, function_around(site)
    for _ in range(_MOST_STEPS):
        match node.type:
            case "await" | "parenthesized_expression":
                node = node.named_children[0]
            case "call" | "function_definition":
                return called(site, node)
            case "attribute":
                return _attribute(site, node, around)
            case "typed_default_parameter" | "default_parameter" | "typed_parameter" if around is not None:
                return around, site.text(node.child_by_field_name("name") or node.named_children[0])
            case "identifier":
                outer = path_to(site.tree, node)[-1]
                if outer.type in (
                    "function_definition",
                    "typed_default_parameter",
                    "default_parameter",
                    "typed_parameter",
                ):
                    node = outer
                    continue
                if around is None:
                    owner = next(
                        (
                            each
                            for each in site.home.file.classes.values()
                            if each.at[0] <= node.start_byte < each.at[1]
                        ),
                        None,
                    )
                    return Attribute(site.home, site.tree, site.text(node), owner) if owner is not None else None
                value = _last_value(site, node)
                if value is None:
                    is_parameter = parameter_node(site.tree, around, site.text(node)) is not None
                    return (around, site.text(node)) if is_parameter else None
                node = value
            case _:
                return None
    return None


def _last_value(site: Site, name: Node) -> Node | None:
    """What a name of the function was last set to, as the text goes."""
    sets = (one for one in site.occurrences() if one.role is Role.SET and site.text(one.node) == site.text(name))
    before = [one for one in sets if one.node.start_byte < name.start_byte]
    return before[-1].value if before else None


def _attribute(site: Site, node: Node, around: Function | None) -> Attribute | None:
    """Of the method's own object, or the only one of the file that has this name."""
    name = site.text(node.child_by_field_name("attribute"))
    owner = site.text(node.child_by_field_name("object"))
    classes = list[Class](site.home.file.classes.values())
    if around is not None and owner == around.receiver and around.receiver_class is not None:
        return Attribute(site.home, site.tree, name, around.receiver_class)
    found = [each for each in classes if name in each.stores]
    attribute = Attribute(site.home, site.tree, name, found[0]) if found else None
    return attribute if attribute is not None and all(each in attribute.family for each in found) else None


def called(site: Site, node: Node) -> Function | None:
    """The file's own function that a call runs, or that is defined there."""
    file, around = site.home.file, function_around(site)
    if around is not None and site.text(node.child_by_field_name("function")) in around.parameter_names:
        return None
    if node.type == "function_definition":
        return next((each for each in file.functions if each.at == (node.start_byte, node.end_byte)), None)
    owner, dot, name = site.text(node.child_by_field_name("function")).rpartition(".")
    if not dot and name in file.classes:
        return file.classes[name].methods.get("__init__")
    if not dot:
        found = file.named.get(name)
    else:
        is_own = around is not None and owner in (around.receiver, "self", "cls") and around.receiver_class is not None
        found = (
            around.receiver_class.methods.get(name) if around is not None and around.receiver_class and is_own else None
        )
    return (
        found
        if found is not None
        and found.is_plain
        and found.is_async == (node.parent is not None and node.parent.type == "await")
        else None
    )


def function_around(site: Site) -> Function | None:
    around = site.function
    found = (
        each
        for each in site.home.file.functions
        if around is not None and each.at == (around.start_byte, around.end_byte)
    )
    return next(found, None)


def _allowing(site: Site) -> Iterator[Proposal]:
    """`| None` where a None is written: a parameter's default, the value of an annotated name, what is returned."""
    holder, function = site.path[-1], function_around(site)
    if holder.type == "return_statement" and function is not None:
        yield from with_null(
            site.home, site.tree, function, Strategy.ANNOTATE, "it does, and nothing in the file relies on a value"
        )
    annotation = holder.child_by_field_name("type")
    name = site.text(holder.child_by_field_name("name") or holder.child_by_field_name("left"))
    written = with_none(site.tree, site.text(annotation)) if annotation is not None else ""
    if annotation is not None and written and holder.type in ("typed_default_parameter", "assignment"):
        edit = TextEdit(site.tree.span(annotation), written)
        title = f"Declare that {in_title(name)} may be None (checkers then look at its uses)"
        yield Proposal(Strategy.ANNOTATE, title, "None is what it has here", lambda _: (edit,), ends=(site.span,))


def _receiving(site: Site) -> Iterator[Proposal]:
    """`| None` for what gets the value: the function's result, or the parameter that it is given to."""
    function, call = function_around(site), _call(site)
    if site.use is Use.RETURN and function is not None:
        is_set = falls_back(site)
        reason = "the function sets it to None itself" if is_set else "it may be one"
        yield from with_null(site.home, site.tree, function, Strategy.WIDEN, reason, is_asked_for=not is_set)
    elif site.use is Use.ARGUMENT and call is not None and (target := called(site, call)) is not None:
        arguments = call.child_by_field_name("arguments")
        given = argument_of(target, arguments, site.node) if arguments is not None else None
        if given is not None:
            yield from accepting_null(site.home, site.tree, target, given)


def is_handed_on(site: Site) -> bool:
    """Whether code gets it that may reckon with it: a library's functions do what their annotations say."""
    if site.node.type == "none" or site.use not in (Use.RETURN, Use.ASSIGN, Use.ARGUMENT):
        return False
    call = _call(site)
    if site.use is not Use.ARGUMENT or call is None:
        left = site.path[-1].child_by_field_name("left") if site.use is Use.ASSIGN else None
        return left is None or left.type != "identifier" or site.function is None
    root = site.text(call.child_by_field_name("function")).partition(".")[0].partition("(")[0]
    around = function_around(site)
    is_own = around is not None and root in around.parameter_names
    if not is_own and (root in site.home.file.imports or root in site.home.builtins or not root.isidentifier()):
        return False
    target, arguments = called(site, call), call.child_by_field_name("arguments")
    given = argument_of(target, arguments, site.node) if target is not None and arguments is not None else None
    return target is None or given is None or accepts_null(site.home, target, given.name)


def falls_back(site: Site) -> bool:
    """Whether the function has set the name to None, or to what is None where there is nothing else; or a call may
    leave it out."""
    around = function_around(site)
    parameter = parameter_node(site.tree, around, site.source)
    default = parameter.child_by_field_name("value") if parameter is not None else None
    sets = (one for one in site.occurrences() if one.role is Role.SET and one.function == site.function)
    values = [default, *(one.value for one in sets if one.node.start_byte < site.node.start_byte)]
    return any(value is not None and _may_be_none(site, value) for value in values)


def _may_be_none(site: Site, value: Node) -> bool:
    """`None`, `x if y else None`, `next(found, None)`"""
    if value.type in ("none", "conditional_expression"):
        return value.type == "none" or any(each.type == "none" for each in value.named_children)
    name = site.text(value.child_by_field_name("function")).rpartition(".")[2]
    given = value.child_by_field_name("arguments")
    return (
        name in _FALLS_BACK
        and given is not None
        and given.named_children[-1:] != []
        and given.named_children[-1].type == "none"
    )


def _call(site: Site) -> Node | None:
    """The call that the place is an argument of."""
    outer = [node for node in site.path if node.type != "keyword_argument"]
    return outer[-2] if len(outer) > 1 and outer[-1].type == "argument_list" and outer[-2].type == "call" else None
