"""A lookup that is repeated: the name that holds its result, where nothing can have changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.ecmascript.outline import FUNCTIONS
from breadknife.plugins.nullcheck.ecmascript.site import BLOCKS, LOOPS, Site, may_change
from breadknife.text.syntax import Node

_LOOKUPS = frozenset({
    "get", "at", "find", "getItem", "querySelector", "getElementById", "closest", "match", "getAttribute",
})  # fmt: skip
"""Methods that change nothing and give the same as long as nothing else does."""
_BINDS = {
    "variable_declarator": "name",
    "catch_clause": "parameter",
    "for_in_statement": "left",
    "function_declaration": "name",
    "generator_function_declaration": "name",
    "class_declaration": "name",
}
"""What gives a name another meaning in a block -> its field with the name, or a pattern of them."""


def looked_up(site: Site) -> str | None:
    """The constant that was made of the same call before, in a block around the place. That it was tested is for the
    verifier to say."""
    if not _is_lookup(site, site.node):
        return None
    inside = site.node
    between = list[Node]()
    """What may run after the constant was made and before the place, of the blocks within its own."""
    for outer in reversed(site.path):
        if outer.type in FUNCTIONS or outer.type == "class_body":
            return None
        if outer.type in BLOCKS:
            before = outer.named_children[: outer.named_children.index(inside)]
            for at, statement in reversed(list(enumerate(before))):
                if (name := _constant(site, statement)) is not None:
                    own = [*before[at + 1 :], *between]
                    means_other = _binds(site, outer.named_children[at + 1 :], name)
                    return None if means_other or any(_may_change(site, node) for node in own) else name
            between = [*before, *between]
        else:
            between += [child for child in outer.named_children if child.end_byte <= inside.start_byte]
        if outer.type in LOOPS:
            between.append(outer)  # its other rounds
        inside = outer
    return None


def _is_lookup(site: Site, node: Node) -> bool:
    function = node.child_by_field_name("function") if node.type == "call_expression" else None
    name = function.child_by_field_name("property") if function is not None else None
    if name is None or site.outline.text(name) not in _LOOKUPS:
        return False
    parts = [part for part in _parts(node) if part != node]
    return not any(may_change(part) or part.type in FUNCTIONS for part in parts)


def _constant(site: Site, statement: Node) -> str | None:
    if statement.type != "lexical_declaration" or statement.children[0].type != "const":
        return None
    for declarator in statement.named_children:
        name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
        is_name = name is not None and name.type == "identifier"
        if name is not None and value is not None and is_name and site.outline.text(value) == site.source:
            return site.outline.text(name)
    return None


def _may_change(site: Site, node: Node) -> bool:
    return any(may_change(part) and site.outline.text(part) != site.source for part in _parts(node))


def _binds(site: Site, statements: list[Node], constant: str) -> bool:
    """Whether the constant, or a name in the call, is in some block of theirs the name of another thing."""
    names = {constant, *re.findall(r"[\w$]+", site.source)}
    bound = (part.child_by_field_name(_BINDS.get(part.type, "")) for node in statements for part in _parts(node))
    return any(names.intersection(re.findall(r"[\w$]+", site.outline.text(each))) for each in bound if each)


def _parts(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        part = stack.pop()
        yield part
        stack += part.named_children
