"""Findings about null, repaired one after the other: each repair sees those before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from breadknife.plugins.nullcheck.project.repairs import UNASKED, Repairs, may_be_first, named
from breadknife.plugins.nullcheck.project.values import Edits, Ended, Found, Refused, Repair, strategy_of
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy
from breadknife.task.values import Action

CHANGED = "another repair has changed it: run it again"
TOO_LATE = "it is used before as if it were there"


def repair_each(
    repairs: Repairs, found: Sequence[Found], strategies: frozenset[Strategy] = UNASKED
) -> Iterator[Repair | Ended | Refused]:
    """The first verified action of these strategies for each finding that is still there when its turn comes, in the
    files that have findings.

    Declarations come first, since they may end more than was asked about: those of values, then those of functions that
    give them back. Otherwise findings come in the order of the text: of `a.b.c`, what is done about `a.b` may have to
    wait for `a`.
    """
    made, left, declared = list[Edits](), list[Found](), set[object]()
    files = {each.path for each in found}
    best = {each: next(filter(may_be_first, repairs.menu(each)), None) for each in found}
    excluded = repairs.ended((each, each) for each in found)
    in_order = sorted(found, key=lambda each: (_turn(best[each]), each.path, each.place.span))
    for told in repairs.workspace.shown(in_order, lambda each: named(each.path, repairs.workspace.root(each.path))):
        here, change = told.moved(made), _change(told.path, best[told])
        if change in declared:
            outcome = Ended(told)
        elif here is None:
            outcome = Refused(told, CHANGED)
        elif made and told not in excluded and repairs.ended([(told, here)]):
            outcome = Ended(told)
        elif repairs.is_blocked(here, (now for each in left if (now := each.moved(made)))):
            outcome = Refused(told, TOO_LATE)
        else:
            outcome = repairs.first(here, strategies, files)
        if isinstance(outcome, Repair):
            repairs.make(outcome.edits)
            made.append(outcome.edits)
            declared |= {_change(told.path, outcome.action)} - {None}
        elif isinstance(outcome, Refused):
            left.append(told)
        yield replace(outcome, found=told)


def _turn(best: Action | None) -> int:
    strategy = strategy_of(best) if best is not None else None
    return int(strategy not in DECLARATION)


def _change(path: Path, action: Action | None) -> object:
    """The declaration that an action changes, which may be the same one for several findings."""
    is_declared = action is not None and strategy_of(action) in DECLARATION
    return (path, action.title, action.within) if action is not None and is_declared else None
