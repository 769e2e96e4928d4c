"""What is known about names at one point of a program, and how two such points are joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from breadknife.plugins.nullcheck.values import Use
from breadknife.task.values import Related
from breadknife.text.syntax import Node


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a value may be null."""

    node: Node
    """Where the null comes from."""
    reason: str
    """A clause: "`f` returns nil when it fails"."""
    soft: bool = False
    """Only a comparison says so: a call that may not return is enough to forget it."""
    certain: bool = False
    """Said only where every path agrees: a variable that some path sets is most likely set on the one that counts."""
    why: str = ""
    """Why no check stops it, as a sentence; "" for the usual one."""
    elsewhere: Related | None = None
    """Where another file says so."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one value; the empty fact is "nothing", which also means "not known to be null"."""

    cause: Cause | None = None
    type: str = ""
    """As the source writes it."""
    unless: str = ""
    """The canonical test under which the cause is ruled out, with a leading `!` where its failure does that."""
    linked: str = ""
    """Go: the error or `ok` that tells whether there is a value."""
    after: Cause | None = None
    """What is left of the cause when `linked` said that there is one."""
    told: bool = False
    """`linked` has been looked at."""
    partial: bool = False
    """On another path it isn't null."""
    checked: bool = False
    """A test has shown that it isn't null."""
    found: bool = False
    """A test has shown that it is null."""
    signs: frozenset[str] = frozenset()
    """Names that were set where it turned out to be null, or not to be: a test of one may ask for that."""


@dataclass(frozen=True)
class NullUse:
    node: Node
    """The expression that may be null."""
    use: Use
    fact: Fact

    @property
    def cause(self) -> Cause:
        assert self.fact.cause is not None
        return self.fact.cause


NOTHING = Fact()
CHECKED = Fact(checked=True)

Env = dict[str, Fact]
"""Names, dotted names and sources of calls -> facts. A path that can't be reached has no environment: None."""


def join(a: Env | None, b: Env | None) -> Env | None:
    """What holds when either path was taken: may-be-null if on one of them, any other knowledge only if on both."""
    if a is None or b is None:
        return b if a is None else a
    if a == b:
        return dict(a)
    joined: Env = {}
    for key in (*a, *(key for key in b if key not in a)):
        one, other = a.get(key, NOTHING), b.get(key, NOTHING)
        if one == other:
            joined[key] = one
        elif one.cause or other.cause:
            one, other = (one, other) if one.cause else (other, one)
            joined[key] = replace(
                one,
                unless=one.unless if one.unless == other.unless or not other.cause else "",
                linked=one.linked if one.linked == other.linked or not other.cause else "",
                after=one.after or other.after,
                partial=one.partial or other.partial or not other.cause,
                found=one.found and other.found,
                signs=one.signs | other.signs,
            )
    return joined


def join_all(envs: Iterable[Env | None]) -> Env | None:
    joined: Env | None = None
    for env in envs:
        joined = join(joined, env)
    return joined


def join_branches(
    test: str, yes: Env | None, no: Env | None, assigned: Callable[[], frozenset[str]] = frozenset
) -> Env | None:
    """`join`, remembering for a null of one branch that `test`, canonical, tells it from the other, as may any of the
    names that are `assigned` in them."""
    joined = join(yes, no)
    if joined is None or yes is None or no is None:
        return joined
    for key, fact in joined.items():
        if fact.cause:
            in_yes, in_no = yes.get(key, NOTHING).cause, no.get(key, NOTHING).cause
            if bool(in_yes) != bool(in_no):
                unless = fact.unless or (negated(test) if in_yes and test else test)
                joined[key] = replace(fact, unless=unless, signs=fact.signs | assigned() - {key})
    return joined


def forget_signs(env: Env, names: Iterable[str]) -> None:
    """Names were tested: what they may tell of isn't held against the code."""
    tested = frozenset(names)
    for key in [key for key, fact in env.items() if fact.cause and not tested.isdisjoint(fact.signs)]:
        del env[key]


def join_alternatives(a: Env, b: Env, before: Env) -> Env:
    """`join` for the undecided side of `&&`/`||`: which operand decided isn't known, so what only one of them says by
    a comparison isn't held against the code."""
    joined = join(a, b)
    assert joined is not None
    for key in [key for key, fact in joined.items() if fact.cause]:
        in_a, in_b = a.get(key, NOTHING).cause, b.get(key, NOTHING).cause
        known = before.get(key, NOTHING)
        if not (in_a and in_b) and (known.cause is None or known.cause.soft or known.linked):
            del joined[key]
    only_a = {key for key in joined if joined[key].cause and not b.get(key, NOTHING).cause}
    only_b = {key for key in joined if joined[key].cause and not a.get(key, NOTHING).cause}
    if only_a and only_b:
        for key in only_a | only_b:
            joined.pop(key)
    return joined


def negated(test: str) -> str:
    return test[1:] if test.startswith("!") else f"!{test}"


def narrow(env: Env, key: str) -> None:
    """From here on `key` is known not to be null."""
    if key:
        env[key] = CHECKED


def settle(env: Env, test: str) -> None:
    """A canonical test has succeeded: what it rules out is gone."""
    for key in [key for key, fact in env.items() if fact.unless and fact.unless == test]:
        narrow(env, key)


def forget(env: Env, key: str) -> None:
    """`key` gets a new value: nothing known about it, its fields, or tests of it, holds any longer."""
    env.pop(key, None)
    near = [(other, fact) for other, fact in env.items() if key in other or key in fact.unless]
    if not near:
        return
    name = re.compile(rf"(?<![\w.\"]){re.escape(key)}(?!\w)")  # not in a string
    for other, fact in near:
        if name.search(other):
            del env[other]
        elif name.search(fact.unless):
            env[other] = replace(fact, unless="")


def forget_fields(env: Env) -> None:
    """A call may have given any field a value, and with it what another call gives; what was tested stays."""
    for key in [key for key, fact in env.items() if fact.cause and ("." in key or "(" in key)]:
        del env[key]


def forget_soft(env: Env) -> None:
    """A call that may not return: what only a comparison said may not hold any longer."""
    for key in [key for key, fact in env.items() if fact.cause is not None and fact.cause.soft]:
        del env[key]


def may_be_null(env: Env) -> set[str]:
    return {key for key, fact in env.items() if fact.cause}
