"""What may be known of a value at one point of a program, and how two such points are joined.

The truth table of nullness. `join` is what holds where two paths meet; `there` and `null` are what a test leaves.

| a \\ b  | UNKNOWN | THERE   | MAYBE | NULL  |   | after a test | is there | is null |
|---------|---------|---------|-------|-------|---|--------------|----------|---------|
| UNKNOWN | UNKNOWN | UNKNOWN | MAYBE | MAYBE |   | UNKNOWN      | THERE    | NULL    |
| THERE   | UNKNOWN | THERE   | MAYBE | MAYBE |   | THERE        | THERE    | –       |
| MAYBE   | MAYBE   | MAYBE   | MAYBE | MAYBE |   | MAYBE        | THERE    | NULL    |
| NULL    | MAYBE   | MAYBE   | MAYBE | NULL  |   | NULL         | –        | NULL    |

"–" is a path that nothing takes. UNKNOWN is no claim: a use of it is never a finding.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from breadknife.plugins.nullcheck.core.il import ANY_NULL, At, Expression, Type


class Nullness(IntEnum):
    UNKNOWN = 0
    THERE = 1
    MAYBE = 2
    NULL = 3


JOIN = (
    (Nullness.UNKNOWN, Nullness.UNKNOWN, Nullness.MAYBE, Nullness.MAYBE),
    (Nullness.UNKNOWN, Nullness.THERE, Nullness.MAYBE, Nullness.MAYBE),
    (Nullness.MAYBE, Nullness.MAYBE, Nullness.MAYBE, Nullness.MAYBE),
    (Nullness.MAYBE, Nullness.MAYBE, Nullness.MAYBE, Nullness.NULL),
)


class OriginKind(StrEnum):
    """What a null comes from. Of those down to `EXIT` a run of the program can meet one at any time."""

    CALL = "call"
    """A function of the project returns it."""
    LOOKUP = "lookup"
    """Nothing was found: a missing key, no match, an unset variable."""
    IO = "io"
    """A file, a program or a peer has nothing."""
    PARSE = "parse"
    """The text is malformed, or lacks the part."""
    TIMEOUT = "timeout"
    """The time has run out, or it isn't the time yet."""
    EXIT = "exit"
    """A loop or a branch was left before the variable got its value."""
    EXCEPTION = "exception"
    """An exception came before the variable got its value."""
    INITIAL = "initial"
    """The variable was declared with it, and some path to here may set it."""
    ANNOTATION = "annotation"
    """A declaration allows it, and says no more."""
    DEFAULT = "default"
    """A parameter that a call may leave out."""
    LIFE_CYCLE = "life-cycle"
    """An attribute or a variable of the module is null until it is set, or after it is taken away."""
    COMPARISON = "comparison"
    """Only a comparison with null says that it may be one."""


CAN_HAPPEN = frozenset({
    OriginKind.CALL, OriginKind.LOOKUP, OriginKind.IO, OriginKind.PARSE, OriginKind.TIMEOUT, OriginKind.EXIT,
    OriginKind.EXCEPTION,
})  # fmt: skip


class Origin(NamedTuple):
    """Where a null comes from, and why."""

    kind: OriginKind
    at: At
    why: str
    """A clause: "`re.match` returns None when nothing matches"."""
    file: str = ""
    """The URI of the file that `at` is in, if it is another one."""


Assumption: TypeAlias = tuple[str, bool]
"""The key of a test, and its outcome."""


class Fact(NamedTuple):
    """What is known of one value. The empty fact is no knowledge."""

    nullness: Nullness = Nullness.UNKNOWN
    origin: Origin | None = None
    """Of MAYBE and NULL."""
    type: Type | None = None
    unless: frozenset[Assumption] = frozenset()
    """Assumptions: under each of them the value is there after all."""
    test: Expression | None = None
    """The value is the outcome of this test."""
    truth: bool | None = None
    """Of a constant."""
    via: At | None = None
    """The assignment that gave the value its name."""
    checked: At | None = None
    """A test of the value that doesn't hold any more here."""
    items: tuple[tuple[Fact, ...], ...] = ()
    """The tuples that the value may be."""
    container: str = ""
    """The key of the container that the value was taken out of."""
    view: str = ""
    """The key of a container that holds all that this value holds."""
    key_of: str = ""
    """The key of a container that has a value for this key."""
    parameter: str = ""
    """The parameter whose value it is."""
    called: str = ""
    """The qualified name of the function that the value is."""
    nulls: int = ANY_NULL
    """Of MAYBE and NULL: which nulls it may be, as bits."""
    proves: tuple[tuple[str, bool], ...] = ()
    """Assumptions that hold where the value is true."""
    is_soft: bool = False
    """Only an earlier part of the condition under way says that it is null."""

    @property
    def may_be_null(self) -> bool:
        return self.nullness >= Nullness.MAYBE


NOTHING = Fact()
SURE = Fact(Nullness.THERE)


def there(fact: Fact, checked: At | None = None) -> Fact:
    """The fact after a test, or a use, that only a value passes."""
    if fact.nullness == Nullness.THERE:
        return fact
    return fact._replace(nullness=Nullness.THERE, origin=None, unless=frozenset(), checked=checked or fact.checked)


def is_initial(fact: Fact) -> bool:
    return fact.origin is not None and fact.origin.kind is OriginKind.INITIAL


def forgotten(fact: Fact) -> Fact:
    """The fact when something that isn't followed may have made the value another one."""
    return Fact(type=fact.type)


class State:
    """All that is known at one point of a function."""

    __slots__ = ("examined", "facts", "truths")

    def __init__(
        self, facts: dict[str, Fact], truths: dict[str, bool], examined: frozenset[str] = frozenset()
    ) -> None:
        self.facts = facts
        self.truths = truths
        """Assumptions: the key of a test, and its outcome."""
        self.examined = examined
        """Containers whose elements were tested: nobody knows any more which of them is null."""

    def copy(self) -> State:
        return State(dict(self.facts), dict(self.truths), self.examined)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, State)
            and self.facts == other.facts
            and self.truths == other.truths
            and self.examined == other.examined
        )

    def assume(self, key: str, outcome: bool) -> bool:
        """Add an assumption, and apply it to what it rules out. False if it contradicts another one."""
        known = self.truths.get(key)
        if known is not None:
            return known == outcome
        self.truths[key] = outcome
        self.rule_out(key, outcome)
        return True

    def rule_out(self, key: str, outcome: bool) -> None:
        fits = (key, outcome)
        for name, fact in self.facts.items():
            if fits in fact.unless:
                self.facts[name] = there(fact)

    def forget(self, target: str) -> None:
        """The value of `target` is another one now: nothing holds of what is read through it."""
        facts = self.facts
        for key in [key for key in facts if target in key and (key == target or mentions(key, target))]:
            del facts[key]
        truths = self.truths
        if truths:
            for key in [key for key in truths if target in key and (key == target or mentions(key, target))]:
                del truths[key]
        for key in [key for key, fact in facts.items() if fact.view or fact.key_of]:
            fact = facts[key]
            if mentions(fact.view or fact.key_of, target):
                facts[key] = fact._replace(view="", key_of="")
        for key in [key for key, fact in facts.items() if fact.unless or fact.proves or fact.test is not None]:
            fact = facts[key]
            gone = {each for each in fact.unless if mentions(each[0], target)}
            if gone or (fact.test is not None and mentions(fact.test.key, target)):
                facts[key] = fact = fact._replace(unless=fact.unless - gone, test=None)
            if fact.proves and any(mentions(each[0], target) for each in fact.proves):
                facts[key] = fact._replace(proves=tuple(each for each in fact.proves if not mentions(each[0], target)))

    def forget_compound_truths(self, given: Collection[str]) -> None:
        """A call may change everything but the values of variables that aren't `given` to it."""
        if self.truths:
            gone = [key for key in self.truths if key in given or _is_compound(key)]
            for key in gone:
                del self.truths[key]


@lru_cache(maxsize=1 << 12)
def _is_compound(key: str) -> bool:
    """Whether it is about more than variables and constants."""
    return "." in key or "[" in key or "(" in key[1:]


@lru_cache(maxsize=1 << 14)
def mentions(key: str, target: str) -> bool:
    """Whether the value under `key` is read through that of `target`."""
    at = key.find(target)
    while at >= 0:
        end = at + len(target)
        before, after = key[at - 1 : at], key[end : end + 1]
        if not (before.isalnum() or before in ("_", ".", "@", '"')) and not (after.isalnum() or after in ("_", "@")):
            return True
        at = key.find(target, at + 1)
    return False


def join(a: State, b: State, declared: Declared, is_short: bool = False) -> State:
    """What holds where two paths meet. `is_short`: they are the two ways through one condition."""
    if a == b:
        return a
    facts = dict(a.facts)
    truths = {key: value for key, value in a.truths.items() if b.truths.get(key) == value}
    opposite = [(key, value) for key, value in a.truths.items() if b.truths.get(key) == (not value)]
    one_facts, other_facts = a.facts, b.facts
    differing = [key for key, fact in one_facts.items() if other_facts.get(key) is not fact]
    differing += [key for key in other_facts if key not in one_facts]
    for key in differing:
        one = one_facts.get(key) or declared(key)
        other = other_facts.get(key) or declared(key)
        if one == other:
            facts[key] = one
        else:
            telling = [each for each in opposite if each[0] not in (key, f"{key} is None")] if opposite else opposite
            may_be_null = one.may_be_null or other.may_be_null
            unless = _rulings(one, other, key, a, b, telling) if may_be_null else frozenset[Assumption]()
            facts[key] = join_facts(one, other, is_short, unless, telling)
    return State(facts, truths, a.examined | b.examined)


class Declared:
    """What a key is where no fact says otherwise: a parameter's, an attribute's, a variable's declaration."""

    def __call__(self, key: str, /) -> Fact:
        raise NotImplementedError


def _rulings(one: Fact, other: Fact, key: str, a: State, b: State, opposite: list[Assumption]) -> frozenset[Assumption]:
    """The assumptions that rule out the null of a joined fact."""
    if one.may_be_null and other.may_be_null:
        kept = {each for each in one.unless if each in other.unless or b.truths.get(each[0]) == (not each[1])}
        kept |= {each for each in other.unless if a.truths.get(each[0]) == (not each[1])}
        return frozenset(kept)
    null, here, there_ = (one, a.truths, b.truths) if one.may_be_null else (other, b.truths, a.truths)
    found = {(each, not here[each]) for each, _ in opposite}
    own = (key, f"{key} is None")
    found |= {
        (each, not value)
        for each, value in here.items()
        if each not in there_ and each not in own and each.removesuffix(" is None").replace(".", "").isidentifier()
    }
    return null.unless | found


def join_facts(
    one: Fact,
    other: Fact,
    is_short: bool = False,
    unless: frozenset[Assumption] = frozenset(),
    opposite: Collection[Assumption] = (),
) -> Fact:
    """`unless`: assumptions that rule out the null. `opposite`: those that hold on the side of `one`, and whose contraries
    hold on the other."""
    nullness = JOIN[one.nullness][other.nullness]
    type_ = one.type if one.type == other.type else _joined_type(one, other)
    if nullness < Nullness.MAYBE:
        return Fact(
            nullness,
            type=type_,
            test=one.test if one.test == other.test else None,
            truth=one.truth if one.truth == other.truth else None,
            checked=one.checked or other.checked,
            proves=_proved(one, other, opposite),
            items=one.items if one.items == other.items else (),
            container=one.container if one.container == other.container else "",
            parameter=one.parameter if one.parameter == other.parameter else "",
            called=one.called if one.called == other.called else "",
        )
    null, value = (one, other) if one.may_be_null else (other, one)
    if value.may_be_null and is_initial(null):
        null, value = value, null
    origin = null.origin
    if is_short and null.is_soft and not value.may_be_null:
        return Fact(type=type_, checked=value.checked)
    parameter = one.parameter if one.parameter == other.parameter else ""
    if origin is not None and origin.kind is OriginKind.COMPARISON and not value.may_be_null:
        parameter = null.parameter  # it is null only for a caller that gives one
    return Fact(
        nullness,
        origin,
        type_,
        unless,
        via=null.via,
        checked=one.checked or other.checked,
        container=one.container if one.container == other.container else "",
        parameter=parameter,
        nulls=one.nulls | other.nulls if one.may_be_null and other.may_be_null else null.nulls,
        proves=_proved(one, other, opposite),
    )


def _proved(one: Fact, other: Fact, opposite: Collection[Assumption]) -> tuple[tuple[str, bool], ...]:
    """What holds if the joined value is true: one that is surely false leaves only the other side."""
    if one.truth is False or one.nullness == Nullness.NULL:
        return (*other.proves, *((key, not outcome) for key, outcome in opposite)) if other.truth is not False else ()
    if other.truth is False or other.nullness == Nullness.NULL:
        return (*one.proves, *opposite)
    return tuple(each for each in one.proves if each in other.proves)


def _joined_type(one: Fact, other: Fact) -> Type | None:
    """Null has every type, and an empty container that of any other one."""
    if one.type is not None and other.type is not None and one.type.name == other.type.name:
        return one.type if not other.type.arguments else other.type if not one.type.arguments else None
    if one.nullness == Nullness.NULL:
        return other.type
    return one.type if other.nullness == Nullness.NULL else None
