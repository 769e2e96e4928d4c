"""What a None may skip: not a loop's round, where the next one has the same value, nor one of several uses alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from breadknife.plugins.nullcheck.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.site import COMPREHENSIONS, EXITS, Site, has_effect
from breadknife.text.syntax import Node

_LATER = COMPREHENSIONS | {"lambda", "function_definition", "class_definition"}


def may_be_skipped(site: Site, loop: Node) -> bool:
    """Whether a check before the place's statement may `continue`: a `while` loop must have given the value in this
    round, and have changed by then what its condition and the value depend on, if it changes that at all."""
    before = site.statement
    if loop.type != "while_statement" or before is None:
        return loop.type == "for_statement"
    giver = _giver(site, loop, before) if site.is_name else site.node
    if giver is None:
        return False
    condition, changes = loop.child_by_field_name("condition"), has_effect(giver)
    for root in {root for node in (giver, condition) if node is not None for root in _roots(node)}:
        done = [one for one in occurrences(site.tree, root, loop) if _changes(one)]
        is_changed = any(one.node.start_byte < before.start_byte and _is_sure(one, site, loop) for one in done)
        if not is_changed and any(one.node.start_byte >= before.start_byte for one in done):
            return False
        changes = changes or is_changed
    return changes


def _giver(site: Site, loop: Node, before: Node) -> Node | None:
    """What gives the value in each round before the statement."""
    sets = [one for one in site.sets_in(loop) if one.node.start_byte < before.start_byte and _is_sure(one, site, loop)]
    if not sets:
        return None
    last = max(sets, key=lambda one: one.node.start_byte)
    around = last.inside("assignment", "augmented_assignment", "named_expression", "for_statement", "with_item")
    given = around.child_by_field_name("right") or around.child_by_field_name("value") if around is not None else None
    return given or around


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


def _is_sure(one: Occurrence, site: Site, loop: Node) -> bool:
    """Whether the round always gets to it before it gets to the place."""
    if loop.child_by_field_name("condition") in one.path:
        return True
    block = next((node for node in reversed(one.path) if node.type in ("block", *_LATER)), None)
    return block is not None and block in site.path


def _changes(one: Occurrence) -> bool:
    """Whether it gets a value, or is an object that something is done to: `a.pop()`, `del a[0]`, `a[0] = 1`."""
    if one.role is Role.SET:
        return True
    inner = one.node
    for outer in reversed(one.path):
        if outer.type in ("attribute", "subscript") and outer.named_children[0] == inner:
            inner = outer
            continue
        is_called = outer.type == "call" and outer.child_by_field_name("function") == inner and inner != one.node
        is_set = outer.type in ("assignment", "augmented_assignment") and outer.child_by_field_name("left") == inner
        return is_called or is_set or outer.type == "delete_statement"
    return False


def _roots(node: Node) -> Iterator[str]:
    """The names that an expression or a statement reads, without what is asked of them."""
    if node.type == "identifier":
        yield text(node)
    elif node.type == "attribute" and (receiver := node.child_by_field_name("object")) is not None:
        yield from _roots(receiver)
    elif node.type == "keyword_argument" and (value := node.child_by_field_name("value")) is not None:
        yield from _roots(value)
    else:
        for child in node.named_children:
            yield from _roots(child)
