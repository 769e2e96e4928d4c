"""Findings about null, each repaired by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from breadknife.plugins.nullcheck.project.causes import Found
from breadknife.plugins.nullcheck.project.changes import together
from breadknife.plugins.nullcheck.project.rechecking import Recheck
from breadknife.plugins.nullcheck.project.repairs import NO_ACTION, Refused, Repair, Repairs, Turn, near, turn_of
from breadknife.plugins.nullcheck.project.root_causes import Ended, moved_by


@dataclass(frozen=True)
class Covered:
    """A finding that another one's repair ends, too."""

    found: Found
    by: Repair


@dataclass(frozen=True)
class _Pending:
    told: Found
    here: Found
    """Where it is by now."""
    turn: Turn
    why: str = ""
    """Nothing could be done about it when it was tried, after so many repairs."""
    tried: int = 0


@dataclass
class _Round:
    """What can be done at once: no repair is near another."""

    wanted: list[tuple[_Pending, Repair]] = field(default_factory=list[tuple[_Pending, Repair]])
    covered: list[tuple[_Pending, Repair]] = field(default_factory=list[tuple[_Pending, Repair]])
    left: list[_Pending] = field(default_factory=list[_Pending])


def repair_each(repairs: Repairs, found: Sequence[Found]) -> list[Repair | Covered | Ended | Refused]:
    """The first verified action for each finding, one for several where it is the same.

    Declarations come first, since that may end more than was asked about. Repairs of one function are made one after
    the other, each seeing those before it. What can't be repaired is tried again after the others: of `a.b.c`, what is
    done about `a.b` may have to wait for `a`.
    """
    outcomes, recheck = list[Repair | Covered | Ended | Refused](), Recheck(repairs)
    pending, total = [_Pending(each, each, repairs.turn(each)) for each in found], 0
    while now := _next(pending, total):
        others = [each for each in pending if each not in now]
        this = _round(repairs, now, [each for each in others if each.why], total)
        repairs.workspace.tell("checking what is repaired", fleeting=True)
        made = repairs.accepted([repair for _, repair in this.wanted])
        left = [*others, *this.left]
        for each, repair in this.wanted:
            if repair in made:
                outcomes.append(replace(repair, found=each.told))
            else:
                left.append(replace(each, why=repairs.objection, tried=total + len(made)))
        for each, repair in this.covered:
            if repair in made:
                outcomes.append(Covered(each.told, repair))
            else:
                left.append(replace(each, why="a repair that would end it can't be made", tried=total))
        total += len(made)
        pending, edits = list[_Pending](), together(repair.edits for repair in made)
        for each in left:
            if here := moved_by(each.here, [edits]):
                pending.append(replace(each, here=here))
            else:
                outcomes.append(Refused(each.told, each.why or "another repair has changed it: run it again"))
        if made:
            ended = recheck.ended((each.told, each.here) for each in pending)
            outcomes += [Ended(each.told) for each in pending if each.told in ended]
            pending = [each for each in pending if each.told not in ended]
    repairs.workspace.tell("", fleeting=True)
    return outcomes + [Refused(each.told, each.why) for each in pending]


def _next(pending: Sequence[_Pending], made: int) -> Sequence[_Pending]:
    """What wasn't tried and is next, else what may go now that others are repaired."""
    untried = [each for each in pending if not each.why]
    first = min((each.turn for each in untried), default=Turn.PLACE)
    return [each for each in untried if each.turn is first] or [each for each in pending if each.tried < made]


def _round(repairs: Repairs, pending: Sequence[_Pending], refused: list[_Pending], made: int) -> _Round:
    """`refused` are those that aren't tried now; what is refused in this round is added."""
    this = _Round()
    in_order = sorted(pending, key=lambda each: (each.here.path, each.here.place.span))
    for each in repairs.workspace.shown(in_order, lambda each: each.told.path.name):
        if by := next((repair for _, repair in this.wanted if repairs.covers(repair, each.here)), None):
            this.covered.append((each, by))
            continue
        repair = repairs.first(each.here)
        if isinstance(repair, Refused):
            # An offer that the checker objects to isn't made again: why it isn't says more than that there is none.
            why = each.why if each.why and repair.why == NO_ACTION else repair.why
            this.left.append(replace(each, why=why, tried=made))
            refused.append(each)
        elif (turn := turn_of(repair.strategy)) > each.turn and not each.why:
            this.left.append(replace(each, turn=turn))
        elif turn is Turn.PLACE and any(repairs.comes_late(it.here, each.here) for it in refused):
            this.left.append(replace(each, why="it is used before as if it were there", tried=made))
            refused.append(each)
        elif same := next((known for _, known in this.wanted if known.edits == repair.edits), None):
            this.covered.append((each, same))
        elif any(near(known, repair) for _, known in this.wanted):
            this.left.append(each)
        else:
            this.wanted.append((each, repair))
    return this
