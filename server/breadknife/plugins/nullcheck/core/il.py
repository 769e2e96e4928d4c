"""The intermediate language that each grammar is lowered to: expressions and statements.

It keeps what matters to null and nothing else: which value is read, stored, tested, called and needed.

What each expression has:

- `at`, its range in the file.
- `key`, a canonical text under which facts about its value are kept, or "" for a value that nobody can name twice. `x`,
  `x.a`, `d["k"]` and `d.get("k")` have one. A variable of a comprehension is `x@12`: it isn't the `x` around it.
- `forks`, whether it, or a part of it, chooses between values (`a or b`): the graph then has nodes for it.

Expressions and statements are tuples because an analysis makes thousands of them.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

ByteRange: TypeAlias = tuple[int, int]
"""A range of the file: start and end, in bytes. A plain tuple, which the garbage collector needn't look at again."""


def covers(outer: ByteRange, inner: ByteRange) -> bool:
    """Tell whether the inner range lies within the outer one, which it may equal."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


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


def kind_name(kind: type) -> str:
    """Return the name of a kind of node as methods have it: `comma_ok` for `CommaOk`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


# Expressions


class Null(NamedTuple):
    """The null of the language: it is written there, or a variable has it because nothing gave it a value."""

    at: ByteRange
    key: str = "None"
    forks: bool = False
    nulls: int = ANY_NULL
    """Which one it is, as bits; in a test, which ones are meant."""
    why: str = ""
    """A clause that says why it is null; "" where the null is written there."""
    kind: str = "exit"
    """The value of the `OriginKind` of this null."""


class ChainNull(NamedTuple):
    """What an optional chain gives where its owner is null."""

    at: ByteRange
    owner: Expression
    key: str = ""
    forks: bool = False


class Constant(NamedTuple):
    """A literal that isn't null."""

    at: ByteRange
    key: str
    """The literal in one spelling."""
    type: str
    truth: bool
    forks: bool = False


class Name(NamedTuple):
    """A variable, a function, a class, a module."""

    at: ByteRange
    key: str
    forks: bool = False


class Member(NamedTuple):
    """`owner.name`. The owner must not be null."""

    at: ByteRange
    owner: Expression
    name: str
    key: str
    forks: bool


class Subscript(NamedTuple):
    """`owner[index]`. The owner must not be null. A slice has no index and is again such a container."""

    at: ByteRange
    owner: Expression
    within: Expression | None
    """The index or the key."""
    key: str
    forks: bool


class Argument(NamedTuple):
    """`name` is "" for an argument that is given by its place, "*" for several at once."""

    name: str
    value: Expression


class Invocation(NamedTuple):
    """A call; the callee must not be null."""

    at: ByteRange
    callee: Expression
    arguments: tuple[Argument, ...]
    key: str
    forks: bool
    is_awaited: bool = False


class Operation(NamedTuple):
    """An operator with its operands; the knowledge says which operators need operands that aren't null. `iterate`
    (begin a loop), `next` (an element for its next round), `with`, `except` and `await` are such operators, too."""

    at: ByteRange
    operator: str
    operands: tuple[Expression, ...]
    forks: bool
    key: str = ""


class Comparison(NamedTuple):
    """A comparison: `is` (identity), `==`, `in`, `instance` (of the class on the right), `compare` (with null, which is
    no reason to suspect one, unless it comes too late), or `ask` (as `?.` does: it is often more careful than it need
    be)."""

    at: ByteRange
    operator: str
    left: Expression
    right: Expression
    negated: bool
    key: str
    """Without the negation."""
    forks: bool


class Not(NamedTuple):
    at: ByteRange
    operand: Expression
    forks: bool
    key: str = ""


class ShortCircuit(NamedTuple):
    """`left and right`, or `left or right`: the right side may not be evaluated."""

    at: ByteRange
    is_and: bool
    left: Expression
    right: Expression
    key: str = ""
    forks: bool = True


class Conditional(NamedTuple):
    """`then if test else otherwise`."""

    at: ByteRange
    test: Expression
    then: Expression
    otherwise: Expression
    key: str = ""
    forks: bool = True


class AssignmentExpression(NamedTuple):
    """An assignment that has a value: `(name := value)`."""

    at: ByteRange
    target: Expression
    value: Expression
    key: str
    forks: bool = True


class Display(NamedTuple):
    """A tuple, a list, a set or a dictionary that is written out, or text with values in it. It is never null."""

    at: ByteRange
    type: str
    items: tuple[Expression, ...]
    forks: bool
    key: str = ""


class Clause(NamedTuple):
    """`for target in iterable`, or `if test` without a target."""

    target: Expression | None
    value: Expression


class Comprehension(NamedTuple):
    """A loop that is an expression. Its variables are its own."""

    at: ByteRange
    type: str
    clauses: tuple[Clause, ...]
    results: tuple[Expression, ...]
    key: str = ""
    forks: bool = True


def closure_key(start: int) -> str:
    """Return the name of a function of another function, or of one without a name, that starts at a byte."""
    return f"=>{start}"


class Closure(NamedTuple):
    """A function without a name. It runs later, or never."""

    at: ByteRange
    key: str = ""
    forks: bool = False


class Cast(NamedTuple):
    """The value, which is of the type."""

    at: ByteRange
    value: Expression
    type: Type | None
    key: str
    forks: bool
    drops_null: bool = False
    """Null isn't let through."""


class CommaOk(NamedTuple):
    """A value and whether there is one, as a tuple: `(value, true)`, or `(null, false)`. Null is only in it if the type
    of the value is known, and has it."""

    at: ByteRange
    value: Expression
    null: Null
    forks: bool
    key: str = ""


class TypeAssertion(NamedTuple):
    """A value of which the author says more than the code shows: `x!`, `x as T`, or `new Map<K, V>()`."""

    at: ByteRange
    value: Expression
    type: Type | None
    """None if the author only says that the value is there."""
    key: str
    forks: bool


class Opaque(NamedTuple):
    """Anything else: its parts are evaluated, and nothing is known of the result."""

    at: ByteRange
    parts: tuple[Expression, ...]
    forks: bool
    key: str = ""


Expression: TypeAlias = (
    Null | ChainNull | TypeAssertion | Constant | Name | Member | Subscript | Invocation | Operation | Comparison | Not
    | ShortCircuit | Conditional | AssignmentExpression | Display | Comprehension | Closure | Cast | CommaOk | Opaque
)  # fmt: skip


# Statements


class Assign(NamedTuple):
    """Targets are names, attributes, elements, and displays of those."""

    at: ByteRange
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

    at: ByteRange
    test: Expression | None
    target: Expression | None
    iterable: Expression | None
    body: Block
    otherwise: Block
    update: Block = ()
    """Statements that run after each round, also after a `continue`."""
    label: str = ""
    is_true: bool = False
    """An iterable is true even if it has no elements."""


class SwitchCase(NamedTuple):
    """`test` is None for the default, which is taken after all others have failed."""

    test: Expression | None
    body: Block


class Switch(NamedTuple):
    """The body of a case goes on into that of the next one; a jump leaves it."""

    cases: tuple[SwitchCase, ...]


class Handler(NamedTuple):
    """`catches` are qualified names; none of them stands for everything."""

    at: ByteRange
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
    at: ByteRange
    value: Expression | None


class Raise(NamedTuple):
    at: ByteRange
    values: tuple[Expression, ...]


class Jump(NamedTuple):
    """Leaves the loop, or goes on with its next round: of the innermost loop, or of what has the label."""

    is_break: bool
    label: str = ""
    """The label of what it leaves or repeats; "" means the innermost loop."""


class Delete(NamedTuple):
    targets: tuple[Expression, ...]


class NamedDefinition(NamedTuple):
    """A function or a class gets its name; `values` are evaluated now: defaults, bases, decorators."""

    name: str
    values: tuple[Expression, ...]
    body: Block = ()
    """The statements of a class; a function's body isn't run here."""


Statement: TypeAlias = Assign | Evaluate | If | Loop | Switch | Try | Return | Raise | Jump | Delete | NamedDefinition
Block: TypeAlias = tuple[Statement, ...]
