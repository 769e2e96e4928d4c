"""What a None may skip: not a loop's round, where the next one has the same value, nor one of several uses alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from breadknife.plugins.nullcheck import rounds
from breadknife.plugins.nullcheck.repairs.python.evaluation import COMPREHENSIONS
from breadknife.plugins.nullcheck.repairs.python.nodes import text
from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.site import EXITS, LOOPS, Site
from breadknife.text.syntax import Node, SyntaxTree, path_to

_LOOPS = rounds.Loops(
    sets={
        "assignment": "left",
        "augmented_assignment": "left",
        "named_expression": "name",
        "for_statement": "left",
        "as_pattern": "alias",
        "delete_statement": "",
    },
    calls=frozenset({"call"}),
    steps=frozenset({"for_statement"}),
    sometimes=COMPREHENSIONS | {"block", "lambda"},
)

_ADDS = frozenset({"append", "appendleft", "add", "extend", "insert", "setdefault", "update", "write", "writerow"})


def may_be_skipped(site: Site, loop: Node) -> bool:
    """Whether a check before the place's statement may `continue`."""
    check = rounds.Check(site.tree, site.node, site.statement or site.node, site.is_name)
    return rounds.goes_on(_LOOPS, check, loop)


def builds(tree: SyntaxTree, loop: Node, since: Node) -> bool:
    """Whether a round, from that node on, adds to what outlives it: an element, an attribute, a sum."""
    stack = [loop.child_by_field_name("body") or loop]
    while stack:
        node = stack.pop()
        if node.end_byte <= since.start_byte or node.type in ("function_definition", "class_definition", "lambda"):
            continue
        if node.type == "yield" or any(not _is_of_round(tree, loop, name) for name in _added_to(node)):
            return True
        stack += node.named_children
    return False


def _added_to(node: Node) -> Iterator[str]:
    """The name of what gets something there."""
    left, function = node.child_by_field_name("left"), node.child_by_field_name("function")
    is_sum, is_part = node.type == "augmented_assignment", left is not None and left.type in ("subscript", "attribute")
    if not is_sum and not (node.type == "assignment" and is_part):
        left = function if function is not None and text(function).rpartition(".")[2] in _ADDS else None
    if left is not None and (name := re.match(r"\w+", text(left))):
        yield name[0]


def _is_of_round(tree: SyntaxTree, loop: Node, name: str) -> bool:
    """Whether each round begins with another value of the name."""
    sets = (one for one in occurrences(tree, name, loop) if one.role is Role.SET)
    return any(one.path[-1].type != "augmented_assignment" for one in sets)


def loses(place: Site, loop: Node, elsewhere: Iterable[Node]) -> bool:
    """Whether a round that is left at the place is missing in what the loop builds, as none is of those that are left
    elsewhere."""
    if place.statement is None or not builds(place.tree, loop, place.statement):
        return False
    loops = ((exit_, next((each for each in reversed(path_to(place.tree, exit_)) if each.type in LOOPS), None))
             for exit_ in elsewhere)  # fmt: skip
    return not any(around is not None and builds(place.tree, around, exit_) for exit_, around in loops)


def is_set_after(site: Site, loop: Node) -> bool:
    """Whether the round gives the name its next value after the place."""
    before = site.statement
    return before is not None and any(one.node.start_byte >= before.end_byte for one in site.sets_in(loop))


def is_used_after(site: Site) -> bool:
    """Whether the function uses the same value after the place's statement, with no test of it in between."""
    end = (site.statement or site.node).end_byte
    named = (one for key in site.prefixes for one in occurrences(site.tree, key, site.function or site.tree.root))
    for one in sorted(named, key=lambda each: each.node.start_byte):
        if one.node.start_byte < end or not _comes_after(one, site):
            continue
        is_whole, block = text(one.node) == site.source, one.inside("block", "module")
        if one.role is Role.USE and is_whole:
            return True
        if one.role is Role.SET and block in site.path:
            read = occurrences(site.tree, site.source, one.assignment) if one.assignment is not None else ()
            return any(each.role is Role.USE for each in read)  # `x = x.y`
        if one.role is Role.TEST and is_whole:
            return False
    return False


def _comes_after(one: Occurrence, site: Site) -> bool:
    """Whether a round, or the function, that comes to the place may come to that, too: neither is it another branch,
    nor is the place's block left at its end."""
    at = next(at for at, (a, b) in enumerate(zip_longest(one.path, site.path)) if a != b)
    if one.path[at - 1].type in ("if_statement", "match_statement") and at < len(site.path):
        return False
    blocks = (node for node in site.path[at:] if node.type == "block")
    return not any(block.named_children[-1].type in EXITS for block in blocks)
