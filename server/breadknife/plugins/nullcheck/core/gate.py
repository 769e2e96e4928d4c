"""Which functions can't have to do with null, by their words alone: those need not be lowered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from breadknife.plugins.nullcheck.core.il import File, Function, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge

_ROUNDS = 4
"""Calls are followed so far for what their names may give."""


class Gate:
    def __init__(self, file: File, knowledge: Knowledge) -> None:
        self._file = file
        self._knowledge = knowledge

    def may_use_null(self, function: Function) -> bool:
        if function.has_declared_null or not function.words.isdisjoint(self.nullable):
            return True
        if function.may_ignore and not function.words.isdisjoint(self._telling):
            return True
        around = function.around
        while around is not None:
            for each in around.parameters:
                if each.annotation is not None and each.annotation.nullable and each.name.encode() in function.words:
                    return True
            around = around.around
        return False

    def needs_flow(self, function: Function) -> bool:
        """Whether its words don't show that it always comes back, and with a value."""
        if not function.words.isdisjoint(self._ending):
            return True
        if b"return" not in function.words and not function.is_expression:
            return False
        return function.is_open or function.tells_null or self.may_use_null(function)

    @cached_property
    def _ending(self) -> frozenset[bytes]:
        words = set(_encoded(self._knowledge, "ending_words"))
        waiting = [each for each in self._file.functions if each.name]
        for _ in range(_ROUNDS):
            found = [each for each in waiting if not each.words.isdisjoint(words)]
            new = {each.name.encode() for each in found} - words
            if not new:
                break
            words |= new
            waiting = [each for each in waiting if each.words.isdisjoint(words)]
        return frozenset(words)

    @cached_property
    def nullable(self) -> frozenset[bytes]:
        """The words under which something may be null in this file."""
        words = {*_encoded(self._knowledge, "null_words"), *_library_words(self._knowledge, self._roots())}
        origins = frozenset(words)
        words |= {name.encode() for name in self._declared()}
        waiting = [each for each in self._file.functions if self._may_give_null(each)]
        for _ in range(_ROUNDS):
            found = [each for each in waiting if each.is_open or not each.words.isdisjoint(words)]
            new = {each.name.encode() for each in found} - words
            if not new:
                break
            words |= new
            waiting = [each for each in waiting if each not in found]
        for class_ in self._file.classes.values():
            for name, stores in class_.stores.items():
                givers = (each.function for each in stores if each.passes_on)
                if any(giver is not None and not giver.words.isdisjoint(origins) for giver in givers):
                    words.add(name.encode())
        return frozenset(words)

    @cached_property
    def _telling(self) -> frozenset[bytes]:
        """The words under which something may be null that another value tells of."""
        own = {each.name.encode() for each in self._file.functions if each.tells_null and each.name}
        table, roots = self._knowledge.telling_words, self._roots()
        return frozenset(own).union(table.get("", ()), *(table.get(root, ()) for root in roots))

    def _roots(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self._file.imports.values())

    def _declared(self) -> Iterator[str]:
        """Names whose declarations allow null, or that hold what may be null."""
        tables = [self._file.variables, *(each.stores for each in self._file.classes.values())]
        for table in tables:
            for name, stores in table.items():
                if any(each.is_null or _allows_null(each.annotation) for each in stores):
                    yield name
        for name, stores in self._file.variables.items():
            if any(each.function is None and each.has_value and not each.is_null for each in stores):
                yield from self._bound(name)
        for function in self._file.functions:
            if _allows_null(function.returns):
                yield function.name

    def _may_give_null(self, function: Function) -> bool:
        """Whether a call by its name may give null, as far as its declaration says."""
        if not function.name or function.name.startswith("__") or b"return" not in function.words:
            return False
        return function.returns is None or not self._knowledge.types_exclude_null or _allows_null(function.returns)

    def _bound(self, name: str) -> Iterator[str]:
        """A variable that may hold what a call of the library gives."""
        if not self._file.main.words.isdisjoint(_library_words(self._knowledge, self._roots())):
            yield name


def _allows_null(type_: Type | None) -> bool:
    return type_ is not None and (type_.nullable or any(_allows_null(each) for each in type_.arguments))


def _encoded(knowledge: Knowledge, table: str) -> frozenset[bytes]:
    return frozenset(each.encode() for each in knowledge.functions[table])


def _library_words(knowledge: Knowledge, roots: frozenset[str]) -> frozenset[bytes]:
    table = knowledge.words
    return table[""].union(*(table.get(root, ()) for root in roots))
