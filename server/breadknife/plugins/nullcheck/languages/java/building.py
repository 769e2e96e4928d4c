"""Expressions of the intermediate language, made with their keys."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import Argument, At, Expression
from breadknife.text.syntax import Node

LONGEST_KEY = 100


def at_of(node: Node) -> At:
    return (node.start_byte, node.end_byte)


def attribute(at: At, owner: Expression, name: str) -> il.Attribute:
    return il.Attribute(at, owner, name, short(f"{owner.key}.{name}") if owner.key else "", owner.forks)


def call(at: At, callee: Expression, arguments: Sequence[Argument]) -> il.Call:
    key = ""
    if callee.key and all(argument.value.key for argument in arguments):
        key = short(f"{callee.key}({','.join(argument.value.key for argument in arguments)})")
    forks = callee.forks or any(argument.value.forks for argument in arguments)
    return il.Call(at, callee, tuple(arguments), key, forks)


def parts_of(at: At, parts: Sequence[Expression]) -> il.Parts:
    return il.Parts(at, tuple(parts), any(part.forks for part in parts))


def short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else ""
