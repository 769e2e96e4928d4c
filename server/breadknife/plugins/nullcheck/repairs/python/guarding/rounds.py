"""What a None may skip: not a loop's round, where the next one has the same value, nor one of several uses alone."""

from __future__ import annotations

from itertools import zip_longest

from breadknife.plugins.nullcheck.repairs import rounds
from breadknife.plugins.nullcheck.repairs.python.reading.evaluation import COMPREHENSIONS
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import EXITS, Site
from breadknife.text.syntax import Node

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


def may_be_skipped(site: Site, loop: Node) -> bool:
    """Whether a check before the place's statement may `continue`."""
    check = rounds.Check(site.tree, site.node, site.statement or site.node, site.is_name)
    return rounds.goes_on(_LOOPS, check, loop)


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
