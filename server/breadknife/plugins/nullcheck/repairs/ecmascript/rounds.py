"""The rounds of JavaScript's loops, and what gives a name a value."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck import rounds
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import FUNCTIONS
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.text.syntax import Node

_LOOPS = rounds.Loops(
    sets={
        "assignment_expression": "left",
        "augmented_assignment_expression": "left",
        "variable_declarator": "name",
        "update_expression": "argument",
    },
    calls=frozenset({"call_expression"}),
    steps=frozenset({"for_in_statement"}),
    sometimes=FUNCTIONS | {"statement_block", "switch_case", "switch_default", "if_statement"},
)


def goes_on(site: Site, loop: Node) -> bool:
    """Whether `continue` before the place leads on to another value."""
    check = rounds.Check(site.tree, site.node, site.statement or site.node, site.is_name)
    return rounds.goes_on(_LOOPS, check, loop)


def bound(site: Site, part: Node) -> Iterator[str]:
    """The names that get a value there, not in a function of its own."""
    return rounds.bound(_LOOPS, site.tree, part, FUNCTIONS)
