"""What a file declares, in the intermediate language: functions, classes, variables. Bodies are lowered when they are
asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.il import Block, ByteRange, Expression, Type
from breadknife.text.document import Span

WORDS = bytes(c if chr(c).isalnum() or c == ord("_") or c > 127 else ord(" ") for c in range(256))
"""A table for `bytes.translate` that makes a space of each byte that isn't one of a word."""


class UnitTests(NamedTuple):
    """What one unit, a function with those in it, does with its values. Their subjects are as in `belief`."""

    compared: frozenset[bytes]
    """Subjects that it compares with null."""
    tested: frozenset[bytes]
    """Those, and the ones of which it only asks whether they are true."""
    used: frozenset[bytes]
    """Subjects of which it uses something."""
    given: frozenset[bytes]
    """Attributes to which it gives null, and parameters of functions: `f#0` is the first one, `f#x` has the name."""


class Parameter(NamedTuple):
    at: ByteRange
    name: str
    default: Expression | None
    annotation: Type | None
    kind: str = ""
    """How a call gives it: "" by place or by name, "name" by name only, "*" all others by place, "**" all others by
    name."""
    left_out: Expression | None = None
    """What it is where a call leaves it out and it has no default; None where each call must give it."""


class Predicate(NamedTuple):
    """What the declaration of a function says that holds of a parameter, or of its object, once it gives true."""

    name: str
    type: Type | None
    """What the value is; None if it is only true."""
    is_asserted: bool
    """It holds wherever the function comes back."""


@dataclass(eq=False, repr=False)
class Function:
    """A function, a method, or the statements of a file. Its body is lowered when it is first asked for.

    Two functions are never equal, so that they can be keys."""

    at: ByteRange
    name: str
    parameters: tuple[Parameter, ...]
    returns: Type | None
    """What it declares to return."""
    lower: Callable[[Function], Block]
    """Lowers its body."""
    source: bytes
    """Its text."""
    owner: Class | None = None
    """The class whose method it is."""
    around: Function | None = None
    """The innermost function that it is in."""
    receiver: str = ""
    """The name of the object that it, or the function around it, is a method of; "" without one."""
    receiver_class: Class | None = None
    is_async: bool = False
    is_generator: bool = False
    is_property: bool = False
    is_plain: bool = True
    """Nothing may change what a call returns, as a decorator could."""
    is_of_class: bool = False
    """A class method or a static one."""
    is_stub: bool = False
    """Others say what it does: it is abstract, or its body does nothing."""
    is_bound: bool = False
    """A call gives no value for its first parameter."""
    decorators: tuple[str, ...] = ()
    predicate: Predicate | None = None
    locals: set[str] = field(default_factory=set[str])
    """Names of its own that it assigns; filled when it is lowered."""
    shared: set[str] = field(default_factory=set[str])
    """Names that it assigns for the module or the function around it."""
    changed_within: set[str] = field(default_factory=set[str])
    """Those of its variables that functions within it assign."""
    types: dict[str, Type] = field(default_factory=dict[str, Type])
    """Variable -> its declared type; filled when it is lowered."""
    tests: UnitTests | None = None
    """Made when somebody asks for it; see `belief`."""
    within: list[Function] = field(default_factory=list["Function"])
    """The functions in it; filled when it is lowered."""

    @cached_property
    def body(self) -> Block:
        return self.lower(self)

    @property
    def shown(self) -> str:
        """Return how a message names it."""
        return f"`{self.name}`" if self.name else "this function"

    def takes(self, arguments: int) -> bool:
        """Tell whether a call may give it so many arguments, each by its place."""
        return len(self.parameters) == arguments or any(each.kind for each in self.parameters)

    @property
    def label(self) -> str:
        """Return its class, or nothing, a dot, and its name."""
        return f"{self.owner.name if self.owner is not None else ''}.{self.name}"

    @property
    def assigned(self) -> set[str]:
        """Return the names of its own that it assigns; it is lowered for that."""
        return self.locals if self.body else set()

    @cached_property
    def parameter_names(self) -> frozenset[str]:
        return frozenset(parameter.name for parameter in self.parameters)

    @cached_property
    def words(self) -> frozenset[bytes]:
        """Return all names and keywords in its text."""
        return frozenset(self.source.translate(WORDS).split())


def unit_of(function: Function, main: Function) -> Function:
    """Return the outermost function around a function; itself, if there is none."""
    while function.around is not None and function.around is not main:
        function = function.around
    return function


class StoredValue(NamedTuple):
    """A value that an attribute or a variable gets."""

    at: ByteRange
    function: Function | None
    """The function that stores it; None for the body of the class or of the module."""
    value: Callable[[], Expression | None]
    """Lowers the value; gives None where it isn't written: a variable of a loop, an imported name."""
    annotation: Type | None = None
    parameter: str = ""
    """The name that is written there, if nothing else is."""
    passes_on: bool = False
    """The value is an expression that may hand on a null: a name, a call, a choice."""


@dataclass(eq=False, repr=False)
class Class:
    at: ByteRange
    name: str
    bases: tuple[str, ...]
    """Their qualified names."""
    decorators: tuple[str, ...] = ()
    stores: dict[str, list[StoredValue]] = field(default_factory=dict[str, list[StoredValue]])
    """Attribute -> the values that it gets."""
    methods: dict[str, Function] = field(default_factory=dict[str, Function])
    overloaded: dict[str, list[Function]] = field(default_factory=dict[str, "list[Function]"])
    """Methods that share a name: which of them is meant isn't known."""
    statics: dict[str, Function] = field(default_factory=dict[str, Function])
    """Methods of the class itself, in languages where its objects may have others of the same names."""
    is_interface: bool = False
    """It only says which methods its objects have."""
    is_elsewhere: bool = False
    """Another file declares it; this one has methods of it."""


@dataclass(eq=False, repr=False)
class FileDeclarations:
    """One file, lowered as far as it was asked for."""

    main: Function
    """The statements of the file itself."""
    imports: Mapping[str, str]
    """Local name -> qualified name."""
    functions: Sequence[Function]
    """All of them, also those in classes and in functions."""
    named: Mapping[str, Function]
    """The functions of the module, where only one has the name."""
    classes: Mapping[str, Class]
    variables: Mapping[str, list[StoredValue]]
    """Variable of the module -> the values that it gets."""
    is_ignored: Callable[[ByteRange], bool]
    """Tells whether a comment there tells a checker to be silent."""
    span: Callable[[ByteRange], Span]
    """Gives a range of bytes as one of code points."""
    source: Callable[[ByteRange], str]
    """Gives the text of a range."""
    is_typed: bool = True
    """Declarations say what may be null: less is guessed where they don't."""
    aliases: Mapping[str, Type] = field(default_factory=dict[str, Type])
    """Names of types that stand for other types."""
    closures: Mapping[str, Function] = field(default_factory=dict[str, Function])
    """Key of a closure -> its function; filled while functions are lowered."""
    exports: Mapping[str, str] = field(default_factory=dict[str, str])
    """Exported name -> the name that it has within the file, or the qualified name of what another file has."""
