"""What an attribute of a class, or a variable of the module, may be for whoever uses it.

A null that is set first counts only while nothing surely replaces it: an object's `__init__` is followed to its end.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Store
from breadknife.plugins.nullcheck.core.gate import Gate
from breadknife.plugins.nullcheck.core.il import ANY_NULL
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.nullness import (
    CAN_HAPPEN,
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
        self._early = set[tuple[Class, str]]()
        """The attributes that were asked for while a function that decides about them was under way."""
        self.is_early = False
        """Set where a question couldn't be answered yet."""
        self._variables = dict[str, Fact]()
        self._asked = set[tuple[Class, str]]()
        self._overridden = dict[Function, bool]()
        self._set_by = dict[Function, frozenset[str]]()

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

    def attributes_set_by(self, class_: Class, function: Function, /) -> frozenset[str]:
        """The attributes that a method, and those that it calls, may set."""
        if function not in self._set_by:
            found, waiting, seen = set[str](), [function], set[Function]()
            while waiting:
                each = waiting.pop()
                seen.add(each)
                within = {each, *each.within}
                found |= {name for name, stores in class_.stores.items() if any(s.function in within for s in stores)}
                called = (method for name, method in class_.methods.items() if name.encode() in each.words)
                waiting += (method for method in called if method not in seen)
            self._set_by[function] = frozenset(found)
        return self._set_by[function]

    # Attributes

    def class_target(self, name: str, /) -> Target | None:
        target = self.target(name)
        return target if target is not None and target.class_ is not None else None

    def attribute(self, class_: Class, name: str) -> Fact:
        """An attribute of the class, as it or a class above it declares and stores it."""
        key = class_, name
        if key not in self._attributes:
            if key in self._asked:
                self.is_early = True
                return NOTHING
            self._asked.add(key)
            was_early, self.is_early = self.is_early, False
            self._attributes[key] = self._attribute(class_, name)
            self._asked.discard(key)
            if self.is_early:
                self._early.add(key)
            self.is_early = self.is_early or was_early
        elif key in self._early:
            self.is_early = True
        return self._attributes[key]

    def forget_early(self) -> None:
        """Nothing is under way any more: what was answered too early is asked anew."""
        for key in self._early:
            del self._attributes[key]
        self._early.clear()
        self.is_early = False

    def _attribute(self, class_: Class, name: str) -> Fact:
        for home, each in self.lineage(class_):
            if name in each.methods or each.stores.get(name):
                fact = home.own_attribute(each, name)
                return fact if home is self else located(fact, home.uri)
        return NOTHING

    def own_attribute(self, class_: Class, name: str) -> Fact:
        """An attribute as the class itself declares and stores it."""
        if (method := class_.methods.get(name)) is not None:
            return self.property_fact(method, method.at) if method.is_property else NOTHING
        return self._judged(class_, name, class_.stores[name])

    def _judged(self, class_: Class, name: str, stores: Sequence[Store]) -> Fact:
        annotation = next((store.annotation for store in stores if store.annotation is not None), None)
        type_ = self.qualified_type(annotation)
        kinds = self.knowledge.classes
        has_fields = self.has_own_fields(class_)
        if not kinds["without_variables"].isdisjoint(class_.bases):
            return NOTHING
        if type_ is not None:
            none = next((store for store in stores if store.is_null and store.function is None), None)
            if not type_.nullable and not (has_fields and none is not None):
                return Fact(type=type_)
            if self._is_settled(class_, name, stores, has_fields, is_declared=True):
                return Fact(type=type_._replace(nullable=0))
            return self.declared_fact(type_._replace(nullable=type_.nullable or ANY_NULL), name, stores[0].at)
        facts = [(store, self._stored(store, name)) for store in stores if store.has_value]
        type_ = self._type_of(facts)
        if any(each.is_dynamic for _, each in self.lineage(class_)):
            return Fact(type=type_)
        origin = self._origin(class_, name, stores, facts)
        return Fact(Nullness.MAYBE, origin, type_) if origin is not None else Fact(type=type_)

    def _origin(
        self, class_: Class, name: str, stores: Sequence[Store], facts: Sequence[tuple[Store, Fact]]
    ) -> Origin | None:
        kinds = self.knowledge.classes
        nulls = [
            (store, fact)
            for store, fact in facts
            if fact.may_be_null and (store.function is None or store.function.name not in kinds["framework"])
        ]
        if not nulls:
            return None
        if all(store.function is None for store, _ in facts) and nulls[0][0].is_null:
            return None  # classes below may set it
        is_first = [store.function is None or store.function.name in kinds["first"] for store, _ in nulls]
        if all(is_first) and self._is_settled(class_, name, stores, has_fields=False, is_declared=False):
            return None
        store, fact = next((each for each, first in zip(nulls, is_first, strict=True) if not first), nulls[0])
        if store.is_null or fact.origin is None:
            return Origin(OriginKind.LIFE_CYCLE, store.at, f"`{name}` is set to {self.knowledge.null}")
        is_kept = fact.origin.kind in CAN_HAPPEN  # it may happen to another method than the one that reads it
        return fact.origin._replace(kind=OriginKind.LIFE_CYCLE) if is_kept else fact.origin

    def _is_settled(
        self, class_: Class, name: str, stores: Sequence[Store], has_fields: bool, is_declared: bool
    ) -> bool:
        """Whether it surely is there once an object is made, and nothing takes it away again."""
        first = [method for method in class_.methods.values() if self.is_first(method)]
        if has_fields:
            first = [method for method in first if method.name != "__init__"]
        if not first:
            return False
        for store in stores:
            if store.function is None or store.function in first or not (store.has_value or store.is_null):
                continue
            if store.is_null or (is_declared and self._stored(store, name).nullness != Nullness.THERE):
                return False
        if any(store.is_null for store in self.file.stored_elsewhere.get(name, ())):
            return False
        if is_declared and any(_leaves_out(each, class_) for each in self.file.classes.values()):
            return False
        stored = [store for store in stores if store.function in first]
        if is_declared and any(store.value() is None for store in stored):
            return False
        return any(self._ends_with(method, name, is_declared) for method in first)

    def is_first(self, method: Function) -> bool:
        """Whether it runs before any other method of an object."""
        kinds = self.knowledge.classes
        return method.name in kinds["first"] or not kinds["checks_after"].isdisjoint(method.decorators)

    def has_own_fields(self, class_: Class) -> bool:
        return not self.knowledge.classes["fields"].isdisjoint((*class_.decorators, *class_.bases))

    def has_fields(self, type_: il.Type, /) -> bool:
        """Whether objects of the type have as attributes what their class is called with."""
        target = self.class_target(type_.name)
        return target is not None and target.class_ is not None and self.has_own_fields(target.class_)

    def _ends_with(self, method: Function, name: str, is_declared: bool) -> bool:
        """Whether the attribute is there wherever the method comes back."""
        solution = self.solution(method)
        if solution is None:
            owner = method.owner
            stores = owner.stores.get(name, ()) if owner is not None else ()
            own = [self.value_of(store) for store in stores if store.function is method and not store.is_null]
            return any(not fact.may_be_null for fact in own)
        key = f"{method.receiver}.{name}"
        if any(use.key == key for use in solution.uses):
            return False  # it is there because the method relies on it
        states = [solution.end] if solution.end is not None else []
        if is_declared or not states:
            states += [each.state for each in solution.returns]
        facts = [state.facts.get(key) for state in states]
        return bool(facts) and all(fact is not None and not fact.may_be_null for fact in facts)

    def _stored(self, store: Store, name: str) -> Fact:
        """What a store gives."""
        if store.is_null:
            return Fact(Nullness.NULL)
        function = store.function
        fact = self.value_of(store)
        if function is None or fact.nullness == Nullness.THERE or not self.gate.may_use_null(function):
            return fact
        parameter = next((each for each in function.parameters if each.name == store.parameter), None)
        if parameter is not None and b"if" not in function.words and b"or" not in function.words:
            return fact
        solution = self.solution(function)
        facts = solution.stores.get(name, ()) if solution is not None else ()
        if not facts and fact.may_be_null and (solution is not None or store.parameter in function.locals):
            return NOTHING
        return next((each for each in facts if each.may_be_null), facts[0] if facts else fact)

    def _type_of(self, facts: Sequence[tuple[Store, Fact]]) -> il.Type | None:
        types = {fact.type for _, fact in facts if fact.type is not None}
        type_ = types.pop() if len(types) == 1 else None
        if type_ is None or (type_.name in self.knowledge.types and not type_.arguments):
            return type_
        is_known = all(fact.type is not None or store.is_null for store, fact in facts)
        return type_ if is_known else None

    def declared_fact(self, type_: il.Type | None, name: str, at: il.At) -> Fact:
        """A variable of a declared type."""
        if type_ is None or not type_.nullable:
            return Fact(type=type_)
        why = f"`{name}` is declared so that it may be {self.knowledge.null_name(type_.nullable)}"
        origin = Origin(OriginKind.ANNOTATION, at, why)
        return Fact(Nullness.MAYBE, origin, type_._replace(nullable=0), nulls=type_.nullable)

    # Variables of the module

    def variable(self, name: str, stores: Sequence[Store]) -> Fact:
        """A variable of the module, for functions."""
        if name not in self._variables:
            self._variables[name] = NOTHING
            self._variables[name] = self._variable(name, stores)
        return self._variables[name]

    def _variable(self, name: str, stores: Sequence[Store]) -> Fact:
        annotation = next((store.annotation for store in stores if store.annotation is not None), None)
        if (type_ := self.qualified_type(annotation)) is not None:
            if not type_.nullable:
                return Fact(type=self.value_of(stores[0]).type or type_) if len(stores) == 1 else Fact(type=type_)
            return self.declared_fact(type_, name, stores[0].at)
        if name in self.file.imports:
            return NOTHING
        outside = [store for store in stores if store.function is not None]
        if not outside:
            if len(stores) != 1:
                return NOTHING
            solution = self.solution(self.file.main)
            if solution is None or solution.end is None or not self.file.main.body:
                return self.value_of(stores[0])
            fact = solution.end.facts.get(name, NOTHING)
            return NOTHING if fact.nullness == Nullness.NULL else fact._replace(via=None, unless=NO_ASSUMPTIONS)
        nulls = [store for store in stores if store.is_null]
        if nulls and len(nulls) < len(stores):
            return Fact(
                Nullness.MAYBE, Origin(OriginKind.LIFE_CYCLE, nulls[0].at, f"`{name}` is set to {self.knowledge.null}")
            )
        return NOTHING


def _leaves_out(class_: Class, base: Class) -> bool:
    """Whether a class below has an `__init__` that doesn't run that of the base."""
    init = class_.methods.get("__init__")
    return base.name in class_.bases and init is not None and b"super" not in init.words
