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

_SPACES = bytes(c if chr(c).isalnum() or c == ord("_") or c > 127 else ord(" ") for c in range(256))
"""All bytes, those that no word has as spaces."""


class Parameter(NamedTuple):
    at: ByteRange
    name: str
    default: Expression | None
    annotation: Type | None
    kind: str = ""
    """"" by place or name, "name" by name only, "*" the other ones by place, "**" the other ones by name."""
    left_out: Expression | None = None
    """What it is where a call leaves it out and it has no default; None where each call must give it."""


@dataclass(eq=False, repr=False)
class Function:
    """Its body is lowered when it is first asked for. Values of identity: two functions are never equal."""

    at: ByteRange
    name: str
    parameters: tuple[Parameter, ...]
    returns: Type | None
    """What it declares to return."""
    lower: Callable[[Function], Block]
    source: bytes
    owner: Class | None = None
    around: Function | None = None
    receiver: str = ""
    """The name of the object that it, or the function around it, is a method of."""
    receiver_class: Class | None = None
    is_async: bool = False
    is_generator: bool = False
    is_property: bool = False
    is_plain: bool = True
    """No decorator may change what a call returns."""
    is_of_class: bool = False
    """A class method or a static one."""
    is_stub: bool = False
    """It leaves to others what it does."""
    is_bound: bool = False
    """A call gives no value for its first parameter."""
    decorators: tuple[str, ...] = ()
    locals: set[str] = field(default_factory=set[str])
    """Names that it assigns; filled when it is lowered."""
    shared: set[str] = field(default_factory=set[str])
    """Names that it assigns for the module or the function around it."""
    changed_within: set[str] = field(default_factory=set[str])
    """Those of its variables that functions within it assign."""
    types: dict[str, Type] = field(default_factory=dict[str, Type])
    """What variables are declared to be; filled when it is lowered."""
    is_expression: bool = False
    """Its body is one expression, which it returns."""
    has_declared_null: bool = False
    """Its text declares that something may be null, in a spelling that is no word."""
    tells_null: bool = False
    """It gives null only beside a value that tells of it: an error."""
    may_ignore: bool = False
    """Its text has a call whose second value, which may tell of null, isn't tested at once."""
    is_open: bool = False
    """It may end without a `return` that has a value, as far as its last statement tells."""
    within: list[Function] = field(default_factory=list["Function"])

    @cached_property
    def body(self) -> Block:
        return self.lower(self)

    @property
    def shown(self) -> str:
        """Return how a message names it."""
        return f"`{self.name}`" if self.name else "this function"

    @property
    def assigned(self) -> set[str]:
        """Return the names that it assigns; it is lowered for that."""
        return self.locals if self.body else set()

    @cached_property
    def parameter_names(self) -> frozenset[str]:
        return frozenset(parameter.name for parameter in self.parameters)

    @cached_property
    def words(self) -> frozenset[bytes]:
        """Return all names and keywords in its text: they show without lowering what it can't have to do with."""
        return frozenset(self.source.translate(_SPACES).split())


class StoredValue(NamedTuple):
    """A value that an attribute or a variable gets."""

    at: ByteRange
    function: Function | None
    """The function that stores it; None for the body of the class or of the module."""
    value: Callable[[], Expression | None]
    """None where it isn't written: a variable of a loop, an imported name."""
    annotation: Type | None = None
    parameter: str = ""
    """The name that is written there, if nothing else is."""
    passes_on: bool = False
    """What is written there may give a null that it is given: a name, a call, a choice."""


@dataclass(eq=False, repr=False)
class Class:
    at: ByteRange
    name: str
    bases: tuple[str, ...]
    """Their qualified names."""
    decorators: tuple[str, ...] = ()
    stores: dict[str, list[StoredValue]] = field(default_factory=dict[str, list[StoredValue]])
    methods: dict[str, Function] = field(default_factory=dict[str, Function])
    statics: dict[str, Function] = field(default_factory=dict[str, Function])
    """Methods of the class itself, where it may have others of these names for its objects."""
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
    is_ignored: Callable[[ByteRange], bool]
    """Whether a comment there tells a checker to be silent."""
    span: Callable[[ByteRange], Span]
    """A place in code points."""
    source: Callable[[ByteRange], str]
    """What is written there."""
    is_typed: bool = True
    """Declarations say what may be null: less is guessed where they don't."""
    aliases: Mapping[str, Type] = field(default_factory=dict[str, Type])
    """Names of types that stand for other types."""
    closures: Mapping[str, Function] = field(default_factory=dict[str, Function])
    """Key of a closure -> its function; filled while functions are lowered."""
    exports: Mapping[str, str] = field(default_factory=dict[str, str])
    """Exported name -> the name that it has within the file, or the qualified name of what another file has."""
