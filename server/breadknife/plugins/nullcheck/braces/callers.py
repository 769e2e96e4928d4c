"""Whether a call takes it for granted that a function, which nothing else calls, gives a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.text.syntax import Node


@dataclass(frozen=True)
class Mentions:
    """What of a language's source says that something was thought of."""

    functions: frozenset[str]
    """The declarations that a call may stand in."""
    names: re.Pattern[str]


def is_unmentioned(mentions: Mentions, source: bytes, call: Node, called: Node, about: Sequence[Node]) -> bool:
    """Whether nothing before a call, in the function around it, says anything of what it is about: that may rule out
    what gives null. Of a function that calls itself nobody can say."""
    around = call.parent
    while around is not None and around.type not in mentions.functions:
        around = around.parent
    if around is None or around == called:
        return False
    before = _text(source, around.start_byte, call.start_byte).partition("{")[2]
    said = set(mentions.names.findall(before))
    return said.isdisjoint(
        name for node in about for name in mentions.names.findall(_text(source, node.start_byte, node.end_byte))
    )


def is_literal(node: Node) -> bool:
    return node.type.endswith("_literal") or node.type in ("nil", "true", "false")


def _text(source: bytes, start: int, end: int) -> str:
    return source[start:end].decode("utf-8", "replace")
