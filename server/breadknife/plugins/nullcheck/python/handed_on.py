"""A None that is handed on: given back, put somewhere, or given to a function.

It does no harm there, as one that is used does: who gets it may reckon with it, whatever the annotation says. What ends
such a finding and changes nothing is the annotation's repair; a check would end what went well.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping

from breadknife.plugins.nullcheck.python.annotations import is_optional
from breadknife.plugins.nullcheck.python.declarations import Cure, classes_of, defined_here
from breadknife.plugins.nullcheck.python.inheritance import Elsewhere
from breadknife.plugins.nullcheck.python.kinds import parameters_of
from breadknife.plugins.nullcheck.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.python.outline import Imported, text
from breadknife.plugins.nullcheck.python.results import Defined, defined_elsewhere
from breadknife.plugins.nullcheck.python.signatures import annotating_return, named, with_none
from breadknife.plugins.nullcheck.python.site import Site
from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.project.values import Project
from breadknife.text.document import Document, TextEdit
from breadknife.text.outline import Import
from breadknife.text.syntax import Node


def is_handed_on(site: Site, imports: Mapping[str, Imported], document: Document, project: Project | None) -> bool:
    """Whether code gets it that may reckon with it: a library's functions do what their annotations say."""
    if site.use is not Use.ARGUMENT:
        return site.use is Use.RETURN or (site.use is Use.ASSIGN and site.node.type != "none")
    call = _call(site)
    root = call.child_by_field_name("function") if call is not None else None
    while root is not None and root.type == "attribute":
        root = root.child_by_field_name("object")
    if root is None or root.type in ("string", "concatenated_string"):
        return False
    name = text(root)
    if (imported := imports.get(name)) is not None:
        names = ((imported.name, name),) if imported.name else ()
        return project is not None and bool(project.module(Import(imported.module, names), document))
    return not hasattr(builtins, name)


def is_set_here(site: Site) -> bool:
    """Whether the place's own function sets the name to None, or to what is None where there is nothing else."""
    return site.node.type == "identifier" and any(
        one.role is Role.SET and (value := one.value) is not None and (value.type == "none" or _falls_back(value))
        for one in occurrences(site.tree, site.source, site.function or site.tree.root)
    )


def _falls_back(value: Node) -> bool:
    """`next(found, None)`"""
    given = value.child_by_field_name("arguments") if value.type == "call" else None
    return given is not None and given.named_child_count > 1 and given.named_children[-1].type == "none"


def of_handed_on(
    site: Site, imports: Mapping[str, Imported], document: Document, project: Project | None
) -> Iterator[Elsewhere]:
    """`| None` for what the function gives back, or for the parameter that the place is given to."""
    if site.node.type == "none":
        return
    if site.use is Use.RETURN:
        reason, weight = ("the function sets it to None itself", 90) if is_set_here(site) else ("it may be one", 44)
        for cure in annotating_return(site, reason, weight):
            yield Elsewhere(cure, site.tree, document)
    elif site.use is Use.ARGUMENT and (call := _call(site)) is not None:
        callee = text(call.child_by_field_name("function") or call)
        for found in _called(callee, site, imports, document, project):
            if cure := _allowing(site, call, found):
                yield Elsewhere(cure, found[1], found[0])


def _call(site: Site) -> Node | None:
    """The call that the place is an argument of."""
    outer = [
        node for node in site.path if node.type != "keyword_argument" or node.child_by_field_name("value") != site.node
    ]
    return outer[-2] if len(outer) > 1 and outer[-1].type == "argument_list" and outer[-2].type == "call" else None


def _called(
    callee: str, site: Site, imports: Mapping[str, Imported], document: Document, project: Project | None
) -> Iterator[Defined]:
    """The function; of a class, what makes its instances."""
    if (here := defined_here(site.tree, callee, site.path)) is not None:
        yield document, site.tree, here
    elif (owner := classes_of(site.tree).get(callee)) is not None:
        body = owner.child_by_field_name("body")
        for each in body.named_children if body is not None else ():
            if each.type == "function_definition" and text(each.child_by_field_name("name") or each) == "__init__":
                yield document, site.tree, each
    elif project is not None:
        for name in (callee, f"{callee}.__init__"):
            if found := defined_elsewhere(name, imports, document, project):
                yield found
                return


def _allowing(site: Site, call: Node, called: Defined) -> Cure | None:
    where, tree, function = called
    parameter = _parameter(site, call, function)
    annotation = parameter.child_by_field_name("type") if parameter is not None else None
    body = function.child_by_field_name("body")
    if parameter is None or annotation is None or body is None:
        return None
    name, written, default = named(parameter), text(annotation), parameter.child_by_field_name("value")
    if is_optional(written) or written[:1] in "'\"":
        return None
    if default is not None and default.type == "none":
        reason = "None is what it has by default"
    elif any(one.role is Role.TEST for one in occurrences(tree, name, body)):
        reason = "the function tests it"
    else:
        return None
    return Cure(
        Strategy.ANNOTATE,
        f"Declare that `{name}` may be None"
        + ("" if tree is site.tree or where.path is None else f" in {where.path.name}"),
        (TextEdit(tree.span(annotation), with_none(tree, written)),),
        90,
        reason,
        (site.span,),
        "its uses are checked",
    )


def _parameter(site: Site, call: Node, function: Node) -> Node | None:
    """The parameter that gets the place's value."""
    own = parameters_of(function)
    own = own[1:] if own and named(own[0]) in ("self", "cls") else own
    arguments = call.child_by_field_name("arguments")
    for at, given in enumerate(arguments.named_children if arguments is not None else ()):
        if "splat" in given.type:
            return None
        if given == site.node:
            before = own[: at + 1]
            is_plain = len(before) > at and not any("splat" in one.type or "separator" in one.type for one in before)
            return own[at] if is_plain else None
        if given.type == "keyword_argument" and given.child_by_field_name("value") == site.node:
            keyword = text(given.child_by_field_name("name") or given)
            return next((one for one in own if named(one) == keyword), None)
    return None
