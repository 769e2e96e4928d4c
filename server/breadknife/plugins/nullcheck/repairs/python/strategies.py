"""The repairs of Python: the neutral ones, and what is special to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.conditions import test_in_condition
from breadknife.plugins.nullcheck.repairs.leaving import (
    before,
    leave_round,
    may_be_guarded,
    return_early,
    skip,
    throw,
)
from breadknife.plugins.nullcheck.repairs.python.annotations import is_optional
from breadknife.plugins.nullcheck.repairs.python.declarations import allow, declare, receive
from breadknife.plugins.nullcheck.repairs.python.ignoring import ignore
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.plugins.nullcheck.repairs.repair import RepairProposal, RepairRule, written
from breadknife.plugins.nullcheck.repairs.testing import fail_test
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.syntax import nodes_in

_BINDS = frozenset({"named_expression", "pattern_list", "yield"})
_ASSERTS = re.compile(r"^\s*assert (?:isinstance\(|[\w.]+ is not None\b)", re.MULTILINE)
_UNDER_WAY = "it would replace an exception in progress"


def check(site: PythonSite) -> Iterator[RepairProposal]:
    """Propose `assert x is not None`."""
    if not may_be_guarded(site) or site.is_caught("AssertionError"):
        return
    habit = re.compile(rf"\bassert {re.escape(site.source)}(?: is not None)?\b")
    evidence = "nothing says what else should happen"
    if _ASSERTS.search(site.text(site.function)):
        evidence = repair.FUNCTION_HABIT
    evidence = repair.FILE_HABIT if habit.search(site.tree.text) else evidence
    evidence = _UNDER_WAY if site.handler is not None else evidence
    title = f"Assert that {site.said} is not None (AssertionError if it is)"
    edits = before(site, lambda name: [f"assert {site.test(name, is_there=True)}"])
    yield RepairProposal(Strategy.ASSERT, title, evidence, written(edits or ()))


def leave_out(site: PythonSite) -> Iterator[RepairProposal]:
    """The statement alone is skipped, unless it gives names a value that others need."""
    nodes = list(nodes_in(site.statement)) if site.statement is not None else []
    is_chain = sum(node.type == "assignment" for node in nodes) > 1
    if not is_chain and not any(node.type in _BINDS for node in nodes):
        yield from skip(site)


def leave(site: PythonSite) -> Iterator[RepairProposal]:
    """Propose `continue`, or a `return` that the annotation allows. A `break` would also end the rounds that have a
    value."""
    annotation = site.text(site.function.child_by_field_name("return_type")) if site.function is not None else ""
    ways = [each for each in leave_round(site) if each.strategy is Strategy.CONTINUE]
    ways += return_early(site) if not annotation or is_optional(annotation) else ()
    for each in ways:  # an attribute that one method can do without may be all that another one is about
        is_habit = each.evidence == repair.FILE_HABIT and site.node.type == "attribute"
        yield replace(each, evidence=repair.OTHERWISE) if is_habit else each


DECLARING: tuple[RepairRule[PythonSite], ...] = (declare,)
"""What may be done where the place is a declaration itself."""
REPAIRS: tuple[RepairRule[PythonSite], ...] = (
    fail_test, declare, allow, receive, check, throw, leave, leave_out, test_in_condition, ignore,
)  # fmt: skip
