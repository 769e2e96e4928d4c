"""Whether another round of a loop may find another value: else `continue` would go round for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from breadknife.text.syntax import Node, SyntaxTree, path_to


@dataclass(frozen=True)
class Loops:
    """A language's nodes that a loop is made of."""

    sets: Mapping[str, str]
    """What sets a variable -> the field that has its name, or "" for the first child."""
    each: frozenset[str]
    """Children of a loop, or loops, that go through something by themselves."""
    clauses: frozenset[str]
    """Children of a loop that have its `condition` and `update`; the loop itself may have them."""
    first: str
    """The field of what is done once, before the rounds."""
    sometimes: frozenset[str]
    """What is inside of these isn't done in every round."""


def goes_on(loops: Loops, tree: SyntaxTree, loop: Node, place: Node, is_name: bool) -> bool:
    """Whether `continue` before the statement of a place would come to another value, or to the loop's end: the loop
    itself advances; or the value is given anew in each round, out of nothing that is set after the place only."""
    body = loop.child_by_field_name("body")
    heads = [loop, *(child for child in loop.named_children if child.type in loops.clauses)]
    has_end = any(head.child_by_field_name("update") for head in heads) and any(
        head.child_by_field_name("condition") for head in heads
    )
    if body is None or has_end or any(part.type in loops.each for part in (loop, *loop.named_children)):
        return True
    around = path_to(tree, place)
    before, later = set[str](), set[str]()
    once = {head.child_by_field_name(loops.first) for head in heads}
    for node, name in _set_in(loops, tree, loop):
        if any(first is not None and _holds(first, node) for first in once):
            continue
        if not _holds(body, node) or node.end_byte <= place.start_byte:
            inside = [each for each in path_to(tree, node) if each not in around and _holds(body, each)]
            before.update(() if any(each.type in loops.sometimes for each in inside) else (name,))
        elif node.start_byte >= place.start_byte:
            later.add(name)
    value = tree.source(place)
    if is_name and not any(value == name or value.startswith(f"{name}.") for name in before):
        return False
    heads_read = "".join(tree.source(child) for child in loop.named_children if child != body)
    read = heads_read + tree.text[tree.span(body).start : tree.span(place).end]
    return not any(re.search(rf"(?<![\w.]){re.escape(name)}\b", read) for name in later - before)


def _set_in(loops: Loops, tree: SyntaxTree, loop: Node) -> Iterator[tuple[Node, str]]:
    stack = [loop]
    while stack:
        node = stack.pop()
        stack += node.named_children
        if node.type not in loops.sets:
            continue
        field = loops.sets[node.type]
        target = node.child_by_field_name(field) if field else node.named_children[0]
        for each in target.named_children if target is not None and target.type == "expression_list" else [target]:
            if each is not None:
                yield node, tree.source(each)


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def loop_around(path: tuple[Node, ...], kinds: frozenset[str], ends: frozenset[str]) -> Node | None:
    """The innermost loop whose body holds the end of a path; None where something else ends the search before."""
    for inner, outer in pairwise(reversed(path)):
        if inner.type in ends:
            return None
        if outer.type in kinds and inner == outer.child_by_field_name("body"):
            return outer
    return None
