"""Findings about null, each repaired by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from breadknife.plugins.nullcheck.project.changes import together
from breadknife.plugins.nullcheck.project.repairs import NO_ACTION, Repairs, may_be_first
from breadknife.plugins.nullcheck.project.values import Ended, Found, Refused, Repair, strategy_of
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy
from breadknife.task.values import Action

TOO_LATE = "it is used before as if it were there"


class _Turn(IntEnum):
    """Which repairs are made before which: one may end what others are about."""

    VALUE = 0
    """The declaration of an attribute, a variable, a parameter."""
    RESULT = 1
    """That of a function, which gives such a value."""
    PLACE = 2


@dataclass(frozen=True)
class _Pending:
    told: Found
    here: Found
    """Where it is by now."""
    why: str = ""
    """Nothing could be done about it when it was tried, after so many repairs."""
    tried: int = -1


def repair_each(repairs: Repairs, found: Sequence[Found]) -> list[Repair | Ended | Refused]:
    """The first verified action for each finding, one for several where it is the same.

    Declarations come first, since that may end more than was asked about. Repairs of one function are made one after
    the other, each seeing those before it. What can't be repaired is tried again after the others: of `a.b.c`, what is
    done about `a.b` may have to wait for `a`.
    """
    outcomes, made = list[Repair | Ended | Refused](), 0
    pending = sorted((_Pending(each, each) for each in found), key=lambda each: (each.here.path, each.here.place.span))
    tested = repairs.ended((each, each) for each in found)
    while now := [each for each in pending if each.tried < made]:
        wanted, refused = _wanted(repairs, now, pending)
        repairs.workspace.tell("checking what is repaired", fleeting=True)
        kept = repairs.accepted([repair for _, repair in wanted])
        refused |= {each: repairs.objection for each, repair in wanted if repair not in kept}
        outcomes += [replace(repair, found=each.told) for each, repair in wanted if repair in kept]
        done = {each for each, repair in wanted if repair in kept}
        edits, left = together(repair.edits for repair in kept), list[_Pending]()
        for each in pending:
            why = refused.get(each, each.why)
            if each in done:
                continue
            if here := each.here.moved([edits]):
                left.append(_Pending(each.told, here, why, made if each in refused else each.tried))
            else:
                outcomes.append(Refused(each.told, why or "another repair has changed it: run it again"))
        made += len(kept)
        gone = repairs.ended((each.told, each.here) for each in left) - tested if kept else set[Found]()
        outcomes += [Ended(each.told) for each in left if each.told in gone]
        pending = [each for each in left if each.told not in gone]
        if not kept and not refused:
            break
    repairs.workspace.tell("", fleeting=True)
    return outcomes + [Refused(each.told, each.why or TOO_LATE) for each in pending]


def _wanted(
    repairs: Repairs, now: Sequence[_Pending], pending: Sequence[_Pending]
) -> tuple[list[tuple[_Pending, Repair]], dict[_Pending, str]]:
    """The repairs of the next turn, none of which is near another, and why there is none of others."""
    wanted, refused = list[tuple[_Pending, Repair]](), dict[_Pending, str]()
    menus = {each: repairs.menu(each.here) for each in now if not each.why}
    turn = min((_turn(menu) for menu in menus.values()), default=_Turn.PLACE)
    next_ = [each for each in now if each not in menus or _turn(menus[each]) is turn]
    late = repairs.blocked(each.here for each in pending) if turn is _Turn.PLACE else set[Found]()
    for each in repairs.workspace.shown(next_, lambda each: each.told.path.name):
        if each.here in late:
            if all(other.why for other in now if other.here not in late):
                refused[each] = TOO_LATE
            continue
        repair = repairs.first(each.here)
        if isinstance(repair, Refused):
            # An offer that the checker objects to isn't made again: why it isn't says more than that there is none.
            refused[each] = each.why if each.why and repair.why == NO_ACTION else repair.why
        elif all(known.edits == repair.edits or not repair.is_near(known) for _, known in wanted):
            wanted.append((each, repair))
    return wanted, refused


def _turn(menu: Sequence[Action]) -> _Turn:
    strategy = next((strategy_of(action) for action in menu if may_be_first(action)), None)
    if strategy is Strategy.RETURN_TYPE:
        return _Turn.RESULT
    return _Turn.VALUE if strategy in DECLARATION else _Turn.PLACE
