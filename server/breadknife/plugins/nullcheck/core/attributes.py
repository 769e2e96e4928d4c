"""Tells what an attribute of a class, or a variable of the module, may be for whoever uses it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Store
from breadknife.plugins.nullcheck.core.gate import Gate
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.nullness import (
    NO_ASSUMPTIONS,
    NOTHING,
    Fact,
    Nullness,
    Origin,
    OriginKind,
    located,
)
from breadknife.plugins.nullcheck.core.solution import Solution
from breadknife.plugins.nullcheck.core.summary import Summary

_MOST_CLASSES = 30
"""So many of the classes above a class are looked at."""


class Target(NamedTuple):
    """What a qualified name means: a function or a class, and the home that it is at."""

    home: Attributes
    function: Function | None = None
    class_: Class | None = None


class Attributes(ABC):
    """The part of a home that knows classes and variables."""

    file: File
    knowledge: Knowledge
    uri: str

    def __init__(self) -> None:
        self._attributes = dict[tuple[Class, str], Fact]()
        self._variables = dict[str, Fact]()
        self._overridden = dict[Function, bool]()

    @abstractmethod
    def solution(self, function: Function, /) -> Solution | None:
        """What is known of a function when it is followed; None while that is under way."""

    @abstractmethod
    def value_of(self, store: Store, /) -> Fact:
        """What the expression of a store is worth by itself, without the flow around it."""

    @abstractmethod
    def target(self, name: str, /) -> Target | None:
        """The function or class with a qualified name, if its text is known."""

    @cached_property
    @abstractmethod
    def gate(self) -> Gate:
        """Which functions can't have to do with null."""

    @abstractmethod
    def summary(self, function: Function, /) -> Summary:
        """What callers need to know of the function."""

    @abstractmethod
    def needs(self, function: Function, name: str, /) -> bool:
        """Whether the function uses what it gets as the parameter, without a check, if that is null."""

    @abstractmethod
    def property_fact(self, function: Function, at: il.At, /) -> Fact: ...

    @abstractmethod
    def qualified_type(self, type_: il.Type | None, /) -> il.Type | None: ...

    def lineage(self, class_: Class) -> Iterator[tuple[Attributes, Class]]:
        """The class and those above it, as far as they are known, each before those above it."""
        waiting, seen = [(self, class_)], set[Class]()
        while waiting and len(seen) < _MOST_CLASSES:
            home, each = waiting.pop()
            if each not in seen:
                seen.add(each)
                yield home, each
                above = [home.class_target(base) for base in reversed(each.bases)]
                waiting += [(base.home, base.class_) for base in above if base is not None and base.class_ is not None]

    def lineage_of(self, type_: il.Type) -> Iterator[tuple[Attributes, Class]]:
        """The lineage of the class that a type names; nothing where that isn't known."""
        target = self.class_target(type_.name)
        if target is not None and target.class_ is not None:
            yield from target.home.lineage(target.class_)

    def own_type(self, class_: Class, /) -> il.Type:
        """The type of an object of a class of this file."""
        return il.Type(f"{self.uri}#{class_.name}" if self.uri else class_.name)

    def is_below(self, name: str, base: str, /) -> bool:
        """Whether objects of one class are objects of another one, as far as that is known."""
        return name == base or any(base in each.bases for _, each in self.lineage_of(il.Type(name)))

    def is_overridden(self, function: Function, /) -> bool:
        """Whether a class below has another method of the name."""
        found = self._overridden.get(function)
        if found is None:
            found = self._overridden[function] = self._has_another_below(function)
        return found

    def _has_another_below(self, function: Function) -> bool:
        owner = function.owner
        return owner is not None and any(
            each is not owner and function.name in each.methods and self.is_below(each.name, owner.name)
            for each in self.file.classes.values()
        )

    # Attributes

    def class_target(self, name: str, /) -> Target | None:
        target = self.target(name)
        return target if target is not None and target.class_ is not None else None

    def attribute(self, class_: Class, name: str) -> Fact:
        """An attribute of the class, as it or a class above it declares it. Values that it gets only tell its type:
        when it has which of them, nobody can say without knowing in which order methods are called."""
        key = class_, name
        if key not in self._attributes:
            self._attributes[key] = NOTHING  # its value may be about itself
            self._attributes[key] = self._attribute(class_, name)
        return self._attributes[key]

    def _attribute(self, class_: Class, name: str) -> Fact:
        for home, each in self.lineage(class_):
            if name in each.methods or each.stores.get(name):
                fact = home.own_attribute(each, name)
                return fact if home is self else located(fact, home.uri)
        return NOTHING

    def own_attribute(self, class_: Class, name: str) -> Fact:
        """An attribute as the class itself declares it."""
        if (method := class_.methods.get(name)) is not None:
            return self.property_fact(method, method.at) if method.is_property else NOTHING
        if not self.knowledge.classes["without_variables"].isdisjoint(class_.bases):
            return NOTHING
        stores = class_.stores[name]
        annotation = next((store.annotation for store in stores if store.annotation is not None), None)
        if (type_ := self.qualified_type(annotation)) is not None:
            return self.declared_fact(type_, name, stores[0].at)
        return Fact(type=self._type_of([store for store in stores if store.has_value and not store.is_null]))

    def _type_of(self, stores: Sequence[Store]) -> il.Type | None:
        """The type that all these values have."""
        types = {self.value_of(store).type for store in stores}
        return types.pop() if len(types) == 1 else None

    def has_own_fields(self, class_: Class) -> bool:
        return not self.knowledge.classes["fields"].isdisjoint((*class_.decorators, *class_.bases))

    def declared_fact(self, type_: il.Type | None, name: str, at: il.At) -> Fact:
        """A variable of a declared type."""
        if type_ is None or not type_.nullable:
            return Fact(type=type_)
        why = f"`{name}` is declared so that it may be {self.knowledge.null_name(type_.nullable)}"
        origin = Origin(OriginKind.ANNOTATION, at, why)
        return Fact(Nullness.MAYBE, origin, type_._replace(nullable=0), nulls=type_.nullable)

    # Variables of the module

    def variable(self, name: str, stores: Sequence[Store]) -> Fact:
        """A variable of the module, for functions. One that they set themselves has the value of nobody knows when."""
        if name not in self._variables:
            self._variables[name] = NOTHING
            self._variables[name] = self._variable(name, stores)
        return self._variables[name]

    def _variable(self, name: str, stores: Sequence[Store]) -> Fact:
        annotation = next((store.annotation for store in stores if store.annotation is not None), None)
        if (type_ := self.qualified_type(annotation)) is not None:
            if any(store.function is not None for store in stores):
                return Fact(type=type_._replace(nullable=0))
            if type_.nullable or len(stores) > 1:
                return self.declared_fact(type_, name, stores[0].at)
            return Fact(type=self.value_of(stores[0]).type or type_)
        if name in self.file.imports or len(stores) != 1 or stores[0].function is not None:
            return NOTHING
        solution = self.solution(self.file.main)
        if solution is None or solution.end is None or not self.file.main.body:
            return self.value_of(stores[0])
        fact = solution.end.facts.get(name, NOTHING)
        return NOTHING if fact.nullness == Nullness.NULL else fact._replace(via=None, unless=NO_ASSUMPTIONS)
