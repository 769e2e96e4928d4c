"""A function left early where a value is None: what it gives then."""

from __future__ import annotations

import re
from collections import Counter

from breadknife.plugins.nullcheck.repairs.python.guarding.conditions import may_refuse
from breadknife.plugins.nullcheck.repairs.python.reading.annotations import is_optional
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import text
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site, own_nodes, returns_of, yields_of
from breadknife.text.syntax import Node

_CONSTANT = re.compile(r"""False|True|-?\d+|""|''|\[\]|\{\}|\(\)""")
_GRANTING = re.compile(r"True|-?\d+")


def returning(function: Node, value: str) -> tuple[str, str]:
    """What a `return` of that does, and why it may be one."""
    is_generator = any(yields_of(function))
    given = "yields no more" if is_generator else f"returns `{value}`" if value else "returns None"
    if value in returns_of(function):
        return given, "the function returns this elsewhere"
    return given, "a generator may end anywhere" if is_generator else "the function returns nothing anyway"


def early_return(site: Site) -> str | None:
    """What an early `return` gives, by what the function's others do; None where none would fit."""
    function = site.function
    returned = returns_of(function) if function is not None else []
    annotation = function.child_by_field_name("return_type") if function is not None else None
    if annotation is not None and not is_optional(text(annotation)) and not set(returned) - {"", "None"}:
        return None
    if not returned or "" in returned:
        return None if may_refuse(site) else ""
    if function is None or "yield" in text(function):
        return None
    for value, _ in Counter(returned).most_common():
        if value == "None" or (_CONSTANT.fullmatch(value) and not _grants(site, function, value)):
            return value
    return None


def _grants(site: Site, function: Node, value: str) -> bool:
    """Whether a None would be given what is for those that pass a test."""
    if not _GRANTING.fullmatch(value):
        return False
    found = own_nodes(function, "return_statement")
    given = [node for node in found if text(node) == f"return {value}"]
    body = function.child_by_field_name("body")
    is_end = body is not None and given == body.named_children[-1:]
    if is_end and own_nodes(function, "raise_statement"):
        return True
    if value == "0":
        return False
    is_refused_elsewhere = any(text(node) in ("return False", "return 0") for node in found)
    branches = [block for each in site.path if (block := each.child_by_field_name("consequence")) is not None]
    return is_refused_elsewhere or any(
        block not in site.path and block.start_byte <= node.start_byte < block.end_byte
        for block in branches
        for node in given
    )
