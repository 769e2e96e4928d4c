"""A None that is handed on: given back, put somewhere, or given to a function.

It does no harm there, as one that is used does: who gets it may reckon with it, whatever the annotation says. What ends
such a finding and changes nothing is the annotation's repair; a check would end what went well.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.python.declaring.declarations import (
    Cure,
    bases_of,
    classes_of,
    defined_here,
    function_in,
    is_decorated,
    is_local,
    parameter_named,
)
from breadknife.plugins.nullcheck.repairs.python.declaring.signatures import annotating_return, named, with_none
from breadknife.plugins.nullcheck.repairs.python.reading.kinds import arguments_of
from breadknife.plugins.nullcheck.repairs.python.reading.modules import Module
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import callee_of, parameter_of, parameters_of, text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node

_FALLS_BACK = frozenset({"next", "getattr", "get", "pop"})
"""What gives its last argument where there is nothing else."""
_INNER = {"attribute": "object", "call": "function", "subscript": "value"}
"""Fields that lead to what a call begins with."""


def is_handed_on(site: Site, here: Module) -> bool:
    """Whether code gets it that may reckon with it: a library's functions do what their annotations say."""
    if site.node.type == "none":
        return False
    match site.use:
        case Use.RETURN:
            may_reckon = True
        case Use.ASSIGN:  # a local name that is declared is used next, and checkers trust its annotation
            target = site.path[-1].child_by_field_name("left")
            is_variable = site.function is not None and not site.is_in_class_body
            may_reckon = not is_variable or target is None or target.type != "identifier"
        case Use.ARGUMENT if (call := _call(site)) is not None:
            may_reckon = _may_reckon(site, call, here)
        case _:
            may_reckon = False
    return may_reckon


def _may_reckon(site: Site, call: Node, here: Module) -> bool:
    root = call.child_by_field_name("function")
    while root is not None and (inner := _INNER.get(root.type)):
        root = root.child_by_field_name(inner)
    if root is None or root.type != "identifier":
        return False
    name = text(root)
    if name in here.imports:
        return here.is_of_project(name)
    if hasattr(builtins, name) and not is_local(site, name):
        return False
    called = _called(callee_of(call), site)
    given = _parameter(site, call, called) if called is not None else None
    own = _uses(site, called, named(given)) if called is not None and given is not None else []
    return not own or any(one.role is not Role.USE for one in own)


def is_set_here(site: Site) -> bool:
    """Whether the place's own function has set the name to None, or to what is None where there is nothing else."""
    return site.node.type == "identifier" and any(
        one.role is Role.SET
        and one.node.start_byte < site.node.start_byte
        and one.inside("function_definition") == site.function
        and (value := one.value) is not None
        and _falls_back(value)
        for one in occurrences(site.tree, site.source, site.function or site.tree.root)
    )


def is_default_here(site: Site) -> bool:
    """Whether it is a parameter that the place's function gives None by default: a call may leave it out."""
    parameter = parameter_of(site.function, site.source) if site.function is not None else None
    default = parameter.child_by_field_name("value") if parameter is not None else None
    return default is not None and default.type == "none"


def _falls_back(value: Node) -> bool:
    """`None`, `x if y else None`, `next(found, None)`"""
    if value.type == "none":
        return True
    if value.type == "conditional_expression":
        return any(_falls_back(branch) for branch in (value.named_children[0], value.named_children[-1]))
    function = value.child_by_field_name("function") if value.type == "call" else None
    given = arguments_of(value)
    if function is None or len(given) < 2:
        return False
    last = given[-1].child_by_field_name("value") or given[-1]
    return last.type == "none" and text(function).rpartition(".")[2] in _FALLS_BACK


def of_handed_on(site: Site) -> Iterator[Cure]:
    """`| None` for what the function gives back, or for the parameter that the place is given to."""
    if site.node.type == "none":
        return
    if site.use is Use.RETURN and not _overrides(site):
        is_set = is_set_here(site)
        reason, weight = ("the function sets it to None itself", 90) if is_set else ("it may be one", 44)
        yield from annotating_return(site, Strategy.WIDEN, reason, weight, is_asked_for=not is_set)
    elif site.use is Use.ARGUMENT and (call := _call(site)) is not None:
        found = _called(callee_of(call), site)
        if found is not None and (cure := _allowing(site, call, found)):
            yield cure


def _overrides(site: Site) -> bool:
    """Whether callers may know the method by a class above: its annotation isn't its own matter."""
    owner = site.owner
    name = site.function.child_by_field_name("name") if site.function is not None else None
    if owner is None or name is None:
        return False
    here = classes_of(site.tree)
    bodies = [here[base].child_by_field_name("body") for base in bases_of(owner) if base in here]
    return any(body is not None and function_in(body, text(name)) is not None for body in bodies)


def _call(site: Site) -> Node | None:
    """The call that the place is an argument of."""
    outer = [node for node in site.path if node.type not in ("keyword_argument", "parenthesized_expression")]
    return outer[-2] if len(outer) > 1 and outer[-1].type == "argument_list" and outer[-2].type == "call" else None


def _called(callee: str, site: Site) -> Node | None:
    """The file's own function, if it has no decorators; of a class, what makes its instances."""
    if is_local(site, callee.partition(".")[0]) and not callee.startswith(("self.", "cls.")):
        return None
    own = defined_here(site.tree, callee, site.path)
    if own is None and callee in classes_of(site.tree):
        own = function_in(site.tree.root, f"{callee}.__init__")
    return own if own is not None and not is_decorated(site.tree, own) else None


def _allowing(site: Site, call: Node, called: Node) -> Cure | None:
    tree = site.tree
    parameter = _parameter(site, call, called)
    annotation = parameter.child_by_field_name("type") if parameter is not None else None
    written = with_none(tree, text(annotation)) if annotation is not None else ""
    if parameter is None or annotation is None or not written:
        return None
    name, default = named(parameter), parameter.child_by_field_name("value")
    if default is not None and default.type == "none":
        reason = "None is what it has by default"
    elif any(_reckons(one) for one in _uses(site, called, name)):
        reason = "the function tests it"
    else:
        return None
    edits = (TextEdit(tree.span(annotation), written),)
    title = f"Declare that {in_title(name)} may be None"
    return Cure(Strategy.WIDEN, title, edits, 90, reason, (site.span,), "checkers then look at its uses")


def _uses(site: Site, called: Node, name: str) -> list[Occurrence]:
    """Of a parameter, in the function's own body; none where it gets another value."""
    found = parameter_named(site.tree, called, name)
    return [one for one in found.own if one.inside("function_definition") == called] if found is not None else []


def _reckons(one: Occurrence) -> bool:
    """Whether it is a test that goes on with a None: not an assertion, or the condition of an error."""
    if one.role is not Role.TEST or one.inside("assert_statement") is not None:
        return False
    condition = one.inside("if_statement")
    body = condition.child_by_field_name("consequence") if condition is not None else None
    return body is None or all(statement.type != "raise_statement" for statement in body.named_children)


def _parameter(site: Site, call: Node, called: Node) -> Node | None:
    """The parameter that gets the place's value."""
    own = parameters_of(called)
    callee = callee_of(call)
    if own and named(own[0]) in ("self", "cls"):
        makes = text(called.child_by_field_name("name") or called) == "__init__" and "__init__" not in callee
        if not makes and not callee.startswith("self."):
            return None
        own = own[1:]
    for at, given in enumerate(arguments_of(call)):
        if "splat" in given.type:
            return None
        keyword = given.child_by_field_name("name") if given.type == "keyword_argument" else None
        if not given.start_byte <= site.node.start_byte < given.end_byte:
            continue
        if keyword is not None:
            return next((one for one in own if named(one) == text(keyword) and text(one)[0] != "*"), None)
        return own[at] if at < len(own) and not any(text(one)[0] == "*" for one in own[: at + 1]) else None
    return None
