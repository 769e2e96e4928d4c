"""Where no edit is right: the code is safe in a way that checkers don't follow, or it means to fail.

Each case gives the reason as a clause. It ends up in the checker's ignore comment, the only thing that is offered.
"""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.repairs.python.declaring.declarations import origin_of
from breadknife.plugins.nullcheck.repairs.python.invariants import INVARIANTS
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import text
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.text.syntax import Node

_BROAD = re.compile(r"except(?:\s+(?:Base)?Exception(?:\s+as\s+\w+)?)?\s*:")


def doubt(site: Site) -> str:
    """Why no edit of the code is right, or "" where one may be."""
    if site.node.type == "none":
        return ""
    return _caught(site) or _invariant(site)


def _caught(site: Site) -> str:
    """EAFP: what a None leads to is caught, and meant to be."""
    error = "AttributeError" if site.path[-1].type == "attribute" else "TypeError"
    inner = site.node
    for outer in reversed(site.path):
        if outer.type in ("function_definition", "class_definition"):
            break
        handlers: list[str] = []
        if outer.type == "try_statement" and outer.child_by_field_name("body") == inner:
            handlers = [text(child) for child in outer.named_children if child.type == "except_clause"]
            if _is_single(inner) and any(_BROAD.match(said) and "raise" not in said for said in handlers):
                return "any exception here is caught"
        elif outer.type == "with_statement" and inner.type == "block":
            handlers = [text(outer.named_children[0])]
            if _is_single(inner) and "suppress(Exception" in handlers[0]:
                return "any exception here is caught"
        for said in handlers:
            if re.search(rf"\b{error}\b", said.partition(":")[0] if said.startswith("except") else said):
                return f"the {error} is {'caught' if said.startswith('except') else 'expected'}"
        inner = outer
    return ""


def _is_single(block: Node) -> bool:
    """One statement alone is tried as a whole; of more, who catches everything may not have thought of each."""
    return sum(child.type != "comment" for child in block.named_children) == 1


def _invariant(site: Site) -> str:
    value, origin = site.source, origin_of(site)
    if origin is not None and origin != site.node and origin.type in ("call", "attribute", "subscript"):
        value = text(origin) + value[len(value.partition(".")[0]) :]
    around = {node.type for node in site.path}
    if site.function is not None and site.function.children[0].type == "async":
        around.add("async")
    for row in INVARIANTS:
        if row.value.fullmatch(value) and (not row.inside or row.inside in around):
            return row.reason
    return ""
