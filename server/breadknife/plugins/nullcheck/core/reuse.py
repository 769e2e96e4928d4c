"""What an edit leaves valid of the analysis of a file.

A function that stands in no other one is a unit, and so is what stands outside of all functions. Where an edit hasn't
changed the text of a unit, that keeps what was found in it, unless it speaks of something of which the edited ones tell
otherwise now: their names, if their summaries have changed, and the attributes and variables that they store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.declarations import FileDeclarations, Function, StoredValue
from breadknife.plugins.nullcheck.core.il import covers
from breadknife.plugins.nullcheck.core.moving import Change, FactMover
from breadknife.plugins.nullcheck.core.solution import Solution
from breadknife.plugins.nullcheck.core.summaries import Summaries

_NEAR = 100
"""Bytes between two changes that are taken for one."""
_MOST_CHANGES = 20
STAYS = Change(0, 0, 0)


def unit_of(function: Function, main: Function) -> Function:
    """The outermost function around it; itself, if there is none."""
    while function.around is not None and function.around is not main:
        function = function.around
    return function


def units(file: FileDeclarations) -> Mapping[Function, Sequence[Function]]:
    """Each unit with the functions in it, itself first. The file itself has no others."""
    found = {file.main: [file.main]}
    for function in file.functions:
        unit = unit_of(function, file.main)
        of = found.setdefault(unit, [unit])
        if function is not unit:
            of.append(function)
    return found


class MovedSolution(NamedTuple):
    """A solution, and what has happened to the text since."""

    solution: Solution
    changes: tuple[Change, ...] = ()

    def then(self, change: Change) -> MovedSolution:
        """After one more change; one that goes on where the last one was is one with it."""
        if self.changes:
            *rest, last = self.changes
            is_near = change.start <= last.end + last.by + _NEAR and last.start <= change.end + _NEAR
            if is_near or len(rest) >= _MOST_CHANGES:
                return MovedSolution(self.solution, (*rest, last.then(change)))
        return MovedSolution(self.solution, (*self.changes, change))

    def moved(self, uri: str) -> Solution:
        solution = self.solution
        for change in self.changes:
            solution = FactMover(change, uri).solution(solution)
        return solution


@dataclass(frozen=True)
class UnitMatch:
    """This tells which units of a file an edit leaves."""

    change: Change
    same: Mapping[Function, Function]
    """Each function whose unit has the text that it had -> what it was before. The file itself is one of them."""
    gone: Sequence[Function]
    """The units that aren't there any more, or have another text now."""
    new: Sequence[Function]


def matched(before: FileDeclarations, after: FileDeclarations) -> UnitMatch | None:
    """None where what the file imports has changed, or what its classes are made of: that may concern all units."""
    if _heads(before) != _heads(after):
        return None
    change = Change.between(before.main.source, after.main.source)
    back = Change(change.start, change.end + change.by, -change.by)
    old, now = units(before), units(after)
    at = {unit.at: unit for unit in old if unit is not before.main}
    same, gone, new = dict[Function, Function](), dict.fromkeys(at.values()), list[Function]()
    for unit in now:
        if unit is after.main:
            continue
        was = at.get(back.place(unit.at))
        is_beside = unit.at[1] <= change.start or unit.at[0] >= change.end + change.by
        if is_beside and was is not None and _is_same(unit, was) and len(now[unit]) == len(old[was]):
            same |= zip(now[unit], old[was], strict=True)
            gone.pop(was)
        else:
            new.append(unit)
    if len(gone) == len(new) == 1 and _holds(next(iter(gone)), new[0], change):
        return UnitMatch(change, {after.main: before.main, **same}, list(gone), new)
    return UnitMatch(change, same, [before.main, *gone], [after.main, *new])


def _heads(file: FileDeclarations) -> tuple[object, ...]:
    classes = {name: (each.bases, each.decorators) for name, each in file.classes.items()}
    return classes, file.imports, file.aliases, file.exports


def _is_same(unit: Function, was: Function) -> bool:
    return unit.source == was.source and signature(unit) == signature(was)


def _holds(before: Function, after: Function, change: Change) -> bool:
    """Tell whether all of the change is within a unit."""
    start, end = before.at
    return start <= change.start and change.end <= end and after.at == (start, end + change.by)


def _owner(function: Function) -> str:
    return function.owner.name if function.owner is not None else ""


def signature(function: Function) -> tuple[object, ...]:
    """What callers see of a function without following it."""
    defaults = [(type(each.default), each.default.key if each.default else "") for each in function.parameters]
    parameters = [(each.name, each.annotation, each.kind) for each in function.parameters]
    says = function.is_plain, function.is_async, function.is_generator, function.is_stub, function.is_property
    return function.name, _owner(function), parameters, defaults, function.returns, function.decorators, *says


def visible_facts(
    home: Summaries, units: Iterable[Function], asked: Mapping[str, bool], change: Change, *, is_unseen: bool
) -> Mapping[str, list[object]]:
    """Tell what others learn of units after a change of the text, by the words that others use. `asked` has the names
    of those that somebody has asked before the edit, and whether they were followed for it. If what the analysis says
    of them `is_unseen`, it is taken to be something else each time."""
    mover = FactMover(change, home.uri)
    found = defaultdict[str, list[object]](list)
    for unit in units:
        is_followed = asked.get(unit.name, False)
        solution = home.solution(unit) if is_followed and not is_unseen else None
        for name, stores in _stored_by(home.file, unit):
            values = [mover.fact(home.value_of(each)) for each in stores]
            declared = [(mover.place(each.at), each.annotation) for each in stores]
            found[name] += (declared, [value.type for value in values])
            if unit is home.file.main:
                end = solution.end.facts.get(name) if solution is not None and solution.end is not None else None
                is_hidden = is_followed and solution is None
                found[name] += (values, object() if is_hidden else end and mover.fact(end))
        for name in {unit.name, _owner(unit)} - {""}:
            found[name].append(signature(unit))
            if unit.name in asked:
                found[name].append(object() if is_unseen else mover.summary(home.summary(unit)))
    return found


def _stored_by(file: FileDeclarations, unit: Function) -> Iterator[tuple[str, Sequence[StoredValue]]]:
    """What a unit stores in attributes and variables, by their names. Classes within it stand for themselves."""
    for table in (file.variables, *(each.stores for each in file.classes.values())):
        for name, stores in table.items():
            own = [each for each in stores if unit_of(each.function or file.main, file.main) is unit]
            if own:
                yield name, own
    yield from ((each.name, ()) for each in file.classes.values() if covers(unit.at, each.at))


def outside_words(file: FileDeclarations) -> frozenset[bytes]:
    """The words of a file that no function has."""
    rest, end = list[bytes](), 0
    for function in sorted(file.functions, key=lambda each: each.at):
        if function.at[0] >= end:
            rest.append(file.main.source[end : function.at[0]])
            end = function.at[1]
    rest.append(file.main.source[end:])
    return Function((0, 0), "", (), None, lambda _: (), b"\n".join(rest)).words
