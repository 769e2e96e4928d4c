"""Repairs of the declaration that a null comes from, which end every finding that it causes, and of the declaration
that gets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.repairs.python.attributes import DeclaredAttribute, of_attribute
from breadknife.plugins.nullcheck.repairs.python.elsewhere import roles_elsewhere
from breadknife.plugins.nullcheck.repairs.python.occurrences import Role
from breadknife.plugins.nullcheck.repairs.python.signatures import (
    accepting_null,
    allowing,
    argument_of,
    called,
    with_null,
)
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.plugins.nullcheck.repairs.repair import RepairProposal
from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.syntax import Node

_MOST_STEPS = 4
"""From a name to what it was set to, and on."""


def is_declaration(site: PythonSite) -> bool:
    """Tell whether the place isn't a use, but what is declared: a function's name, a parameter, what is assigned to."""
    if site.use is not Use.ASSIGN or site.node.type == "none" or not site.path:
        return False
    return all(site.parent.child_by_field_name(field) != site.node for field in ("right", "value"))


def declare(site: PythonSite) -> Iterator[RepairProposal]:
    """Propose to change the declaration that the null comes from."""
    origin = site.fact.origin
    if origin is not None and origin.file not in ("", site.home.uri):
        yield from _declare_there(site.elsewhere(origin.file, origin.at))
        return
    node, around = site.node, site.around_function
    for _ in range(_MOST_STEPS):
        if node.type in ("await", "parenthesized_expression"):
            node = node.named_children[0]
        elif node.type == "attribute" or (node.type == "identifier" and around is None):
            yield from _of_attribute(site, node, around)
            return
        elif node.type == "identifier" and (value := _last_value(site, node)) is not None:
            node = value
        else:
            return


def _declare_there(there: PythonSite | None) -> Iterator[RepairProposal]:
    """Propose a declaration in another file, of which only that is changed."""
    for proposal in declare(there) if there is not None else ():
        yield replace(proposal, there=there)


def _last_value(site: PythonSite, name: Node) -> Node | None:
    """Return what a name was last set to before, as the text goes."""
    sets = (one for one in site.occurrences() if one.role is Role.SET and site.text(one.node) == site.text(name))
    before = [one for one in sets if one.node.start_byte < name.start_byte]
    return before[-1].value if before else None


def _of_attribute(site: PythonSite, node: Node, around: Function | None) -> Iterator[RepairProposal]:
    """Propose repairs of an attribute: of the method's own object, which a class above may declare, or of the only
    class of the file that has one of that name."""
    name = site.text(node.child_by_field_name("attribute") or node)
    owner = site.text(node.child_by_field_name("object"))
    classes = list(site.home.file.classes.values())
    if around is not None and owner == around.receiver and around.receiver_class is not None:
        found, above = [around.receiver_class], list(site.home.lineage(around.receiver_class))
        stores = [(home.uri, store) for home, each in above for store in each.stores.get(name, ())]
        uri, store = next((each for each in stores if each[1].annotation), (stores or [("", None)])[0])
        if store is not None and uri != site.home.uri:
            yield from _declare_there(site.elsewhere(uri, store.at))
            return
    elif around is None:
        found = [each for each in classes if each.at[0] <= node.start_byte < each.at[1]][-1:]
    else:
        found = [each for each in classes if name in each.stores]
    attribute = DeclaredAttribute(site.home, site.tree, name, found[0]) if found else None
    if attribute is not None and all(each in attribute.family for each in found):
        # A declaration is asked about by itself where a use of another file relies on it.
        yield from of_attribute(attribute, partial(roles_elsewhere, site, name), int(is_declaration(site)))


def allow(site: PythonSite) -> Iterator[RepairProposal]:
    """Propose `| None` where a None is written: a parameter's default, the value of an annotated name, what is
    returned."""
    holder, function = site.parent, site.around_function
    if site.node.type != "none":
        return
    if holder.type == "return_statement" and function is not None:
        yield from with_null(site, function, Strategy.ANNOTATE, "it does return None")
    elif holder.type in ("typed_default_parameter", "assignment"):
        name = site.text(holder.child_by_field_name("name") or holder.child_by_field_name("left"))
        title = f"Declare that {in_title(name)} may be None (checkers then look at its uses)"
        annotation = holder.child_by_field_name("type")
        yield from allowing(site, annotation, Strategy.ANNOTATE, title, "None is what it has here")


def receive(site: PythonSite) -> Iterator[RepairProposal]:
    """Propose `| None` for what gets the value: the function's result, or the parameter that it is given to."""
    function = site.around_function
    if site.use is Use.RETURN and function is not None and site.node.type != "none":
        evidence = "the function sets it to None itself" if site.falls_back else "it may be one"
        yield from with_null(site, function, Strategy.WIDEN, evidence, is_asked_for=not site.falls_back)
    elif site.use is Use.ARGUMENT and site.call is not None:
        target = called(site, site.call, function)
        given = argument_of(target, site.call, site.node) if target is not None else None
        yield from accepting_null(site, target, given) if target is not None and given is not None else ()
