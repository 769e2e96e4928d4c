"""What is known about names at one point of a program, and how two such points are joined."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from breadknife.plugins.nullcheck.ecmascript.types import UNKNOWN, Type, has_null
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span
from breadknife.text.syntax import Node


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a value may be null or undefined."""

    node: Node
    """Where it comes from."""
    reason: str
    """A clause: "`match` returns null when nothing matches"."""
    null: str = ""
    """`null` or `undefined` where it can only be that one."""
    lost: Node | None = None
    """The function that a check of it doesn't reach into."""
    elsewhere: tuple[str, Span] | None = None
    """Where another file says so."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one value; the empty fact is "nothing", which also means "not known to be null"."""

    cause: Cause | None = None
    type: Type = UNKNOWN
    """Of the value when it is there."""
    checked: bool = False
    """A test or a use has shown that it is there."""
    unless: str = ""
    """Source of a test under which the cause is ruled out, with a leading `!` where its failure does that."""
    test: Node | None = None
    """For a name that holds the result of a test: that test."""
    narrowed: Type | None = None
    """What a test has shown it to be: as long as only its path is followed."""


@dataclass(frozen=True)
class NullUse:
    node: Node
    """The expression that may be null."""
    use: Use
    cause: Cause


NullFor = frozenset[tuple[int, str]]
"""Places of arguments with what is there: "null", "undefined", also for what is left out, or "false" for all else that
is as false."""


@dataclass(frozen=True)
class Summary:
    """What a caller needs to know of a function."""

    cause: Cause | None = None
    never_returns: bool = False
    null_for: NullFor = frozenset()
    """For which arguments alone it gives a null back."""


NOTHING = Fact()
CHECKED = Fact(checked=True)

Env = dict[str, Fact]
"""Names, `a.b` and sources of calls -> facts. A path that can't be reached has no environment: None."""


def join(a: Env | None, b: Env | None) -> Env | None:
    """What holds when either path was taken: may be null if on one of them, any other knowledge only if on both."""
    if a is None or b is None:
        return b if a is None else a
    if a == b:
        return dict(a)
    joined: Env = {}
    for key in (*a, *(key for key in b if key not in a)):
        one, other = a.get(key, NOTHING), b.get(key, NOTHING)
        if one is other or one == other:
            joined[key] = one
            continue
        known = one.type if one.type == other.type else UNKNOWN
        test = one.test if one.test == other.test else None
        if cause := one.cause or other.cause:
            if one.cause and other.cause and one.cause.null != other.cause.null:
                cause = replace(cause, null=has_null(one.cause.null, other.cause.null))
            joined[key] = Fact(cause, known, unless=one.unless if one.unless == other.unless else "", test=test)
        elif "." in key and not (key in a and key in b):
            continue  # the declaration decides again
        else:
            joined[key] = Fact(None, known, one.checked and other.checked, test=test)
    return joined


def join_all(envs: Iterable[Env | None]) -> Env | None:
    joined: Env | None = None
    for env in envs:
        joined = join(joined, env)
    return joined


def join_branches(test: str, yes: Env | None, no: Env | None) -> Env | None:
    """`join`, remembering for a null of one branch that `test` tells it from the other."""
    joined = join(yes, no)
    if joined is None or yes is None or no is None:
        return joined
    for key, fact in joined.items():
        if fact.cause and not fact.unless:
            in_yes, in_no = yes.get(key, NOTHING).cause, no.get(key, NOTHING).cause
            if bool(in_yes) != bool(in_no):
                joined[key] = replace(fact, unless=f"!{test}" if in_yes else test)
    return joined


def join_alternatives(a: Env, b: Env) -> Env:
    """`join` for the undecided side of `&&` and `||`.

    After `if (x == null && y == null) return` at least one of them is there, and which one is decided by things that
    one function's text doesn't say: then neither is held against the code.
    """
    only_a = {key for key, fact in a.items() if fact.cause and b.get(key, NOTHING).checked}
    only_b = {key for key, fact in b.items() if fact.cause and a.get(key, NOTHING).checked}
    joined = join(a, b)
    assert joined is not None
    if only_a and only_b:
        for key in only_a | only_b:
            joined[key] = replace(joined.get(key, NOTHING), cause=None, checked=True)
    return joined


def narrow(env: Env, key: str) -> None:
    """From here on `key` is known to be there."""
    fact = env.get(key, NOTHING)
    if not fact.checked:
        env[key] = Fact(None, fact.type, checked=True, test=fact.test)


def forget(env: Env, key: str) -> None:
    """`key` gets a new value: nothing known about it, its properties, or tests of it, holds any longer."""
    env.pop(key, None)
    for name in [
        name
        for name, fact in env.items()
        if name.startswith((key + ".", key + "[")) or "(" in name or fact.test is not None or fact.unless
    ]:
        fact, is_own = env[name], name.startswith((key + ".", key + "["))
        if fact.unless and not is_own:
            if _has_name(fact.unless, key):
                env[name] = replace(fact, unless="")
        elif fact.test is not None and not is_own:
            if _has_name((fact.test.text or b"").decode("utf-8", "replace"), key):
                del env[name]
        elif "(" not in name or key in name:
            del env[name]


def _has_name(source: str, key: str) -> bool:
    """Whether a name stands in an expression."""
    return key in source and re.search(rf"(?<![\w$.]){re.escape(key)}(?![\w$])", source) is not None
