"""Where no edit is right: the code is safe in a way that checkers don't follow, or it means to fail.

The reason ends up in the checker's ignore comment, the only thing that is offered.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from breadknife.plugins.nullcheck.repairs.python.occurrences import Role
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.text.syntax import Node

_BROAD = re.compile(r"except(?:\s+(?:Base)?Exception(?:\s+as\s+\w+)?)?\s*:|.*\bsuppress\(Exception")


@dataclass(frozen=True)
class Invariant:
    """A row of `invariants.toml`."""

    value: str
    reason: str
    example: str
    inside: str = ""


@cache
def invariants() -> tuple[Invariant, ...]:
    rows = tomllib.loads(
        files("breadknife.plugins.nullcheck.repairs.python").joinpath("invariants.toml").read_text("utf-8")
    )["row"]
    return tuple(Invariant(**row) for row in rows)


def doubt(site: PythonSite) -> str:
    """Why no edit of the code is right, or "" where one may be."""
    if site.node.type == "none":
        return ""
    return _caught(site) or _invariant(site)


def _caught(site: PythonSite) -> str:
    """EAFP: what a None leads to is caught, and meant to be."""
    error = "AttributeError" if site.path[-1].type == "attribute" else "TypeError"
    inner = site.node
    for outer in reversed(site.path):
        if outer.type in ("function_definition", "class_definition"):
            break
        for said in _handlers(site, outer, inner):
            if re.search(rf"\b{error}\b", said.partition(":")[0]):
                return f"the {error} is {'caught' if said.startswith('except') else 'expected'}"
            if _BROAD.match(said) and "raise" not in said and inner.named_child_count == 1:
                return "any exception here is caught"
        inner = outer
    return ""


def _handlers(site: PythonSite, outer: Node, inner: Node) -> list[str]:
    """What may catch an exception of `inner`: clauses of a `try`, or what a `with` enters."""
    if outer.type == "with_statement" and inner.type == "block":
        return [site.text(outer.named_children[0])]
    if outer.type == "try_statement" and outer.child_by_field_name("body") == inner:
        return [site.text(child) for child in outer.named_children if child.type == "except_clause"]
    return []


def _invariant(site: PythonSite) -> str:
    root = site.source.partition(".")[0]
    sets = [one for one in site.occurrences() if one.role is Role.SET and site.text(one.node) == root]
    before = [one for one in sets if one.node.start_byte < site.node.start_byte]
    given = site.text(before[-1].value) if before else ""
    value = given + site.source.removeprefix(root) if given else site.source
    around = {node.type for node in site.path}
    if site.function is not None and site.function.children[0].type == "async":
        around.add("async")
    fitting = (row for row in invariants() if not row.inside or row.inside in around)
    return next((row.reason for row in fitting if re.fullmatch(row.value, value, re.DOTALL)), "")
