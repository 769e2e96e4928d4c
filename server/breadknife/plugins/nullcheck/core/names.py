"""What names, types and attributes mean in one file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.attributes import Attributes, Target
from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Parameter
from breadknife.plugins.nullcheck.core.gate import Gate
from breadknife.plugins.nullcheck.core.il import At, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, filled
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact, Nullness, Origin, located
from breadknife.plugins.nullcheck.core.summary import Summary


@dataclass(frozen=True)
class Language:
    """What the analysis must be told of a language besides its knowledge."""

    builtins: frozenset[str]
    """Names that need no declaration."""
    null_attributes: frozenset[str] = frozenset()
    """The attributes that null has, too."""
    calls_methods_of_null: bool = False
    """A method decides itself what it does when its object is null."""

    def refined_result(self, _name: str, _argument: str, /) -> Type | None:
        """The type that a call of the library gives for the key of its first argument, where that tells more."""
        return None


class Others(Protocol):
    """The other files of a project."""

    def target(self, home: Names, name: str, /) -> Target | None:
        """The function or the class that a qualified name means."""
        ...

    def variable(self, home: Names, name: str, /) -> Fact: ...

    def file(self, uri: str, /) -> File | None:
        """The file that an origin is in."""
        ...

    def nullable(self, home: Names, /) -> frozenset[bytes]:
        """The words under which something of the imported files may be null, of those that the file has."""
        ...


class Names(Attributes):
    """The part of a home that knows names; see `Home` for what its methods answer."""

    def __init__(
        self, file: File, knowledge: Knowledge, language: Language, others: Others | None = None, uri: str = ""
    ) -> None:
        """`uri` is that of the file, if it isn't the one that is checked."""
        super().__init__()
        self.file, self.knowledge, self.language, self.others, self.uri = file, knowledge, language, others, uri
        self.follows_arguments = False
        """Whether a null is found where it is given to a function that needs a value."""
        self.assumed: Mapping[At, Fact] = {}
        """Expressions that may be null for what another checker says, where nothing here tells of it."""
        self.denied: dict[At, At] = {}
        """The assumed ones that are there on some path, as the file itself has checked, and the test that says so."""
        self.asked: set[str] = set()
        """The URIs of files that it has asked something of."""
        self.shared = frozenset(
            name for name, stores in file.variables.items() if any(each.function for each in stores)
        )
        """Names of variables that some function sets for others."""
        self.summaries = dict[Function, Summary]()
        self._globals = dict[str, Fact]()
        self._types = dict[Type, Type]()

    @cached_property
    def gate(self) -> Gate:
        others = self.others
        return Gate(self.file, self.knowledge, lambda: others.nullable(self) if others is not None else frozenset())

    @abstractmethod
    def first_facts(self, function: Function, /) -> Mapping[str, Fact]:
        """What is known of its parameters where a function begins."""

    @abstractmethod
    def given(self, function: Function, parameter: Parameter, /) -> Fact:
        """What a parameter may be."""

    def declared(self, function: Function, key: str, /) -> Fact:
        """What a key is in a function where its flow says nothing."""
        if key[:1] == "%" or "(" in key or "[" in key or "@" in key:
            return NOTHING
        owner, dot, name = key.rpartition(".")
        if dot:
            fact = self.first_facts(function).get(owner) or self.declared(function, owner)
            if fact.type is not None:
                return self.member(fact.type, name, function.at)
            return self.global_(f"{fact.called}.{name}") if fact.called else NOTHING
        if function is not self.file.main and (key in function.locals or key in function.parameter_names):
            return NOTHING
        around = function.around
        while around is not None and around is not self.file.main:
            if key in around.parameter_names or key in around.assigned:
                return self._captured(around, key)
            around = around.around
        if key in self.file.variables and function is not self.file.main:
            return self.variable(key, self.file.variables[key])
        return self.global_(key)

    def _captured(self, around: Function, key: str) -> Fact:
        """A parameter or a variable of the function around, as it is declared."""
        if key in around.types:
            return self.declared_fact(self.qualified_type(around.types[key]), key, around.at)
        parameter = next((each for each in around.parameters if each.name == key), None)
        if parameter is not None and around.tells_types:
            return self.given(around, parameter)._replace(parameter="")
        is_function = parameter is None and any(each.name == key for each in around.within)
        return Fact(Nullness.THERE, called=f"{around.name}>{key}") if is_function else NOTHING

    def global_(self, name: str, /) -> Fact:
        """What a qualified name means: a function, a class, a module, a variable of another file."""
        fact = self._globals.get(name)
        if fact is None:
            fact = self._globals[name] = self._global(name)
        return fact

    def _global(self, name: str) -> Fact:
        file = self.file
        root, dot, rest = name.partition(".")
        if not dot:
            if name in file.named or name in file.classes:
                return Fact(Nullness.THERE, called=name)
            if name in file.imports:
                known = self.others.variable(self, file.imports[name]) if self.others is not None else NOTHING
                return known if known != NOTHING else Fact(called=file.imports[name])
            if name in self.knowledge.globals:
                return Fact(Nullness.THERE, type=self.knowledge.globals[name], called=name)
            if name in self.language.builtins:
                return Fact(Nullness.THERE, called=name)
            return self.others.variable(self, name) if self.others is not None else NOTHING  # of the same package
        if root in file.classes:
            class_ = file.classes[root]
            if rest in class_.methods or self.static(class_, rest) is not None:
                return Fact(Nullness.THERE, called=name)
            is_made = any(isinstance(each.value(), il.Call) and each.annotation for each in class_.stores.get(rest, ()))
            if is_made or self.has_own_fields(class_):
                return NOTHING  # a descriptor: the class has another value than its objects
            stores = [each for each in class_.stores.get(rest, ()) if each.function is None]
            return self.attribute(class_, rest) if stores or not class_.stores.get(rest) else NOTHING
        if self.others is not None and (known := self.others.variable(self, name)) != NOTHING:
            return known
        return Fact(called=name)

    def member(self, type_: Type, name: str, at: At, /) -> Fact:
        """An attribute of an object of the type. `at` is where it is asked for."""
        full = f"{type_.name}.{name}"
        rule = self.knowledge.attributes.get(full) or self.knowledge.attributes.get(f"{type_.name}.*")
        if rule is not None and rule.typed_only and not self.file.is_typed:
            return Fact(type=rule.gives)
        if rule is not None:
            return Fact(
                Nullness.MAYBE,
                Origin(rule.kind, at, f"`{full}` is {self.knowledge.null_name(rule.nulls)} {rule.why}"),
                rule.gives,
                nulls=rule.nulls,
            )
        if full in self.knowledge.properties:
            held = filled(self.knowledge.properties[full], type_.arguments, None)
            return self.declared_fact(held, full, at)
        target = self.class_target(type_.name)
        if target is not None and target.class_ is not None:
            fact = target.home.attribute(target.class_, name)
            return fact if target.home is self else located(fact, target.home.uri)
        return Fact(Nullness.THERE, called=full) if full in self.knowledge.calls else NOTHING

    def static(self, class_: Class, name: str) -> Function | None:
        """A method of the class itself, or of one above it."""
        return next((each.statics[name] for _, each in self.lineage(class_) if name in each.statics), None)

    def getter(self, type_: Type, name: str, /) -> Target | None:
        """The function that gives an object's property."""
        for home, each in self.lineage_of(type_):
            if (function := each.methods.get(name)) is not None:
                return Target(home, function) if function.is_property else None
        return None

    def method(self, type_: Type, name: str, /) -> Target | None:
        """The function that a call of an object's method runs, if only one can be meant."""
        for home, each in self.lineage_of(type_):
            if (function := each.methods.get(name)) is not None:
                return Target(home, function) if not function.is_property else None
        return None

    def qualified_type(self, type_: Type | None, /) -> Type | None:
        """A type that this file declares, in words that hold in every file."""
        if type_ is None or not (self.uri or self.file.aliases):
            return type_
        if type_ not in self._types:
            self._types[type_] = self._qualified(type_)
        return self._types[type_]

    def _qualified(self, type_: Type, steps: int = 8) -> Type:
        name = type_.name
        if name in self.file.aliases and steps:
            meant = self._qualified(self.file.aliases[name], steps - 1)
            return meant if meant.name == "any" else meant._replace(nullable=meant.nullable | type_.nullable)
        if not self.uri:
            return type_._replace(arguments=tuple(self._qualified(each, steps) for each in type_.arguments))
        target = self.target(name) if name in self.file.classes or "." in name else None
        if target is not None and target.class_ is not None:
            name = target.home.own_type(target.class_).name
        return type_._replace(name=name, arguments=tuple(self._qualified(each) for each in type_.arguments))
