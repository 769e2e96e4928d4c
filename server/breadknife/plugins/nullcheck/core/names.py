"""What names, types and attributes mean in one file."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.attributes import Attributes
from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Parameter
from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.il import At, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, filled
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact, Nullness, Origin, OriginKind
from breadknife.plugins.nullcheck.core.summary import Summary

_MOST_BASES = 8
"""Base classes are followed so far up."""


class Language(Protocol):
    """What the analysis must be told of a language besides its knowledge."""

    @property
    def null_attributes(self) -> frozenset[str]: ...

    @property
    def calls_methods_of_null(self) -> bool:
        """Whether a method decides itself what it does when its object is null."""
        ...

    @property
    def builtins(self) -> frozenset[str]: ...

    def refined_result(self, name: str, argument: str, /) -> Type | None: ...


class Others(Protocol):
    """The other files of a project."""

    def target(self, home: Names, name: str, /) -> Target | None:
        """The function or the class that a qualified name means."""
        ...

    def variable(self, home: Names, name: str, /) -> Fact: ...

    def file(self, uri: str, /) -> File | None:
        """The file that an origin is in."""
        ...

    def imported(self, home: Names, /) -> Iterable[Names]:
        """The other files of which a file may use something."""
        ...

    def nullable(self, home: Names, /) -> frozenset[bytes]:
        """The words under which something of the imported files may be null, of those that the file has."""
        ...


class Names(Attributes):
    """The part of a home that knows names; see `Home` for what its methods answer."""

    def __init__(
        self, file: File, knowledge: Knowledge, language: Language, others: Others | None = None, uri: str = ""
    ) -> None:
        super().__init__()
        self.file, self.knowledge, self.language, self.others, self.uri = file, knowledge, language, others, uri
        self.builtins = language.builtins
        self.follows_arguments = False
        self.forgiven: set[At] = set()
        self.assumed: Mapping[At, Fact] = {}
        self.denied: set[At] = set()
        self.asked: set[str] = set()
        """The URIs of files that it has asked something of."""
        self.shared = frozenset(
            name for name, stores in file.variables.items() if any(each.function for each in stores)
        )
        self._globals = dict[str, Fact]()
        self._overridden = dict[Function, bool]()
        self._set_by = dict[Function, frozenset[str]]()
        self._types = dict[Type, Type]()

    @abstractmethod
    def null_has(self, type_: Type | None, name: str, /, *, is_called: bool) -> bool:
        """See `Home`."""

    @abstractmethod
    def needs(self, function: Function, name: str, /) -> bool:
        """See `Home`."""

    @abstractmethod
    def first_facts(self, function: Function, /) -> Mapping[str, Fact]:
        """What is known of its parameters where a function begins."""

    @abstractmethod
    def summary(self, function: Function, /) -> Summary:
        """What callers need to know of the function."""

    @abstractmethod
    def given(self, function: Function, parameter: Parameter, /) -> Fact:
        """What a parameter may be."""

    @abstractmethod
    def ends_with_null(self, at: At, /) -> Fact | None:
        """What a function without a name that stands there gives, if that may be null."""

    def never_returns(self, method: str, /) -> bool:
        """See `Home`."""
        found = self._methods.get(method, ())
        ending = {word.encode() for word in self.knowledge.functions["ending_words"]} if found else set[bytes]()
        if not found or any(function.words.isdisjoint(ending) for _, function in found):
            return False
        return all((known := home.summary(function)).is_known and not known.outcomes for home, function in found)

    @cached_property
    def _methods(self) -> Mapping[str, Sequence[tuple[Names, Function]]]:
        """Those of this file and of the ones that it imports, by name."""
        found = defaultdict[str, list[tuple[Names, Function]]](list)
        for home in (self, *(self.others.imported(self) if self.others is not None else ())):
            for class_ in home.file.classes.values():
                for name, function in class_.methods.items():
                    found[name].append((home, function))
        return found

    def declared(self, function: Function, key: str, /) -> Fact:
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
                return self._captured(function, around, key)
            around = around.around
        if key in self.file.variables and function is not self.file.main:
            stores = self.file.variables[key]
            is_unset = any(store.is_null for store in stores) or any(each.annotation is not None for each in stores[:1])
            if is_unset and not self.file.may_be_unset(function, key):
                return NOTHING
            return self.variable(key, stores)
        return self.global_(key)

    def _captured(self, function: Function, around: Function, key: str) -> Fact:
        """A parameter of the function around, which may be null if nothing but inner functions ever uses it."""
        if key in around.types:
            return self.declared_fact(self.qualified_type(around.types[key]), key, around.at)
        parameter = next((each for each in around.parameters if each.name == key), None)
        if parameter is not None and around.tells_types:
            return self.given(around, parameter)._replace(parameter="")
        within = {each.name for each in around.within}
        if parameter is None:
            return Fact(Nullness.THERE, called=f"{around.name}>{key}") if key in within else NOTHING
        if parameter.annotation is None or key in around.locals or key in around.reads:
            return NOTHING
        return self.given(around, parameter)._replace(parameter="")

    def declared_fact(self, type_: Type | None, name: str, at: At) -> Fact:
        """A variable of a declared type."""
        if type_ is None or not type_.nullable:
            return Fact(type=type_)
        why = f"`{name}` is declared so that it may be {self.knowledge.null_name(type_.nullable)}"
        origin = Origin(OriginKind.ANNOTATION, at, why)
        return Fact(Nullness.MAYBE, origin, type_._replace(nullable=0), nulls=type_.nullable)

    def global_(self, name: str, /) -> Fact:
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
            if name in self.builtins:
                return Fact(Nullness.THERE, called=name)
            return self.others.variable(self, name) if self.others is not None else NOTHING  # of the same package
        if root in file.classes:
            class_ = file.classes[root]
            if rest in class_.methods or self.static(class_, rest) is not None:
                return Fact(Nullness.THERE, called=name)
            if any(isinstance(each.value(), il.Call) and each.annotation for each in class_.stores.get(rest, ())):
                return NOTHING  # a descriptor: the class has another value than its objects
            stores = [each for each in class_.stores.get(rest, ()) if each.function is None]
            return self.attribute(class_, rest) if stores or not class_.stores.get(rest) else NOTHING
        if self.others is not None and (known := self.others.variable(self, name)) != NOTHING:
            return known
        return Fact(called=name)

    def member(self, type_: Type, name: str, at: At, /) -> Fact:
        if type_.name == "|":
            facts = [self.member(each, name, at) for each in type_.arguments]
            is_known = all(self.class_target(each.name) is not None for each in type_.arguments)
            return next((fact for fact in facts if fact.may_be_null), NOTHING) if is_known else NOTHING
        full = f"{type_.name}.{name}"
        rule = self.knowledge.attributes.get(full) or self.knowledge.attributes.get(f"{type_.name}.*")
        if rule is not None and rule.is_typed_only and not self.file.is_typed:
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
        if target is not None and target.class_ is not None and isinstance(target.home, Names):
            fact = target.home.attribute(target.class_, name)
            if target.home is not self and fact.origin is not None and not fact.origin.file:
                return fact._replace(origin=fact.origin._replace(file=target.home.uri))
            return fact
        return Fact(Nullness.THERE, called=full) if full in self.knowledge.calls else NOTHING

    def class_target(self, name: str, /) -> Target | None:
        target = self.target(name)
        return target if target is not None and target.class_ is not None else None

    def target(self, name: str, /) -> Target | None:
        file = self.file
        if self.uri and name.startswith(self.uri):
            name = name.removeprefix(f"{self.uri}#")
        if name in file.named:
            return Target(self, file.named[name])
        if name in file.classes:
            return Target(self, class_=file.classes[name])
        if name in file.closures:
            return Target(self, file.closures[name])
        root, dot, rest = name.partition(".")
        if dot and root in file.classes and "#" not in name:
            function = self.static(file.classes[root], rest) or file.classes[root].methods.get(rest)
            return Target(self, function) if function is not None and function.is_of_class else None
        if ">" in name:
            outer, _, inner = name.partition(">")
            for each in file.functions:
                if each.name == inner and each.around is not None and each.around.name == outer:
                    return Target(self, each)
        return self.others.target(self, name) if self.others is not None else None

    def static(self, class_: Class, name: str, steps: int = 8) -> Function | None:
        """A method of the class itself, or of one above it."""
        if (found := class_.statics.get(name)) is not None:
            return found
        bases = [self.class_target(base) for base in class_.bases] if steps else []
        found = (
            self.static(each.class_, name, steps - 1) for each in bases if each is not None and each.class_ is not None
        )
        return next((each for each in found if each is not None), None)

    def is_below(self, name: str, base: str, steps: int = 8, /) -> bool:
        if name == base:
            return True
        target = self.class_target(name) if steps else None
        bases = target.class_.bases if target is not None and target.class_ is not None else ()
        return any(self.is_below(each, base, steps - 1) for each in bases)

    def excludes_null(self, type_: Type, /) -> bool:
        exclusive = self.knowledge.functions["exclusive_types"]
        if not exclusive or type_.nullable or not self.file.is_typed:
            return False
        return type_.name in exclusive or self.class_target(type_.name) is not None

    def method(self, type_: Type, name: str, /) -> Target | None:
        target = self.class_target(type_.name)
        for _ in range(_MOST_BASES):
            if target is None or target.class_ is None or not isinstance(target.home, Names):
                return None
            if (function := target.class_.methods.get(name)) is not None:
                return Target(target.home, function) if not function.is_property else None
            bases = [target.home.class_target(base) for base in target.class_.bases]
            target = next((base for base in bases if base is not None), None)
        return None

    def is_overridden(self, function: Function, /) -> bool:
        found = self._overridden.get(function)
        if found is None:
            found = self._overridden[function] = self._has_another_below(function)
        return found

    def _has_another_below(self, function: Function) -> bool:
        owner = function.owner
        return owner is not None and any(
            each is not owner and function.name in each.methods and self._is_below(each, owner.name)
            for each in self.file.classes.values()
        )

    def _is_below(self, class_: Class, name: str, steps: int = _MOST_BASES) -> bool:
        bases = [self.file.classes[base] for base in class_.bases if base in self.file.classes]
        return name in class_.bases or (steps > 0 and any(self._is_below(base, name, steps - 1) for base in bases))

    def attributes_set_by(self, class_: Class, function: Function, /) -> frozenset[str] | None:
        known = self._set_by.get(function)
        if known is not None:
            return known
        found, waiting, seen = set[str](), [function], set[Function]()
        while waiting:
            each = waiting.pop()
            seen.add(each)
            within = {each, *each.within}
            found |= {name for name, stores in class_.stores.items() if any(s.function in within for s in stores)}
            waiting += (
                method for name, method in class_.methods.items() if method not in seen and name.encode() in each.words
            )
        self._set_by[function] = frozenset(found)
        return self._set_by[function]

    def typed_field(self, type_: Type, key: str, /, *, is_asked: bool) -> Type | None:
        target = self.class_target(type_.name)
        if target is None or target.class_ is None or not isinstance(target.home, Names):
            return None
        class_, name = target.class_, key[1:-1]
        kinds = self.knowledge.classes["typed_dicts"]
        for _ in range(_MOST_BASES):
            if name in class_.stores:
                found = target.home.qualified_type(class_.stores[name][0].annotation)
                if found is None or not target.home.is_typed_dict(class_):
                    return None
                if found.name == "NotRequired":
                    return found.arguments[0]._replace(nullable=found.arguments[0].nullable or is_asked)
                return found
            bases = [target.home.class_target(base) for base in class_.bases if base not in kinds]
            known = next((base for base in bases if base is not None and base.class_ is not None), None)
            if known is None or known.class_ is None:
                return None
            class_ = known.class_
        return None

    def is_typed_dict(self, class_: Class, steps: int = _MOST_BASES) -> bool:
        if not self.knowledge.classes["typed_dicts"].isdisjoint(class_.bases):
            return True
        bases = [self.class_target(base) for base in class_.bases] if steps else []
        return any(
            base is not None and base.class_ is not None and self.is_typed_dict(base.class_, steps - 1)
            for base in bases
        )

    def instance_type(self, function: Function, classes: il.Expression, /) -> Type | None:
        if isinstance(classes, il.Display):
            types = [self.instance_type(function, each) for each in classes.items]
            known = tuple(each for each in types if each is not None)
            return Type("|", known) if known and len(known) == len(types) else None
        if isinstance(classes, il.Name):
            called = self.declared(function, classes.key).called or classes.key
            return self.qualified_type(Type(self.knowledge.annotations.get(called, called)))
        if isinstance(classes, il.Attribute) and classes.key:
            called = self.declared(function, classes.key).called
            return self.qualified_type(Type(called)) if called else None
        return None

    def own_type(self, class_: Class, /) -> Type:
        return Type(f"{self.uri}#{class_.name}" if self.uri else class_.name)

    def qualified_type(self, type_: Type | None, /) -> Type | None:
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

    def refined_result(self, name: str, argument: str, /) -> Type | None:
        return self.language.refined_result(name, argument)
