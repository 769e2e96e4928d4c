"""The rounds of a loop: whether the next one may find another value where this one is left early."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.ecmascript.outline import FUNCTIONS
from breadknife.plugins.nullcheck.ecmascript.site import Site, covers
from breadknife.text.syntax import Node

_BINDS = {"assignment_expression": "left", "augmented_assignment_expression": "left", "variable_declarator": "name",
          "update_expression": "argument"}  # fmt: skip
"""What gives a name a value -> the field that holds the name."""
_DONE = frozenset({"expression_statement", "lexical_declaration", "variable_declaration"})
"""Statements that are carried out whole."""
_CALLED = re.compile(r"([\w$.]+)\.[\w$]+\(")
"""Whose methods are called, which may change it: `queue.shift()`."""


def goes_on(site: Site, loop: Node) -> bool:
    """Whether `continue` before the place leads on to another value. What steps from one to the next by itself does;
    elsewhere the value must be given anew in each round before the place, and by nothing that only what would be
    skipped changes: `use(current); current = current.parent` would find the same null for ever."""
    if loop.type == "for_in_statement" or loop.child_by_field_name("increment") is not None:
        return True
    body, condition = loop.child_by_field_name("body"), loop.child_by_field_name("condition")
    if body is None:
        return False
    before = [condition] if condition is not None else []
    skipped, block = list[Node](), body
    for inside in (*site.path[site.path.index(body) + 1 :], site.node):
        if not covers(inside, site.node):
            break
        if block.type == "statement_block":
            at = block.named_children.index(inside)
            before += [each for each in block.named_children[:at] if each.type in _DONE]
            skipped += block.named_children[at + 1 :]
        block = inside
    text = site.outline.text
    giving = [site.node]
    if site.is_name:
        owners = {site.source[: dot.start()] for dot in re.finditer(r"\.|\Z", site.source)}
        giving = [part for part in before if not owners.isdisjoint(bound(site, part))]
    test = text(condition) if condition is not None else ""
    read = test + site.tree.text[site.tree.span(loop).start : site.span.end]
    given = " ".join((test, *map(text, giving)))
    return bool(giving) and not any(
        any(_names(name, read) for name in bound(site, part))
        or any(_names(name, given) for name in _CALLED.findall(text(part)))
        for part in skipped
    )


def _names(name: str, source: str) -> bool:
    return re.search(rf"(?<![\w$.]){re.escape(name)}(?![\w$])", source) is not None


def bound(site: Site, part: Node) -> Iterator[str]:
    """The names that get a value there, not in a function of its own."""
    stack = [part]
    while stack:
        node = stack.pop()
        if (field := _BINDS.get(node.type)) and (name := node.child_by_field_name(field)) is not None:
            if name.type in ("object_pattern", "array_pattern"):
                yield from re.findall(r"[\w$]+", site.outline.text(name))
            else:
                yield site.outline.text(name)
        stack += [child for child in node.named_children if child.type not in FUNCTIONS]
