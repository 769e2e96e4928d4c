"""What may be known of a value at one point of a program, and how two such points are joined.

The lattice of nullness: its join, where two paths meet, and its refinement by the outcome of a test for null.

| a \\ b    | UNKNOWN | NON_NULL | MAYBE | NULL  |   | after a test | non-null | is null |
|----------|---------|----------|-------|-------|---|--------------|----------|---------|
| UNKNOWN  | UNKNOWN | UNKNOWN  | MAYBE | MAYBE |   | UNKNOWN      | NON_NULL | NULL    |
| NON_NULL | UNKNOWN | NON_NULL | MAYBE | MAYBE |   | NON_NULL     | NON_NULL | –       |
| MAYBE    | MAYBE   | MAYBE    | MAYBE | MAYBE |   | MAYBE        | NON_NULL | NULL    |
| NULL     | MAYBE   | MAYBE    | MAYBE | NULL  |   | NULL         | –        | NULL    |

"–" is a path that nothing takes. UNKNOWN is no claim: a use of it is never a finding.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple, TypeAlias

from breadknife.plugins.nullcheck.core.il import ANY_NULL, ByteRange, Expression, Type

_MOST_PROVED = 8
"""How many of the assumptions that a true value proves are kept."""


class Nullness(IntEnum):
    UNKNOWN = 0
    NON_NULL = 1
    MAYBE = 2
    NULL = 3


JOIN = (
    (Nullness.UNKNOWN, Nullness.UNKNOWN, Nullness.MAYBE, Nullness.MAYBE),
    (Nullness.UNKNOWN, Nullness.NON_NULL, Nullness.MAYBE, Nullness.MAYBE),
    (Nullness.MAYBE, Nullness.MAYBE, Nullness.MAYBE, Nullness.MAYBE),
    (Nullness.MAYBE, Nullness.MAYBE, Nullness.MAYBE, Nullness.NULL),
)
"""The table above: `JOIN[a][b]`."""


class OriginKind(StrEnum):
    """What a null comes from."""

    CALL = "call"
    """A function of the project returns it."""
    LOOKUP = "lookup"
    """Nothing was found: a missing key, no match, an unset variable."""
    OUTSIDE = "outside"
    """A file, a text, a program or a peer lacks it, or the time has run out."""
    EXIT = "exit"
    """A loop or a branch was left before the variable got its value."""
    INITIAL = "initial"
    """The variable was declared with it, and some path to here may set it."""
    ANNOTATION = "annotation"
    """A declaration allows it, and says no more."""
    DEFAULT = "default"
    """A parameter that a call may leave out."""
    COMPARISON = "comparison"
    """Only a comparison with null says that it may be one."""
    CHAIN = "chain"
    """A `?.` at whose object nobody else says anything of null: the author took it to be one."""
    LATER = "later"
    """It is compared with null after the use: one of the two is wrong."""


GIVEN = frozenset({OriginKind.CALL, OriginKind.LOOKUP, OriginKind.OUTSIDE})
"""The kinds of null that a call gives."""


class NullOrigin(NamedTuple):
    """Where a null comes from, and why."""

    kind: OriginKind
    at: ByteRange
    why: str
    """A clause: "`re.match` returns None when nothing matches"."""
    file: str = ""
    """The URI of the file that `at` is in; "" for the file that is analysed."""
    here: ByteRange | None = None
    """Where the analysed file calls the function, if a function returns the null."""


Assumption: TypeAlias = tuple[str, bool]
"""The key of a test, and its outcome. A bare key is the test whether its value is true; `x is None` is that for
null."""
NO_ASSUMPTIONS: frozenset[Assumption] = frozenset()


class Fact(NamedTuple):
    """What is known of one value. The empty fact is no knowledge."""

    nullness: Nullness = Nullness.UNKNOWN
    origin: NullOrigin | None = None
    """Where the null comes from; None for UNKNOWN and NON_NULL."""
    type: Type | None = None
    unless: frozenset[Assumption] = NO_ASSUMPTIONS
    """Assumptions each of which means that the value is there after all: the null came by a path that excludes it."""
    test: Expression | None = None
    """The value is the outcome of this test."""
    truth: bool | None = None
    """True if the value counts as true, where that is known."""
    via: ByteRange | None = None
    """The assignment that gave the value its name."""
    checked: ByteRange | None = None
    """A test of the value for null, whose outcome doesn't hold any more here."""
    items: tuple[tuple[Fact, ...], ...] = ()
    """The tuples that the value may be, as facts of their items; empty where nobody knows."""
    parameter: str = ""
    """The parameter whose value it is, as the function got it; "" for other values."""
    called: str = ""
    """The qualified name of the function that the value is."""
    nulls: int = ANY_NULL
    """Which nulls a value that is MAYBE or NULL may be, as bits."""
    proves: tuple[tuple[str, bool], ...] = ()
    """Assumptions that hold where the value is true."""
    subject: bytes = b""
    """What beliefs about the value are about, if the variable got it from an attribute or a call; see `belief`."""
    used: tuple[ByteRange, str] | None = None
    """A use on every path to here, without a test before it: where, and of which kind (`Use`)."""

    @property
    def may_be_null(self) -> bool:
        return self.nullness >= Nullness.MAYBE

    @property
    def is_related(self) -> bool:
        """Tell whether the fact says something of other values, too."""
        return bool(self.unless or self.test is not None or self.proves)


UNKNOWN_FACT = Fact()
NON_NULL_FACT = Fact(Nullness.NON_NULL)


def non_null(fact: Fact, checked: ByteRange | None = None) -> Fact:
    """Return the fact after a test, or a use, that only a non-null value passes. `checked` is the range of the test."""
    if fact.nullness == Nullness.NON_NULL:
        return fact
    return fact._replace(
        nullness=Nullness.NON_NULL, origin=None, unless=NO_ASSUMPTIONS, checked=checked or fact.checked
    )


def is_initial(fact: Fact) -> bool:
    """Tell whether the null is the one that a variable is declared with."""
    return fact.origin is not None and fact.origin.kind is OriginKind.INITIAL


def located(fact: Fact, uri: str) -> Fact:
    """Return a fact of the file with this URI, as other files see it: its origin names the file."""
    if fact.origin is None or fact.origin.file:
        return fact
    return fact._replace(origin=fact.origin._replace(file=uri))


def havoc(fact: Fact) -> Fact:
    """Return what is left of the fact when something that isn't followed may have replaced the value."""
    return Fact(type=fact.type)


def join_facts(
    left: Fact,
    right: Fact,
    against: tuple[frozenset[Assumption], frozenset[Assumption]] = (NO_ASSUMPTIONS, NO_ASSUMPTIONS),
    key: str = "",
) -> Fact:
    """Return what is known of a value where two paths meet, of which one knows `left`, and the other one `right`.

    `against` are the assumptions that exclude the path of `left`, and those that exclude the path of `right`. `key` is
    that of the value: assumptions about itself say nothing."""
    nullness = JOIN[left.nullness][right.nullness]
    type_ = left.type if left.type == right.type else _joined_type(left, right)
    if nullness < Nullness.MAYBE:
        return Fact(
            nullness,
            type=type_,
            test=left.test if left.test == right.test else None,
            truth=left.truth if left.truth == right.truth else None,
            checked=left.checked or right.checked,
            proves=_proved(left, right, against, key),
            items=left.items if left.items == right.items else (),
            parameter=left.parameter if left.parameter == right.parameter else "",
            called=left.called if left.called == right.called else "",
            subject=left.subject if left.subject == right.subject else b"",
            used=left.used if left.used == right.used else None,
        )
    # The side that the origin is taken from. If both may be null, another null than a variable's first one says more.
    null, value = (left, right) if left.may_be_null else (right, left)
    if value.may_be_null and is_initial(null):
        null, value = value, null
    origin = null.origin
    excluding = [(fact.unless | path) for fact, path in zip((left, right), against, strict=True) if fact.may_be_null]
    unless = frozenset(  # if both may be null, what excludes both
        assumption for assumption in excluding[0] & excluding[-1] if assumption[0] not in (key, f"{key} is None")
    )
    parameter = left.parameter if left.parameter == right.parameter else ""
    if origin is not None and origin.kind is OriginKind.COMPARISON and not value.may_be_null:
        parameter = null.parameter  # it is null only for a caller that gives one
    return Fact(
        nullness,
        origin,
        type_,
        unless,
        via=null.via,
        checked=left.checked or right.checked,
        parameter=parameter,
        proves=_proved(left, right, against, key),
        subject=null.subject or value.subject,
        nulls=left.nulls | right.nulls if left.may_be_null and right.may_be_null else null.nulls,
    )


def _proved(
    left: Fact, right: Fact, against: tuple[frozenset[Assumption], frozenset[Assumption]], key: str
) -> tuple[Assumption, ...]:
    """Return what holds if the joined value is true. If it is surely false on one path, that it came by the other."""
    is_left_false = left.truth is False or left.nullness == Nullness.NULL
    if is_left_false and right.truth is False:
        return ()
    if is_left_false or right.truth is False or right.nullness == Nullness.NULL:
        remaining, excluding = (right, against[1]) if is_left_false else (left, against[0])
        proved = (*remaining.proves, *((test, not outcome) for test, outcome in sorted(excluding)))
        return tuple(assumption for assumption in proved if assumption[0] not in (key, f"{key} is None"))[:_MOST_PROVED]
    if not left.proves:
        return ()
    return tuple(assumption for assumption in left.proves if assumption in right.proves)


def _joined_type(left: Fact, right: Fact) -> Type | None:
    """Return the type of two values that have different ones; None if nothing can be said. Null has every type, and a
    container whose type says nothing of its elements may hold those of the other one."""
    if left.type is not None and right.type is not None and left.type.name == right.type.name:
        return left.type if not right.type.arguments else right.type if not left.type.arguments else None
    if left.nullness == Nullness.NULL:
        return right.type
    return left.type if right.nullness == Nullness.NULL else None
