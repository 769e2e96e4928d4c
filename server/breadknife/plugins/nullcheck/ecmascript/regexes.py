"""What is known of regular expressions: which always match, and what a match tells of other calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from breadknife.plugins.nullcheck.ecmascript.scopes import Scopes
from breadknife.text.syntax import Node

_GOES_ON = re.compile("[gy]")
"""Among a pattern's flags."""


class Reading(Protocol):
    @property
    def scopes(self) -> Scopes: ...

    def text(self, node: Node, /) -> str: ...


def meant(reading: Reading, node: Node) -> Node | None:
    """The value of a constant."""
    variable = reading.scopes[reading.text(node)] if node.type == "identifier" else None
    if variable is None or not variable.is_const or variable.node.parent is None:
        return node
    return variable.node.parent.child_by_field_name("value")


def always_matches(regex: str) -> bool:
    """Whether a regular expression matches even the empty string, as `/^\\s*/` does."""
    try:
        return re.search(regex[1 : regex.rindex("/")].replace("(?<", "(?P<"), "") is not None
    except re.error:
        return False


def matching(reading: Reading, call: Node) -> Iterator[str]:
    """The keys of calls that find a match where `call` has found one: of the same pattern in the same text."""
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    name = function.child_by_field_name("property") if function is not None else None
    owner = function.child_by_field_name("object") if function is not None else None
    if name is None or owner is None or arguments is None or arguments.named_child_count != 1:
        return
    method, other = reading.text(name), arguments.named_children[0]
    if method not in ("test", "exec", "match"):
        return
    regex, searched = (other, owner) if method == "match" else (owner, other)
    pattern, text = reading.text(regex), reading.text(searched)
    yield f"{text}.match({pattern})".replace("?.", ".")
    if regex.type == "regex" or not _goes_on(reading, regex):
        yield f"{pattern}.exec({text})".replace("?.", ".")


def _goes_on(reading: Reading, named: Node) -> bool:
    """Whether a pattern looks from where it has found something before: `/a/g` by a name, `new RegExp(a, flags)`."""
    regex = meant(reading, named)
    if regex is None:
        return False
    if (given := regex.child_by_field_name("arguments")) is not None:
        flags = given.named_children[1:]
        return any(flag.type != "string" or _GOES_ON.search(reading.text(flag)) for flag in flags)
    return regex.type == "regex" and _GOES_ON.search(reading.text(regex).rpartition("/")[2]) is not None
