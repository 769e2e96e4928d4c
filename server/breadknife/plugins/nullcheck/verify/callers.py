"""Whether an edit hands a null to a caller that uses what it gets, as if it couldn't be null.

`return nil` ends a finding where it is put in, and moves the crash to whoever calls the function. So the callers are
followed once more, with what the function gives after the edit; also where it is declared to give no null.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core.analysis import FileHome, Found
from breadknife.plugins.nullcheck.core.declarations import File, Function
from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.moving import Change, Mover
from breadknife.plugins.nullcheck.core.names import Names, Others
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact, Nullness
from breadknife.plugins.nullcheck.core.reuse import unit_of


@dataclass(frozen=True)
class HandedOn:
    """A use of a null that a function gives only after the edit."""

    caller: FileHome
    found: Found


def handed_on(before: FileHome, after: FileHome, callers: Iterable[FileHome]) -> Iterator[HandedOn]:
    """The uses of new nulls, first those in the edited file.

    `before` and `after` are the analyses of that file; `callers` are those of other files that may call its functions,
    as they are: they are read lazily, and only if a function gives a new null.
    """
    functions = [(was, now) for was, now in _pairs(before.file, after.file) if _gives_more(before, was, after, now)]
    if not functions:
        return
    edited = {now for _, now in functions}
    told = _followed(after, after.others)
    for function in edited:
        told.believe_code(function)
    names = frozenset(function.name.encode() for function in edited)
    place = Mover(Change.between(before.file.main.source, after.file.main.source), after.uri).place
    known = {place(each.use.at) for each in _followed(before, before.others).findings()}
    for found in _in_callers(told, names):
        if found.use.at not in known and unit_of(found.function, after.file.main) not in edited:
            yield HandedOn(told, found)
    for caller in callers:
        if caller.file.main.words.isdisjoint(names):
            continue
        known = {each.use.at for each in _in_callers(_followed(caller, caller.others), names)}
        again = _followed(caller, _Edited(caller.others, told, names))
        for found in _in_callers(again, names):
            if found.use.at not in known:
                yield HandedOn(again, found)


def _followed(home: FileHome, others: Others | None) -> FileHome:
    """A new analysis of the file, which also follows nulls into the functions that they are given to."""
    made = FileHome(home.file, home.knowledge, home.language, others, home.uri)
    made.follows_arguments = True
    return made


def _pairs(before: File, after: File) -> Iterator[tuple[Function, Function]]:
    """Each function whose text has changed, before and after the edit."""
    old = dict[tuple[str, str], Function]()
    for function in before.functions:
        old.setdefault(_name(function), function)
    for function in after.functions:
        was = old.get(_name(function))
        if function.name and was is not None and was.source != function.source:
            yield was, function


def _name(function: Function) -> tuple[str, str]:
    return (function.owner.name if function.owner is not None else ""), function.name


def _gives_more(before: FileHome, was: Function, after: FileHome, now: Function) -> bool:
    """Whether a function gives null in a way in which it didn't."""
    return bool(_nulls(after, now) - _nulls(before, was))


def _nulls(home: FileHome, function: Function) -> frozenset[tuple[bool, ...]]:
    """The ways in which a function gives null: whether its result may be one, and each of several results."""
    found = set[tuple[bool, ...]]()
    for way in home.code_summary(function).outcomes:
        each = way.result
        ways = [tuple(item.may_be_null for item in items) for items in each.items] or [()]
        found |= {(each.may_be_null, *items) for items in ways if each.may_be_null or any(items)}
    return frozenset(found)


def _in_callers(home: FileHome, names: frozenset[bytes]) -> Iterator[Found]:
    """What is found in the functions that speak of one of these names, and outside of all functions."""
    main = home.file.main
    for function in (main, *home.file.functions):
        if unit_of(function, main) is function and not function.words.isdisjoint(names):
            yield from home.findings_in(function)


@dataclass(frozen=True)
class _Edited:
    """The other files of a project, of which one is edited."""

    others: Others | None
    edited: FileHome
    names: frozenset[bytes]
    """The functions of the edited file that give new nulls."""

    def target(self, home: Names, name: str, /) -> Target | None:
        if self.others is None:
            return self._beside(home, name)
        found = self.others.target(home, name)
        if found is None or not isinstance(found.home, FileHome) or found.home.uri != self.edited.uri:
            return found
        sought = found.function or found.class_
        return self._named(sought.name) if sought is not None else None

    def _beside(self, home: Names, name: str) -> Target | None:
        """What files of one folder see of each other, and others by the folder's name."""
        package, _, last = name.rpartition(".")
        folder, here = self.edited.uri.rpartition("/")[0], home.uri.rpartition("/")[0]
        is_seen = folder.rpartition("/")[2] == package.rpartition("/")[2] if package else folder == here
        return self._named(last) if is_seen else None

    def _named(self, name: str) -> Target | None:
        file = self.edited.file
        if name in file.named:
            return Target(self.edited, file.named[name])
        return Target(self.edited, class_=file.classes[name]) if name in file.classes else None

    def variable(self, home: Names, name: str, /) -> Fact:
        if self.others is not None:
            return self.others.variable(home, name)
        target = self.target(home, name)
        return Fact(Nullness.THERE, called=name) if target is not None and target.function is not None else NOTHING

    def file(self, uri: str, /) -> File | None:
        if uri == self.edited.uri:
            return self.edited.file
        return self.others.file(uri) if self.others is not None else None

    def nullable(self, home: Names, /) -> frozenset[bytes]:
        return self.names | (self.others.nullable(home) if self.others is not None else frozenset[bytes]())
