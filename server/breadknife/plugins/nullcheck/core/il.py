"""The intermediate language that each grammar is lowered to: expressions, statements, functions, classes, files.

It keeps what matters to null and nothing else: which value is read, stored, tested, called and needed. Each expression
has a `key`: a canonical text under which facts about its value are kept, or "" for a value that nobody can name twice.
`x`, `x.a`, `d["k"]` and `d.get("k")` have one. A variable of a comprehension is `x@12`: it isn't the `x` around it.

Expressions and statements are tuples because an analysis makes thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias


class At(NamedTuple):
    """A range of the file, in bytes."""

    start: int
    end: int


ANY_NULL = 3
"""The nulls of a language as bits: JavaScript has 1 for `null` and 2 for `undefined`. A language with one null need not
tell them apart."""


class Type(NamedTuple):
    """What a declaration says of a value."""

    name: str
    """The qualified name of its class; "|" for one of several classes, which are the arguments."""
    arguments: tuple[Type, ...] = ()
    nullable: int = 0
    """The nulls that it allows, as bits."""
    is_value: bool = False
    """Null is none of its values: a number, a struct that isn't behind a pointer."""


# Expressions


class Null(NamedTuple):
    """The null of the language, written there or what a variable has that isn't given a value."""

    at: At
    key: str = "None"
    forks: bool = False
    nulls: int = ANY_NULL
    """Which one it is; in a test, which ones are meant."""
    why: str = ""
    """A clause; "" where it is written there."""
    kind: str = "exit"
    """An `OriginKind`."""


class Absent(NamedTuple):
    """What an optional chain gives where its owner is null: nothing is known of it if nothing was of the owner."""

    at: At
    owner: Expression
    key: str = ""
    forks: bool = False


class Constant(NamedTuple):
    """A literal that isn't null."""

    at: At
    key: str
    """The literal in one spelling."""
    type: str
    truth: bool
    forks: bool = False


class Name(NamedTuple):
    """A variable, a function, a class, a module."""

    at: At
    key: str
    forks: bool = False


class Attribute(NamedTuple):
    """`owner.name`. The owner must be there."""

    at: At
    owner: Expression
    name: str
    key: str
    forks: bool


class Element(NamedTuple):
    """`owner[index]`. The owner must be there. A slice has no index and is again such a container."""

    at: At
    owner: Expression
    index: Expression | None
    key: str
    forks: bool


class Argument(NamedTuple):
    """`name` is "" for an argument that is given by its place, "*" for several at once."""

    name: str
    value: Expression


class Call(NamedTuple):
    """A call; the callee must be there."""

    at: At
    callee: Expression
    arguments: tuple[Argument, ...]
    key: str
    forks: bool
    is_awaited: bool = False


class Operation(NamedTuple):
    """An operator with its operands; the knowledge says which of them must be there. `iterate` and `with` are such
    operators, too."""

    at: At
    operator: str
    operands: tuple[Expression, ...]
    forks: bool
    key: str = ""


class Test(NamedTuple):
    """A comparison: `is` (identity), `==`, `in`, or `instance` (of the class on the right)."""

    at: At
    operator: str
    left: Expression
    right: Expression
    negated: bool
    key: str
    """Without the negation."""
    forks: bool


class Not(NamedTuple):
    at: At
    operand: Expression
    forks: bool
    key: str = ""


class Both(NamedTuple):
    """`left and right`, or `left or right`: the right side may not be evaluated."""

    at: At
    is_and: bool
    left: Expression
    right: Expression
    key: str = ""
    forks: bool = True


class Choice(NamedTuple):
    """`then if test else otherwise`."""

    at: At
    test: Expression
    then: Expression
    otherwise: Expression
    key: str = ""
    forks: bool = True


class Bind(NamedTuple):
    """An assignment that has a value: `(name := value)`."""

    at: At
    target: Expression
    value: Expression
    key: str
    forks: bool = True


class Display(NamedTuple):
    """A tuple, a list, a set or a dictionary that is written out, or text with values in it. It is always there."""

    at: At
    type: str
    items: tuple[Expression, ...]
    forks: bool
    keys: tuple[str, ...] = ()
    key: str = ""


class Clause(NamedTuple):
    """`for target in iterable`, or `if test` without a target."""

    target: Expression | None
    value: Expression


class Comprehension(NamedTuple):
    """A loop that is an expression. Its variables are its own."""

    at: At
    type: str
    clauses: tuple[Clause, ...]
    results: tuple[Expression, ...]
    key: str = ""
    forks: bool = True


class Closure(NamedTuple):
    """A function without a name. It runs later, or never."""

    at: At
    parameters: tuple[str, ...]
    body: Expression
    key: str = ""
    forks: bool = False


class Cast(NamedTuple):
    """The value, which is of the type."""

    at: At
    value: Expression
    type: Type | None
    key: str
    forks: bool
    drops_null: bool = False
    """Null isn't let through."""


class Attempt(NamedTuple):
    """A value and whether there is one, as a tuple: `(value, true)`, or `(null, false)`. Null is only in it if the type
    of the value is known, and has it."""

    at: At
    value: Expression
    null: Null
    forks: bool
    key: str = ""


class Told(NamedTuple):
    """A value of which the author tells more than the code: `x!`, `x as T`, or `new Map<K, V>()`."""

    at: At
    value: Expression
    type: Type | None
    """None if all that is told is that the value is there."""
    key: str
    forks: bool


class Parts(NamedTuple):
    """Anything else: its parts are evaluated, and nothing is known of the result."""

    at: At
    parts: tuple[Expression, ...]
    forks: bool
    key: str = ""


Expression: TypeAlias = (
    Null | Absent | Told | Constant | Name | Attribute | Element | Call | Operation | Test | Not | Both | Choice | Bind
    | Display | Comprehension | Closure | Cast | Attempt | Parts
)  # fmt: skip


# Statements


class Assign(NamedTuple):
    """Targets are names, attributes, elements, and displays of those."""

    at: At
    target: Expression
    value: Expression
    annotation: Type | None = None
    is_trusted: bool = False
    """The author tells a checker to believe the annotation."""


class Evaluate(NamedTuple):
    value: Expression


class If(NamedTuple):
    test: Expression
    then: Block
    otherwise: Block


class Loop(NamedTuple):
    """While `test` holds, or for each element of `iterable`, which `target` gets; without both, for ever. `otherwise`
    runs without a break, `update` after each round."""

    at: At
    test: Expression | None
    target: Expression | None
    iterable: Expression | None
    body: Block
    otherwise: Block
    update: Block = ()
    """It runs before each round but the first."""
    label: str = ""
    is_tested_last: bool = False
    """The body runs once before the first test."""


class Case(NamedTuple):
    """`test` is None for the default, which is taken after all others have failed."""

    test: Expression | None
    body: Block


class Switch(NamedTuple):
    """The body of a case goes on into that of the next one; a jump leaves it."""

    cases: tuple[Case, ...]
    label: str = ""
    is_block: bool = False
    """It is a block with a label: only a jump to the label leaves it."""


class Handler(NamedTuple):
    """`catches` are qualified names; none of them stands for everything."""

    at: At
    types: tuple[Expression, ...]
    catches: tuple[str, ...]
    name: str
    body: Block
    is_quiet: bool
    """Its body does nothing but give a constant: whoever wrote it meant to forgive."""


class Try(NamedTuple):
    body: Block
    handlers: tuple[Handler, ...]
    otherwise: Block
    finally_: Block


class Return(NamedTuple):
    at: At
    value: Expression | None


class Raise(NamedTuple):
    at: At
    values: tuple[Expression, ...]


class Jump(NamedTuple):
    """Leaves the loop, or goes on with its next round: of the innermost loop, or of what has the label."""

    is_break: bool
    label: str = ""
    """Of what is meant; "" for the innermost one."""


class Delete(NamedTuple):
    targets: tuple[Expression, ...]


class Define(NamedTuple):
    """A function or a class gets its name; `values` are evaluated now: defaults, bases, decorators."""

    name: str
    values: tuple[Expression, ...]
    body: Block = ()
    """Of a class."""


Statement: TypeAlias = Assign | Evaluate | If | Loop | Switch | Try | Return | Raise | Jump | Delete | Define
Block: TypeAlias = tuple[Statement, ...]


# Declarations

_SPACES = bytes(c if chr(c).isalnum() or c == ord("_") or c > 127 else ord(" ") for c in range(256))
"""All bytes, those that no word has as spaces."""


class Parameter(NamedTuple):
    at: At
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

    at: At
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
    """Its variables that functions within it assign."""
    keeps: Callable[[str], bool] = lambda _: False
    """Whether a variable or parameter of its keeps its first value."""
    tells_types: bool = False
    """Inner functions may rely on what its parameters and variables are declared to be."""
    types: dict[str, Type] = field(default_factory=dict[str, Type])
    """What variables are declared to be; filled when it is lowered."""
    reads: set[str] = field(default_factory=set[str])
    """Names that it reads itself; filled when it is lowered."""
    is_expression: bool = False
    """Its body is one expression, which it returns."""
    narrows: str = ""
    """The parameter that is of the type `narrows_to` where a call is true; `asserts`: where a call comes back."""
    narrows_to: Type | None = None
    asserts: bool = False
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

    @cached_property
    def parameter_names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.parameters)

    @cached_property
    def words(self) -> frozenset[bytes]:
        """All names and keywords in its text: they show without lowering what it can't have to do with."""
        return frozenset(self.source.translate(_SPACES).split())


class Store(NamedTuple):
    """A value that an attribute or a variable gets."""

    at: At
    function: Function | None
    """The function that stores it; None for the body of the class or of the module."""
    value: Callable[[], Expression | None]
    """None where it isn't written: a variable of a loop, an imported name."""
    annotation: Type | None = None
    is_null: bool = False
    """The null itself is written there."""
    has_value: bool = True
    """It isn't only declared."""
    is_parameter: str = ""
    """The name alone that is written there."""
    passes_on: bool = False
    """What is written there may give a null that it is given: a name, a call, a choice."""


@dataclass(eq=False, repr=False)
class Class:
    at: At
    name: str
    bases: tuple[str, ...]
    """Their qualified names."""
    decorators: tuple[str, ...] = ()
    stores: dict[str, list[Store]] = field(default_factory=dict[str, list[Store]])
    methods: dict[str, Function] = field(default_factory=dict[str, Function])
    statics: dict[str, Function] = field(default_factory=dict[str, Function])
    """Methods of the class itself, where it may have others of these names for its objects."""
    is_dynamic: bool = False
    """It sets attributes whose names it computes."""
    is_interface: bool = False
    """It only says which methods its objects have."""


@dataclass(eq=False, repr=False)
class File:
    """One file, lowered as far as it was asked for."""

    main: Function
    """The statements of the file itself."""
    imports: Mapping[str, str]
    """Local name -> qualified name."""
    functions: Sequence[Function]
    """All of them, also those in classes and in functions."""
    named: Mapping[str, Function]
    """Those of the module, if only one has the name."""
    classes: Mapping[str, Class]
    variables: Mapping[str, list[Store]]
    stored_elsewhere: Mapping[str, list[Store]]
    """Attribute -> values that objects get from functions that aren't their methods."""
    is_ignored: Callable[[At], bool]
    """Whether a comment there tells a checker to be silent."""
    asked: frozenset[str] = frozenset()
    """The last names of objects that the file asks whether there is a value."""
    is_typed: bool = True
    """Declarations say what may be null: less is guessed where they don't."""
    aliases: Mapping[str, Type] = field(default_factory=dict[str, Type])
    """Names of types that stand for other types."""
