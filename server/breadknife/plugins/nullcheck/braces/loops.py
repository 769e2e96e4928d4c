"""Which loop is around a place, and the path of facts through one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from breadknife.plugins.nullcheck.braces.facts import Env, join, join_all, may_be_null
from breadknife.plugins.nullcheck.braces.targets import Targets
from breadknife.text.syntax import Node

_MAX_LOOPS = 3
"""Loops nested deeper than this are followed once round only, or the work would double with each level."""
_MAX_ROUNDS = 3


def after_rounds(
    targets: Targets,
    head: Env,
    test: Callable[[Env], tuple[Env, Env | None]],
    body: Callable[[Env], Env | None],
    update: Callable[[Env], Env | None],
) -> Env | None:
    """What holds after a loop, which is gone round until nothing new may be null at its head. `test` gives what holds
    in the loop and, if it can end there, after it; `update` is made between two rounds."""
    label, out, breaks = targets.label_taken(), None, list[Env]()
    for turn in range(_MAX_ROUNDS):
        inside, out = test(dict(head))
        with targets.within(label, is_loop=True) as target:
            end = body(inside)
        breaks = target.breaks
        back = join_all((end, *target.continues))
        if back is not None:
            back = update(back)
        grown = join(dict(head), back) or {}
        if turn == _MAX_ROUNDS - 1 or len(targets) >= _MAX_LOOPS or may_be_null(grown) <= may_be_null(head):
            break
        head = grown
    return join_all((out, *breaks))


def set_later(env: Env, is_set: Callable[[str], bool]) -> Env:
    """What a loop sets may be set already at its head."""
    return {
        key: replace(fact, partial=True) if fact.cause and fact.cause.certain and is_set(key) else fact
        for key, fact in env.items()
    }


def loop_around(path: tuple[Node, ...], kinds: frozenset[str], ends: frozenset[str]) -> Node | None:
    """The innermost loop whose body holds the end of a path; None where something else ends the search before."""
    for inner, outer in pairwise(reversed(path)):
        if inner.type in ends:
            return None
        if outer.type in kinds and inner == outer.child_by_field_name("body"):
            return outer
    return None
