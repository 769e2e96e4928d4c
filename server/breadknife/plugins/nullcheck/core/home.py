"""What the analysis of a function asks of what is around it: its file, and the files that this imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from breadknife.plugins.nullcheck.core.declarations import Class, File, Function
from breadknife.plugins.nullcheck.core.il import At, Expression, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.nullness import Fact
from breadknife.plugins.nullcheck.core.summary import Summary


class Target(NamedTuple):
    """What a qualified name means: a function or a class, and the home that it is at."""

    home: Home
    function: Function | None = None
    class_: Class | None = None


class Home(Protocol):
    """A file as the analysis sees it. All answers are facts; nothing found is the empty one."""

    @property
    def file(self) -> File: ...

    @property
    def knowledge(self) -> Knowledge: ...

    def null_has(self, type_: Type | None, name: str, /, *, is_called: bool) -> bool:
        """Whether a null of the type has the attribute, or a method of the name that does no harm then."""
        ...

    @property
    def builtins(self) -> frozenset[str]:
        """Names that need no declaration."""
        ...

    @property
    def uri(self) -> str:
        """Of the file, if it isn't the one that is checked."""
        ...

    @property
    def assumed(self) -> Mapping[At, Fact]:
        """Expressions that may be null for what another checker says, where nothing here tells of it."""
        ...

    @property
    def denied(self) -> set[At]:
        """The assumed ones that are there on some path, as the file itself has checked."""
        ...

    @property
    def forgiven(self) -> set[At]:
        """Functions without a name that run where a use of null is caught."""
        ...

    def declared(self, function: Function, key: str, /) -> Fact:
        """What a key is in a function where its flow says nothing."""
        ...

    def global_(self, name: str, /) -> Fact:
        """What a qualified name means: a function, a class, a module, a variable of another file."""
        ...

    def member(self, type_: Type, name: str, at: At, /) -> Fact:
        """An attribute of an object of the type. `at` is where it is asked for."""
        ...

    def typed_field(self, type_: Type, key: str, /, *, is_asked: bool) -> Type | None:
        """What a dictionary with declared keys holds. `is_asked`: by `get`, where a missing key gives null."""
        ...

    def instance_type(self, function: Function, classes: Expression, /) -> Type | None:
        """The type of an object of these classes."""
        ...

    def target(self, name: str, /) -> Target | None:
        """The function or class with a qualified name, if its text is known."""
        ...

    def method(self, type_: Type, name: str, /) -> Target | None:
        """The function that a call of an object's method runs, if only one can be meant."""
        ...

    def is_below(self, name: str, base: str, /) -> bool:
        """Whether objects of one class are objects of another one, as far as that is known."""
        ...

    def excludes_null(self, type_: Type, /) -> bool:
        """Whether a declaration of this type surely refuses null, and a checker says so."""
        ...

    def ends_with_null(self, at: At, /) -> Fact | None:
        """What a function without a name that stands there gives, if that may be null."""
        ...

    def is_overridden(self, function: Function, /) -> bool:
        """Whether a class below has another method of the name."""
        ...

    def summary(self, function: Function, /) -> Summary: ...

    def never_returns(self, method: str, /) -> bool:
        """Whether no method of the name comes back, in this file and in those that it imports, and there is one."""
        ...

    def needs(self, function: Function, name: str, /) -> bool:
        """Whether the function uses what it gets as the parameter, without a check, if that is null."""
        ...

    @property
    def follows_arguments(self) -> bool:
        """Whether a null is found where it is given to a function that needs a value."""
        ...

    def attributes_set_by(self, class_: Class, function: Function, /) -> frozenset[str] | None:
        """The attributes that a method, and those that it calls, may set; None if that isn't known."""
        ...

    def own_type(self, class_: Class, /) -> Type:
        """The type of an object of a class of this file."""
        ...

    def qualified_type(self, type_: Type | None, /) -> Type | None:
        """A type that this file declares, in words that hold in every file."""
        ...

    def has_fields(self, type_: Type, /) -> bool:
        """Whether objects of the type have as attributes what their class is called with."""
        ...

    def refined_result(self, name: str, argument: str, /) -> Type | None:
        """The type that a call of the library gives for the key of its first argument, where that tells more."""
        ...

    @property
    def shared(self) -> frozenset[str]:
        """Names of variables that some function sets for others."""
        ...
