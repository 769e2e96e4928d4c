"""Finds what an edit leaves valid of the analysis of a file.

A function that stands in no other one is a unit, and so is what stands outside of all functions. Where an edit hasn't
changed the text of a unit, that keeps what was found in it, unless it speaks of something of which the edited ones tell
otherwise now: their names, if their summaries have changed, and the attributes and variables that they store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.declarations import FileDeclarations, Function, StoredValue, unit_of
from breadknife.plugins.nullcheck.core.il import covers
from breadknife.plugins.nullcheck.core.moving import Change, FactMover
from breadknife.plugins.nullcheck.core.solution import Solution
from breadknife.plugins.nullcheck.core.summaries import Summaries

_NEAR = 100
"""How many bytes apart two changes may be to be taken for one."""
_MOST_CHANGES = 20
"""How many changes are kept apart for one solution."""
STAYS = Change(0, 0, 0)
"""The change that moves nothing."""


def units(file: FileDeclarations) -> Mapping[Function, Sequence[Function]]:
    """Return each unit with the functions in it, itself first. The file itself is a unit with no others."""
    functions_by_unit = {file.main: [file.main]}
    for function in file.functions:
        unit = unit_of(function, file.main)
        functions = functions_by_unit.setdefault(unit, [unit])
        if function is not unit:
            functions.append(function)
    return functions_by_unit


class MovedSolution(NamedTuple):
    """A solution of an older text, and what has happened to the text since."""

    solution: Solution
    changes: tuple[Change, ...] = ()

    def then(self, change: Change) -> MovedSolution:
        """Return the same after one more change, which is merged with the last one if it is near it."""
        if self.changes:
            *rest, last = self.changes
            is_near = change.start <= last.end + last.by + _NEAR and last.start <= change.end + _NEAR
            if is_near or len(rest) >= _MOST_CHANGES:
                return MovedSolution(self.solution, (*rest, last.then(change)))
        return MovedSolution(self.solution, (*self.changes, change))

    def moved(self, uri: str) -> Solution:
        """Return the solution at the places of the text now. `uri` is that of the file."""
        solution = self.solution
        for change in self.changes:
            solution = FactMover(change, uri).solution(solution)
        return solution


@dataclass(frozen=True)
class UnitMatch:
    """Which units of a file an edit leaves as they were."""

    change: Change
    same: Mapping[Function, Function]
    """Each function whose unit has the text that it had -> what it was before. The file itself is one of them."""
    gone: Sequence[Function]
    """The units of the old text that aren't there any more, or have another text now."""
    new: Sequence[Function]
    """The units of the new text that weren't there, or had another text."""


def matched(before: FileDeclarations, after: FileDeclarations) -> UnitMatch | None:
    """Return which units of a file are the same after an edit. Return None if its imports, type aliases or exports have
    changed, or the bases of its classes: that may concern all units."""
    if _heads(before) != _heads(after):
        return None
    change = Change.between(before.main.source, after.main.source)
    back = Change(change.start, change.end + change.by, -change.by)
    old_units, new_units = units(before), units(after)
    old_by_range = {unit.at: unit for unit in old_units if unit is not before.main}
    same, gone, new = dict[Function, Function](), dict.fromkeys(old_by_range.values()), list[Function]()
    for unit in new_units:
        if unit is after.main:
            continue
        was = old_by_range.get(back.place(unit.at))
        is_outside_change = unit.at[1] <= change.start or unit.at[0] >= change.end + change.by
        if (
            is_outside_change
            and was is not None
            and _is_same(unit, was)
            and len(new_units[unit]) == len(old_units[was])
        ):
            same |= zip(new_units[unit], old_units[was], strict=True)
            gone.pop(was)
        else:
            new.append(unit)
    # If the change is within one unit, the statements outside of all functions are the same, too.
    if len(gone) == len(new) == 1 and _holds_change(next(iter(gone)), new[0], change):
        return UnitMatch(change, {after.main: before.main, **same}, list(gone), new)
    return UnitMatch(change, same, [before.main, *gone], [after.main, *new])


def _heads(file: FileDeclarations) -> tuple[object, ...]:
    """Return what all units of a file may depend on."""
    classes = {name: (class_.bases, class_.decorators) for name, class_ in file.classes.items()}
    return classes, file.imports, file.aliases, file.exports


def _is_same(unit: Function, was: Function) -> bool:
    return unit.source == was.source and signature(unit) == signature(was)


def _holds_change(before: Function, after: Function, change: Change) -> bool:
    """Tell whether the whole change is within a unit, which is `before` in the old text and `after` in the new one."""
    start, end = before.at
    return start <= change.start and change.end <= end and after.at == (start, end + change.by)


def _owner(function: Function) -> str:
    return function.owner.name if function.owner is not None else ""


def signature(function: Function) -> tuple[object, ...]:
    """Return what callers see of a function without following it."""
    parameters = [(parameter.name, parameter.annotation, parameter.kind) for parameter in function.parameters]
    values = [parameter.default for parameter in function.parameters]
    defaults = [(type(default), default.key if default else "") for default in values]
    flags = function.is_plain, function.is_async, function.is_generator, function.is_stub, function.is_property
    return function.name, _owner(function), parameters, defaults, function.returns, function.decorators, *flags


def visible_facts(
    home: Summaries, units: Iterable[Function], asked: AbstractSet[str], change: Change, *, is_unseen: bool
) -> Mapping[str, list[object]]:
    """Return what other units learn of these, by the names that they use for it, at the places after `change`. Where it
    is equal before and after an edit, what other units have found by it still holds.

    `asked` has the names of those that were followed before the edit, so that others may have learned of their results.
    `is_unseen`: these aren't looked at, but taken to be others each time."""
    mover = FactMover(change, home.uri)
    facts = defaultdict[str, list[object]](list)
    for unit in units:
        is_asked = unit.name in asked
        solution = home.solution(unit) if is_asked and not is_unseen else None
        for name, stores in _stored_by(home.file, unit):
            values = [mover.fact(home.value_of(store)) for store in stores]
            declared = [(mover.place(store.at), store.annotation) for store in stores]
            facts[name] += (declared, [value.type for value in values])
            if unit is home.file.main:
                end = solution.end.facts.get(name) if solution is not None and solution.end is not None else None
                is_hidden = is_asked and solution is None
                facts[name] += (values, object() if is_hidden else end and mover.fact(end))
        for name in {unit.name, _owner(unit)} - {""}:
            facts[name] += (mover.place(unit.at), signature(unit))  # a null that it gives is told to come from there
            if is_asked:
                facts[name].append(object() if is_unseen else mover.summary(home.summary(unit)))
    return facts


def _stored_by(file: FileDeclarations, unit: Function) -> Iterator[tuple[str, Sequence[StoredValue]]]:
    """Yield what a unit stores in attributes and variables, by their names, and the names of the classes in it."""
    for table in (file.variables, *(class_.stores for class_ in file.classes.values())):
        for name, stores in table.items():
            own = [store for store in stores if unit_of(store.function or file.main, file.main) is unit]
            if own:
                yield name, own
    yield from ((class_.name, ()) for class_ in file.classes.values() if covers(unit.at, class_.at))


def outside_words(file: FileDeclarations) -> frozenset[bytes]:
    """Return the words of a file that stand outside of all functions."""
    pieces, end = list[bytes](), 0
    for function in sorted(file.functions, key=lambda function: function.at):
        if function.at[0] >= end:
            pieces.append(file.main.source[end : function.at[0]])
            end = function.at[1]
    pieces.append(file.main.source[end:])
    return Function((0, 0), "", (), None, lambda _: (), b"\n".join(pieces)).words
