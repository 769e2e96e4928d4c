"""What is known about names at one point of a program, and how two such points are joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from breadknife.plugins.nullcheck.python.annotations import is_followed
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.summaries import Demand
from breadknife.plugins.nullcheck.values import Use
from breadknife.task.values import Related
from breadknife.text.syntax import Node

# Tuples, since an analysis makes thousands: a frozen dataclass takes six times as long to make, and ten to compare.


class Cause(NamedTuple):
    """Why a value may be None."""

    node: Node
    """Where the None comes from."""
    reason: str
    """A clause: "`re.match` returns None when nothing matches"."""
    elsewhere: Related | None = None
    """Where it comes from, if that is another file: `node` is then what stands for it in this one."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a container holds, some of which may be None."""

    annotation: str
    """Of the container."""
    cause: Cause
    """Why what it holds may be None, where the annotation lets it."""
    uri: str = ""
    """Of the file whose names the annotation has, if that is another one."""


def contents(annotation: str, cause: Cause, uri: str = "") -> Contents | None:
    """Of a value that is annotated so. `cause`: why what it holds may be None."""
    return Contents(annotation, cause, uri) if is_followed(annotation) else None


class Fact(NamedTuple):
    """What is known of one value; the empty fact is "nothing", which also means "not known to be None"."""

    cause: Cause | None = None
    kind: str = ""
    """`dict` or `re.Pattern`; `checked` for an expression that a test has shown to be no None."""
    before: str = ""
    """The kind that it had before `isinstance` gave it this one, which holds again where the test doesn't."""
    unless: str = ""
    """Source of a test under which the cause is ruled out, with a leading `not ` where its failure does that."""
    test: Node | None = None
    """For a name that holds the result of a test: that test."""
    via: Node | None = None
    """The assignment that gave the value to the name that it is known under."""
    items: tuple[Fact, ...] = ()
    """Of a tuple, where something is known of one of its values."""
    group: int = 0
    """Not 0: the value is None where those of the same group are, and only there."""
    contents: Contents | None = None


@dataclass(frozen=True)
class NullUse:
    node: Node
    """The expression that may be None."""
    use: Use
    cause: Cause
    via: Node | None = None
    """The assignment on the way from the cause."""
    test: Node | None = None
    """The last check of it, which doesn't cover this place."""


class Summary(NamedTuple):
    """What a caller needs to know of a function."""

    may_be_none: bool = False
    never_returns: bool = False
    items: tuple[bool, ...] = ()
    """Of a function that returns tuples: which of their values may be None, if any may."""
    together: bool = False
    """Those are None all at once or not at all."""
    flag: tuple[int, bool] | None = None
    """See `Known`."""
    fallback: tuple[int, str] | None = None
    """See `Known`."""
    null_where: tuple[Demand, ...] = ()
    back_where: tuple[Demand, ...] = ()


_WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"[\w.]+")
_QUOTED = re.compile(r'"[^"]*"')

TESTED = "it is tested for None, and this path continues if it is"

NOTHING = Fact()
CHECKED = Fact(kind="checked")
FLAGS = {"true": Fact(kind="true"), "false": Fact(kind="false")}
"""Constants in a tuple, by their node's type; in one that a call gives: what it is where the others are there."""

Env = dict[str, Fact]
"""Names, dotted names and sources of calls -> facts. A path that can't be reached has no environment: None."""


def join(a: Env | None, b: Env | None) -> Env | None:
    """What holds when either path was taken: may-be-None if on one of them, any other knowledge only if on both."""
    if a is None or b is None:
        return b if a is None else a
    if a == b:
        return dict(a)
    joined: Env = {}
    for key in (*a, *(key for key in b if key not in a)):  # a key that only one has is as it was declared
        one, other = a.get(key, NOTHING), b.get(key, NOTHING)
        if one == other:
            joined[key] = one
        elif cause := one.cause or other.cause:
            tests = {each.unless for each in (one, other) if each.cause}
            unless = tests.pop() if len(tests) == 1 else ""
            via = one.via if one.cause else other.via
            group = one.group if one.group == other.group else 0
            contents = one.contents if one.contents == other.contents else None
            joined[key] = Fact(cause, _kind_of_both(one, other), unless=unless, via=via, group=group, contents=contents)
        elif one.kind and other.kind:
            contents = one.contents if one.contents == other.contents else None
            joined[key] = there(_kind_of_both(one, other), contents)
    return joined


def there(kind: str, contents: Contents | None = None) -> Fact:
    """What is no None, and of which no more is known than this."""
    return Fact(kind=kind or CHECKED.kind, contents=contents) if kind or contents is not None else CHECKED


def _kind_of_both(one: Fact, other: Fact) -> str:
    if one.kind == other.kind:
        return one.kind
    before = one.before or one.kind
    return before if before == (other.before or other.kind) else ""


def become(env: Env, new: Env | None) -> None:
    """`env` itself gets what `new` has."""
    merged = dict(new or {})
    env.clear()
    env.update(merged)


def join_all(envs: Iterable[Env | None]) -> Env | None:
    joined: Env | None = None
    for env in envs:
        joined = join(joined, env)
    return joined


def join_branches(test: str, yes: Env | None, no: Env | None) -> Env | None:
    """`join`, remembering for a None of one branch that `test` tells it from the other."""
    joined = join(yes, no)
    if joined is None or yes is None or no is None:
        return joined
    for key, fact in joined.items():
        if fact.cause:
            in_yes, in_no = yes.get(key, NOTHING).cause, no.get(key, NOTHING).cause
            if bool(in_yes) != bool(in_no):
                joined[key] = fact._replace(unless=f"not {test}" if in_yes else test)
    return joined


def join_alternatives(a: Env, b: Env, meant: Collection[str] = ()) -> Env:
    """`join` for the undecided side of `and`/`or`.

    After `if x is None and y is None: return` at least one of them is no None, and which one is decided by things
    that one function's text doesn't say: then neither is held against the code. Nor is one alone that was only tested,
    unless its None is `meant` to lead here.
    """
    only_a = {key for key, fact in a.items() if fact.cause and not b.get(key, NOTHING).cause}
    only_b = {key for key, fact in b.items() if fact.cause and not a.get(key, NOTHING).cause}
    joined = join(a, b)
    assert joined is not None
    for key in tested_keys(joined) & (only_a ^ only_b) - set(meant):
        del joined[key]
    if only_a and only_b:
        for key in only_a | only_b:
            joined.pop(key, None)
    return joined


def tested_keys(env: Env) -> set[str]:
    """What may be None because a test for it led here."""
    return {key for key, fact in env.items() if fact.cause and fact.cause.reason is TESTED}


def narrow(env: Env, key: str) -> None:
    """From here on `key` is known to be no None."""
    if key:
        fact = env.get(key, NOTHING)
        if fact.group:
            for other in [name for name, each in env.items() if each.group == fact.group and name != key]:
                env[other] = there(env[other].kind)
        env[key] = there(fact.kind, fact.contents)


def trust(env: Env, key: str) -> None:
    """From here on nothing that `key` holds is taken for None."""
    if key:
        env[f"{key}[]"] = CHECKED  # gone with a new value of `key`, as its elements are


def is_trusted(env: Env, key: str) -> bool:
    return f"{key}[]" in env


def forget(env: Env, key: str) -> None:
    """`key` gets a new value: nothing known about it, its attributes, or tests of it, holds any longer."""
    env.pop(key, None)
    parts = (key + ".", key + "[")
    stale = [
        name
        for name, fact in env.items()
        if name.startswith(parts) or "(" in name or "[" in name or fact.test is not None or fact.unless
    ]
    for name in stale:
        fact = env[name]
        if name.startswith(parts) or ("[" in name and _has_index(name, key)):
            del env[name]
        elif fact.unless:
            if has_name(fact.unless, key):
                env[name] = fact._replace(unless="")
        elif fact.test is not None:
            if has_name(text(fact.test), key):
                _forget_test(env, name)
        elif "(" in name and key in name:
            del env[name]


def has_name(source: str, key: str) -> bool:
    """Whether a name stands in an expression."""
    at = source.find(key)
    while at >= 0:  # to compile a pattern for each key takes longer
        if not _WORD.match(source, at + len(key)) and not (at and _DOTTED.match(source, at - 1)):
            return True
        at = source.find(key, at + 1)
    return False


def _forget_test(env: Env, name: str) -> None:
    if "." in name:
        env[name] = CHECKED
    else:
        del env[name]


def _has_index(name: str, key: str) -> bool:
    """Whether it is an element whose index depends on `key`."""
    index = name.partition("[")[2]
    if "(" in name or key not in index:
        return False
    return any(f"{part}.".startswith(key + ".") for part in _DOTTED.findall(_QUOTED.sub("", index)))


def forget_attributes(env: Env, is_kept: Callable[[str], bool], classes: Collection[str]) -> None:
    """A call may have given any attribute a value, but for those that are kept; what was tested stays, as in
    pyright. Who tests a variable of one of the classes calls what sets it."""
    for key in [key for key, fact in env.items() if fact.cause and "." in key and "(" not in key]:
        if key.partition(".")[0] in classes:
            env[key] = CHECKED
        elif not is_kept(key):
            del env[key]


def forget_tested(env: Env) -> None:
    """What may never come back was called: that a test leads here with a None isn't certain any more."""
    for key in tested_keys(env):
        del env[key]


_NAMES = frozenset({"identifier", "attribute", "subscript"})
_CONTAINERS = _NAMES | {"call"}
_INDICES = frozenset({
    "identifier", "attribute", "integer", "string", "unary_operator", "binary_operator", "slice",
})  # fmt: skip


_CONSTANTS = ("None.", "True.", "False.")


def key_of(node: Node) -> str:
    """The name under which facts about an expression are kept, or ""."""
    match node.type:
        case "identifier":
            return text(node)
        case "attribute":
            whole = text(node)
            if whole.replace(".", "").isidentifier() and not whole.startswith(_CONSTANTS):
                return whole
            owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
            prefix = key_of(owner) if owner is not None and owner.type in _NAMES else ""
            return f"{prefix}.{text(name)}" if prefix and name is not None else ""
        case "parenthesized_expression":
            return key_of(node.named_children[0]) if node.named_child_count == 1 else ""
        case "named_expression":
            name = node.child_by_field_name("name")
            return text(name) if name is not None else ""
        case "call" if node.end_byte - node.start_byte <= 100:
            return text(node)
        case "subscript" if node.end_byte - node.start_byte <= 100:
            value, indices = node.child_by_field_name("value"), node.children_by_field_name("subscript")
            is_plain = value is not None and value.type in _CONTAINERS and len(indices) == 1
            if not is_plain or value is None or indices[0].type not in _INDICES:
                return ""
            container = key_of(value)
            index = text(indices[0]).replace("'", '"')
            return f"{container}[{index}]" if container else ""
        case _:
            return ""


def told_by_flag(targets: Sequence[Node], items: Sequence[Fact], env: Env) -> None:
    """`ok, value = f()`: the value is there where `ok` says so."""
    for flag, told in zip(targets, items, strict=True):
        if flag.type == "identifier" and told.kind in FLAGS:
            unless = text(flag) if told.kind == "true" else f"not {text(flag)}"
            for key in map(key_of, targets):
                if key in env and env[key].cause is not None:
                    env[key] = env[key]._replace(unless=unless)
