"""What an edit within one function leaves valid of the analysis of a file.

A function that stands in no other one is a unit. Where an edit stays within one unit, the others keep what was found
in them, unless they speak of something that the unit tells its callers otherwise now: its name, if its summary has
changed, and the attributes and variables that it stores.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.declarations import File, Function, Store
from breadknife.plugins.nullcheck.core.il import covers
from breadknife.plugins.nullcheck.core.moving import Change, Mover
from breadknife.plugins.nullcheck.core.nullness import Fact
from breadknife.plugins.nullcheck.core.solution import Solution
from breadknife.plugins.nullcheck.core.summary import Summary

_NEAR = 100
"""Bytes between two changes that are taken for one."""
_MOST_CHANGES = 20
_NOWHERE = Change(0, sys.maxsize, 0)
"""Moves all places of a file to its beginning, so that facts can be compared without them."""


def unit_of(function: Function, main: Function) -> Function:
    """The outermost function around it; itself, if there is none."""
    while function.around is not None and function.around is not main:
        function = function.around
    return function


class Kept(NamedTuple):
    """A solution, and what has happened to the text since."""

    solution: Solution
    changes: tuple[Change, ...] = ()

    def then(self, change: Change) -> Kept:
        """After one more change; one that goes on where the last one was is one with it."""
        if self.changes:
            *rest, last = self.changes
            is_near = change.start <= last.end + last.by + _NEAR and last.start <= change.end + _NEAR
            if is_near or len(rest) >= _MOST_CHANGES:
                return Kept(self.solution, (*rest, last.then(change)))
        return Kept(self.solution, (*self.changes, change))

    def moved(self, uri: str) -> Solution:
        solution = self.solution
        for change in self.changes:
            solution = Mover(change, uri).solution(solution)
        return solution


class Edited(NamedTuple):
    """A unit before and after an edit."""

    before: Function
    after: Function


@dataclass(frozen=True)
class Matched:
    """Two texts of a file that differ in one unit."""

    change: Change
    edited: Edited
    same: Mapping[Function, Function]
    """Each other function that has a name, and the file itself -> what it was before."""


def matched(before: File, after: File) -> Matched | None:
    """None where more than one unit has changed, or something outside of all units."""
    change = Change.between(before.main.source, after.main.source)
    old = {each.at: each for each in before.functions}
    same = {after.main: before.main}
    edited: Edited | None = None
    moved_back = Change(change.start, change.end + change.by, -change.by)
    for function in after.functions:
        unit = unit_of(function, after.main)
        if unit.at[0] <= change.start and change.end + change.by <= unit.at[1] and unit.at[1] > unit.at[0]:
            was = old.get((unit.at[0], unit.at[1] - change.by))
            if was is None or was.name != unit.name or edited not in (None, (was, unit)):
                return None
            edited = Edited(was, unit)
            continue
        was = old.get(moved_back.place(function.at))
        if was is None or was.source != function.source or _owner(was) != _owner(function):
            return None
        same[function] = was
    return Matched(change, edited, same) if edited is not None else None


def _owner(function: Function) -> str:
    return function.owner.name if function.owner is not None else ""


def signature(function: Function) -> tuple[object, ...]:
    """What callers see of a function without following it."""
    defaults = [(type(each.default), each.default.key if each.default else "") for each in function.parameters]
    parameters = [(each.name, each.annotation, each.kind) for each in function.parameters]
    says = function.is_plain, function.is_async, function.is_generator, function.is_stub, function.is_property
    return function.name, _owner(function), parameters, defaults, function.returns, function.decorators, *says


def says_the_same(before: Summary, after: Summary) -> bool:
    """Whether two summaries differ in places at most."""
    mover = Mover(_NOWHERE, "")
    return mover.summary(before) == mover.summary(after)


def spoken_of(unit: Function) -> frozenset[bytes]:
    """The words by which others call a unit."""
    return frozenset(word.encode() for word in (unit.name, _owner(unit)) if word)


def stored_by(file: File, unit: Function) -> Mapping[str, Sequence[Store]]:
    """What a unit stores in attributes and variables, by their names. Classes within it stand for themselves."""
    found = dict[str, list[Store]]()
    for table in (file.variables, *(each.stores for each in file.classes.values())):
        for name, stores in table.items():
            own = [each for each in stores if each.function and unit_of(each.function, file.main) is unit]
            if own:
                found.setdefault(name, []).extend(own)
    found |= {each.name: [] for each in file.classes.values() if covers(unit.at, each.at)}
    return found


def told_by(stores: Mapping[str, Sequence[Store]], value_of: Callable[[Store], Fact]) -> object:
    """What values tell of the attributes and variables that get them, as far as places don't count."""
    mover = Mover(_NOWHERE, "")
    return {
        name: [(each.annotation, each.is_null, each.has_value, mover.fact(value_of(each)).type) for each in some]
        for name, some in stores.items()
    }


def renamed(before: Function, after: Function, file: File) -> frozenset[bytes]:
    """Variables of the module that only one of the two texts of a unit speaks of."""
    words = before.words ^ after.words if before.source != after.source else frozenset[bytes]()
    return frozenset(name for each in file.variables if (name := each.encode()) in words)


def outside_words(file: File) -> frozenset[bytes]:
    """The words of a file that no unit has."""
    rest, end = list[bytes](), 0
    for function in sorted(file.functions, key=lambda each: each.at):
        if function.at[0] >= end:
            rest.append(file.main.source[end : function.at[0]])
            end = function.at[1]
    rest.append(file.main.source[end:])
    return Function((0, 0), "", (), None, lambda _: (), b"\n".join(rest)).words
