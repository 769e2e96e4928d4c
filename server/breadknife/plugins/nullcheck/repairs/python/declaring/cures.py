"""Repairs of a declaration: one edit that ends every finding that it causes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from breadknife.plugins.nullcheck.repairs.python.declaring.attributes import of_attribute
from breadknife.plugins.nullcheck.repairs.python.declaring.declarations import (
    Cure,
    attribute_behind,
    attribute_of,
    attribute_set,
    called,
    parameter,
    parameter_at,
)
from breadknife.plugins.nullcheck.repairs.python.declaring.signatures import annotating, of_parameter, of_return
from breadknife.plugins.nullcheck.repairs.python.guarding.raising import habitual_exception
from breadknife.plugins.nullcheck.repairs.python.ignoring import Checker
from breadknife.plugins.nullcheck.repairs.python.reading.modules import Module
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span


def cures(site: Site, checker: Checker, here: Module, begins: Span | None = None) -> Iterator[Cure]:
    """`begins`: where the null check itself has the None begin. An attribute where it does is a library's, whatever
    else has one of that name."""
    if site.node.type == "none":
        yield from annotating(site)
    elif is_declaration(site):
        yield from _at_declaration(site, checker, here)
    elif (function := called(site)) is not None:
        yield from of_return(site.tree, function, habitual_exception(function))
    elif (attribute := attribute_of(site)) is not None:
        ends = tuple(attribute.unchecked())
        if site.span in ends:
            yield from of_attribute(attribute, ends, checker, tested=partial(here.tests, attribute.name))
    elif (attribute := attribute_behind(site, begins)) is not None:
        ends = (site.span, *attribute.unchecked())
        yield from of_attribute(attribute, ends, checker, tested=partial(here.tests, attribute.name))
    elif (declared := parameter(site)) is not None:
        yield from of_parameter(declared)


def is_declaration(site: Site) -> bool:
    """Whether the place isn't a use, but what is declared: a function's name, a parameter, what is assigned to."""
    if site.use is not Use.ASSIGN or site.node.type == "none" or not site.path:
        return False
    given = (site.path[-1].child_by_field_name(field) for field in ("right", "value"))
    return all(value != site.node for value in given)


def _at_declaration(site: Site, checker: Checker, here: Module) -> Iterator[Cure]:
    holder = site.path[-1]
    if holder.type == "function_definition" and holder.child_by_field_name("name") == site.node:
        yield from of_return(site.tree, holder, habitual_exception(holder))
    elif (found := attribute_set(site)) is not None:
        files, tested = partial(here.users, found.name), partial(here.tests, found.name)
        yield from of_attribute(found, tuple(found.unchecked()), checker, asked=True, files=files, tested=tested)
    elif (declared := parameter_at(site)) is not None:
        yield from of_parameter(declared)
