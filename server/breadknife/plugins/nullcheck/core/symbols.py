"""Finds what names, types, attributes and variables mean in one file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import NamedTuple, Protocol

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.belief import Beliefs, FileBeliefs
from breadknife.plugins.nullcheck.core.declarations import Class, FileDeclarations, Function, StoredValue, unit_of
from breadknife.plugins.nullcheck.core.evidence import FileEvidence
from breadknife.plugins.nullcheck.core.il import ByteRange, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, filled, parse_type
from breadknife.plugins.nullcheck.core.nullness import (
    NO_ASSUMPTIONS,
    UNKNOWN_FACT,
    Fact,
    Nullness,
    NullOrigin,
    OriginKind,
    located,
)
from breadknife.plugins.nullcheck.core.solution import Solution
from breadknife.plugins.nullcheck.core.summary import Summary

_MOST_CLASSES = 30
"""How many classes of a lineage are looked at."""


class ResolvedSymbol(NamedTuple):
    """A function or a class that a qualified name means, with the symbols of its file."""

    home: SymbolTable
    function: Function | None = None
    class_: Class | None = None


class ProjectSymbols(Protocol):
    """The other files of a project."""

    def target(self, home: SymbolTable, name: str, /) -> ResolvedSymbol | None:
        """Return the function or the class that a qualified name means."""
        ...

    def variable(self, home: SymbolTable, name: str, /) -> Fact: ...

    def file(self, uri: str, /) -> FileDeclarations | None:
        """Return the file that an origin is in."""
        ...

    def beliefs(self, home: SymbolTable, /) -> Iterable[FileBeliefs]:
        """Return what the imported files do with values that may be null."""
        ...


class SymbolTable(ABC):
    """The names, classes and variables of one file. A variable `home` is the table of the file that something is in."""

    def __init__(
        self, file: FileDeclarations, knowledge: Knowledge, others: ProjectSymbols | None = None, uri: str = ""
    ) -> None:
        """`others` are the other files of the project. `uri` is that of the file; "" if it is analysed alone."""
        self.file, self.knowledge, self.others, self.uri = file, knowledge, others, uri
        self.follows_arguments = False
        """True if it is a finding to give a null to a function that uses it without a check."""
        self.assumed: Mapping[ByteRange, Fact] = {}
        """Range of an expression -> the null that another checker says it may be, where nothing is known of it here."""
        self.denied: dict[ByteRange, ByteRange] = {}
        """Range of an assumed expression that a test has shown to be non-null on some path -> the range of this
        test."""
        self.shared = frozenset(
            name for name, stores in file.variables.items() if any(store.function for store in stores)
        )
        """Names of variables that some function sets for others."""
        self.looks_around = True
        """True if the beliefs of other files count: each file that is only asked would else read those around it."""
        self.summaries = dict[Function, Summary]()
        self._globals = dict[str, Fact]()
        """Qualified name -> what it means. This one and those below remember what was asked before."""
        self._types = dict[Type, Type]()
        """Type as this file writes it -> the same in words that hold in every file."""
        self._attributes = dict[tuple[Class, str], Fact]()
        self._variables = dict[str, Fact]()
        self._overridden = dict[Function, bool]()

    @cached_property
    def evidence(self) -> FileEvidence:
        """What others than a function believe of the values that it uses."""
        others, main = self.others, self.file.main
        units = [function for function in self.file.functions if unit_of(function, main) is function]
        around = partial(others.beliefs, self) if others is not None and self.looks_around else tuple[FileBeliefs, ...]
        return FileEvidence(Beliefs(units, self.file.classes, self.knowledge, around), self.file)

    @abstractmethod
    def solution(self, function: Function, /) -> Solution | None:
        """Return what is known of a function when it is followed; None while that is under way."""

    @abstractmethod
    def value_of(self, store: StoredValue, /) -> Fact:
        """Return what the expression of a store is worth by itself, without the flow around it."""

    @abstractmethod
    def target(self, name: str, /) -> ResolvedSymbol | None:
        """Return the function or class with a qualified name, if its text is known."""

    @abstractmethod
    def summary(self, function: Function, /) -> Summary:
        """Return what callers need to know of the function."""

    @abstractmethod
    def needs(self, function: Function, name: str, /) -> bool:
        """Tell whether the function uses what it gets as the parameter, without a check, if that is null."""

    @abstractmethod
    def property_fact(self, function: Function, at: ByteRange, /) -> Fact:
        """Return what a property gives whose function this is."""

    @abstractmethod
    def first_facts(self, function: Function, /) -> Mapping[str, Fact]:
        """Return what is known of its parameters where a function begins."""

    def declared(self, function: Function, key: str, /) -> Fact:
        """Return what is known of a key in a function by declarations alone, where the flow says nothing of it."""
        if key[:1] == "%" or "(" in key or "[" in key or "@" in key:
            return UNKNOWN_FACT  # a slot, a call, an element, or a variable of a block: nothing declares those
        owner, dot, name = key.rpartition(".")
        if dot:
            fact = self.first_facts(function).get(owner) or self.declared(function, owner)
            if fact.type is not None:
                return self.member(fact.type, name, function.at)
            return self.global_(f"{fact.called}.{name}") if fact.called else UNKNOWN_FACT
        if function is not self.file.main and (key in function.locals or key in function.parameter_names):
            return UNKNOWN_FACT
        around = function.around
        while around is not None and around is not self.file.main:
            if key in around.parameter_names or key in around.assigned:
                return self._captured(around, key)
            around = around.around
        if key in self.file.variables and function is not self.file.main:
            return self.variable(key, self.file.variables[key])
        return self.global_(key)

    def _captured(self, around: Function, name: str) -> Fact:
        """Return what is known of a variable of the function around. Which value it has when a function within runs
        nobody can say, so if another one sets it, it may be what its declaration allows."""
        given = next((each.annotation for each in around.parameters if each.name == name), None)
        type_ = self.qualified_type(around.types.get(name, given))
        fact = self.declared_fact(type_, name, around.at)
        return fact if name in around.changed_within else Fact(type=fact.type)

    def global_(self, name: str, /) -> Fact:
        """Return what a qualified name means: a function, a class, a module, a variable of another file."""
        fact = self._globals.get(name)
        if fact is None:
            fact = self._globals[name] = self._global(name)
        return fact

    def _global(self, name: str) -> Fact:
        root, dot, rest = name.partition(".")
        if not dot:
            return self._bare_global(name)
        if root in self.file.classes:
            return self._class_member(self.file.classes[root], name, rest)
        if self.others is not None and (known := self.others.variable(self, name)) != UNKNOWN_FACT:
            return known
        return Fact(called=name)

    def _bare_global(self, name: str) -> Fact:
        """Return what a name without a dot means: the file's own, an import, a builtin, or one of the same package."""
        file = self.file
        if name in file.named or name in file.classes:
            return Fact(Nullness.NON_NULL, called=name)
        if name in file.imports:
            known = self.others.variable(self, file.imports[name]) if self.others is not None else UNKNOWN_FACT
            return known if known != UNKNOWN_FACT else Fact(called=file.imports[name])
        if name in self.knowledge.globals:
            return Fact(Nullness.NON_NULL, type=parse_type(self.knowledge.globals[name]), called=name)
        if name in self.knowledge.builtins:
            return Fact(Nullness.NON_NULL, called=name)
        return self.others.variable(self, name) if self.others is not None else UNKNOWN_FACT  # of the same package

    def _class_member(self, class_: Class, qualified: str, name: str) -> Fact:
        """Return an attribute that is asked of a class itself, as `Class.name`, which is `qualified`."""
        if name in class_.methods or self.static(class_, name) is not None:
            return Fact(Nullness.NON_NULL, called=qualified)
        stores = class_.stores.get(name, ())
        is_made = any(isinstance(store.value(), il.Invocation) and store.annotation for store in stores)
        if is_made or self.has_own_fields(class_):
            return UNKNOWN_FACT  # a descriptor: the class has another value than its objects
        is_set_in_class = any(store.function is None for store in stores)
        return self.attribute(class_, name) if is_set_in_class or not stores else UNKNOWN_FACT

    def member(self, type_: Type, name: str, at: ByteRange, /) -> Fact:
        """Return what is known of an attribute of an object of the type. `at` is the range where it is asked for."""
        full = f"{type_.name}.{name}"
        rule = self.knowledge.attributes.get(full) or self.knowledge.attributes.get(f"{type_.name}.*")
        if rule is not None and rule.typed_only and not self.file.is_typed:
            return Fact(type=parse_type(rule.gives) if rule.gives else None)
        if rule is not None:
            return Fact(
                Nullness.MAYBE,
                NullOrigin(rule.kind, at, f"`{full}` is {self.knowledge.null_name(rule.nulls)} {rule.why}"),
                parse_type(rule.gives) if rule.gives else None,
                nulls=rule.nulls,
            )
        if full in self.knowledge.properties:
            property_type = filled(parse_type(self.knowledge.properties[full]), type_.arguments, None)
            return self.declared_fact(property_type, full, at)
        target = self.class_target(type_.name)
        if target is not None and target.class_ is not None:
            fact = target.home.attribute(target.class_, name)
            return fact if target.home is self else located(fact, target.home.uri)
        return Fact(Nullness.NON_NULL, called=full) if full in self.knowledge.calls else UNKNOWN_FACT

    def static(self, class_: Class, name: str) -> Function | None:
        """Return a method that belongs to the class itself, or to one above it, and not to their objects."""
        return next((ancestor.statics[name] for _, ancestor in self.lineage(class_) if name in ancestor.statics), None)

    def getter(self, type_: Type, name: str, /) -> ResolvedSymbol | None:
        """Return the function that gives a property of an object of the type; None if the name isn't that of one."""
        for home, class_ in self.lineage_of(type_):
            if (function := class_.methods.get(name)) is not None:
                return ResolvedSymbol(home, function) if function.is_property else None
        return None

    def method(self, type_: Type, name: str, arguments: int, /) -> ResolvedSymbol | None:
        """Return the function that a call of a method of an object of the type runs with so many arguments; None if
        that isn't known."""
        for home, class_ in self.lineage_of(type_):
            if (function := class_.methods.get(name)) is not None:
                return ResolvedSymbol(home, function) if not function.is_property else None
            if (functions := class_.overloaded.get(name)) is not None:
                fitting = [each for each in functions if each.takes(arguments)]
                return ResolvedSymbol(home, fitting[0]) if len(fitting) == 1 else None
        return None

    def ends(self, type_: Type, name: str, /) -> bool:
        """Tell whether all methods of this name that an object of the type has never come back."""
        for home, class_ in self.lineage_of(type_):
            if (functions := class_.overloaded.get(name)) is not None:
                summaries = map(home.summary, functions)
                return all(summary.is_known and not summary.cases for summary in summaries)
        return False

    def qualified_type(self, type_: Type | None, /) -> Type | None:
        """Return a type that this file declares, in words that hold in every file."""
        if type_ is None or not (self.uri or self.file.aliases):
            return type_
        if type_ not in self._types:
            self._types[type_] = self._qualified(type_)
        return self._types[type_]

    def _qualified(self, type_: Type, steps: int = 8) -> Type:
        """Return a type in words that hold in every file. At most `steps` aliases are followed one after the other."""
        name = type_.name
        if name in self.file.aliases and steps:
            aliased = self._qualified(self.file.aliases[name], steps - 1)
            return aliased if aliased.name == "any" else aliased._replace(nullable=aliased.nullable | type_.nullable)
        if not self.uri:
            return type_._replace(arguments=tuple(self._qualified(argument, steps) for argument in type_.arguments))
        target = self.target(name) if name in self.file.classes or "." in name else None
        if target is not None and target.class_ is not None:
            name = target.home.own_type(target.class_).name
            type_ = type_._replace(is_value=type_.is_value and not target.class_.is_interface)
        return type_._replace(name=name, arguments=tuple(self._qualified(argument) for argument in type_.arguments))

    # Classes and their attributes

    def lineage(self, class_: Class) -> Iterator[tuple[SymbolTable, Class]]:
        """Yield the class and those above it, as far as they are known, each before those above it."""
        waiting, seen = [(self, class_)], set[Class]()
        while waiting and len(seen) < _MOST_CLASSES:
            home, current = waiting.pop()
            if current not in seen:
                seen.add(current)
                yield home, current
                above = [home.class_target(base) for base in reversed(current.bases)]
                waiting += [(base.home, base.class_) for base in above if base is not None and base.class_ is not None]

    def lineage_of(self, type_: Type) -> Iterator[tuple[SymbolTable, Class]]:
        """Yield the lineage of the class that a type names; nothing where that isn't known."""
        target = self.class_target(type_.name)
        if target is not None and target.class_ is not None:
            yield from target.home.lineage(target.class_)

    def own_type(self, class_: Class, /) -> Type:
        """Return the type of an object of a class of this file."""
        return Type(f"{self.uri}#{class_.name}" if self.uri else class_.name)

    def is_below(self, name: str, base: str, /) -> bool:
        """Tell whether objects of one class are objects of another one, as far as that is known."""
        return name == base or any(base in class_.bases for _, class_ in self.lineage_of(Type(name)))

    def is_overridden(self, function: Function, /) -> bool:
        """Tell whether a class below that of the method has another method of its name."""
        is_overridden = self._overridden.get(function)
        if is_overridden is None:
            is_overridden = self._overridden[function] = self._has_another_below(function)
        return is_overridden

    def _has_another_below(self, function: Function) -> bool:
        owner = function.owner
        return owner is not None and any(
            class_ is not owner and function.name in class_.methods and self.is_below(class_.name, owner.name)
            for class_ in self.file.classes.values()
        )

    # Names

    def class_target(self, name: str, /) -> ResolvedSymbol | None:
        """Return the class with a qualified name, if its text is known."""
        target = self.target(name)
        return target if target is not None and target.class_ is not None else None

    def attribute(self, class_: Class, name: str) -> Fact:
        """Return what is known of an attribute of the class's objects, as this class or one above it declares it. The
        values that it gets only tell its type: when it has which of them depends on the order in which methods are
        called."""
        key = class_, name
        if key not in self._attributes:
            self._attributes[key] = UNKNOWN_FACT  # its value may be about itself
            self._attributes[key] = self._attribute(class_, name)
        return self._attributes[key]

    def _attribute(self, class_: Class, name: str) -> Fact:
        for home, ancestor in self.lineage(class_):
            if name in ancestor.methods or ancestor.stores.get(name):
                fact = home.own_attribute(ancestor, name)
                return fact if home is self else located(fact, home.uri)
        return UNKNOWN_FACT

    def own_attribute(self, class_: Class, name: str) -> Fact:
        """Return an attribute as the class itself declares it."""
        if (method := class_.methods.get(name)) is not None:
            return self.property_fact(method, method.at) if method.is_property else UNKNOWN_FACT
        if not self.knowledge.classes["without_variables"].isdisjoint(class_.bases):
            return UNKNOWN_FACT
        stores = class_.stores[name]
        annotation = next((store.annotation for store in stores if store.annotation is not None), None)
        if (type_ := self.qualified_type(annotation)) is not None:
            return self.declared_fact(type_, name, stores[0].at)
        return Fact(type=self._type_of(stores))

    def _type_of(self, stores: Sequence[StoredValue]) -> Type | None:
        """Return the type that all these values have."""
        types = {fact.type for fact in map(self.value_of, stores) if fact.nullness != Nullness.NULL}
        return types.pop() if len(types) == 1 else None

    def has_own_fields(self, class_: Class) -> bool:
        """Tell whether something makes fields of the class's attributes, as `dataclass` does."""
        return not self.knowledge.classes["fields"].isdisjoint((*class_.decorators, *class_.bases))

    def declared_fact(self, type_: Type | None, name: str, at: ByteRange) -> Fact:
        """Return what is known of a variable that is declared to have this type. `name` is its name in messages, `at`
        the range of its declaration."""
        if type_ is None or not type_.nullable:
            return Fact(type=type_)
        why = f"`{name}` is declared so that it may be {self.knowledge.null_name(type_.nullable)}"
        origin = NullOrigin(OriginKind.ANNOTATION, at, why)
        return Fact(Nullness.MAYBE, origin, type_._replace(nullable=0), nulls=type_.nullable)

    # Variables of the module

    def variable(self, name: str, stores: Sequence[StoredValue]) -> Fact:
        """Return what functions know of a variable of the module. Of one that a function sets, nobody knows which value
        it has when another one runs. `stores` are the values that it gets."""
        if name not in self._variables:
            self._variables[name] = UNKNOWN_FACT
            self._variables[name] = self._variable(name, stores)
        return self._variables[name]

    def _variable(self, name: str, stores: Sequence[StoredValue]) -> Fact:
        annotation = next((store.annotation for store in stores if store.annotation is not None), None)
        if (type_ := self.qualified_type(annotation)) is not None:
            if type_.nullable or len(stores) > 1 or stores[0].function is not None:
                return self.declared_fact(type_, name, stores[0].at)
            return Fact(type=self.value_of(stores[0]).type or type_)
        if name in self.file.imports or len(stores) != 1 or stores[0].function is not None:
            return UNKNOWN_FACT
        solution = self.solution(self.file.main)
        if solution is None or solution.end is None or not self.file.main.body:
            return self.value_of(stores[0])
        fact = solution.end.facts.get(name, UNKNOWN_FACT)
        return UNKNOWN_FACT if fact.nullness == Nullness.NULL else fact._replace(via=None, unless=NO_ASSUMPTIONS)
