"""The evidence that what a function gives is null at times, where nothing declares it: how its callers take it, and
which of its parameters such a null comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from breadknife.plugins.nullcheck.braces.counting import CheckPatterns
from breadknife.text.syntax import Node

_MOST_UNCHECKED = 2
"""Calls that take a result for granted before all together say that it is always there."""
_NULL = rb"(?:null\b|undefined\b|void 0)"
CHECKS = CheckPatterns(
    re.compile(
        rb"=\s*(?:await\s+)?([\w.()]*\()[^\n;]{0,200}\);?\s*(?:(?:if|while)\s*\(|return\b)?\s*!?\s*(\w+)\s*"
        rb"(?:\?|&&|\|\||\)|[!=]==?\s*" + _NULL + rb")"
    ),
    re.compile(rb"\)\s*(?:\?|&&|\|\||\)\s*(?:\{|return\b|throw\b|continue\b|break\b)|[!=]==?\s*" + _NULL + rb")"),
    b"{;",
)
_IS_NULL = re.compile(
    r"!\s*(\w+)|(\w+)\s*={2,3}\s*(?:null|undefined|void 0)|typeof\s+(\w+)\s*={2,3}\s*[\"']undefined[\"']"
)
_SET = re.compile(rb"(?<![\w$.])([\w$]+)\s*(?:\|\||&&|\?\?|[-+*/])?=(?![=>])")


def is_taken_for_granted(calls: int, checks: int) -> bool:
    return calls > _MOST_UNCHECKED and 2 * checks < calls


def null_for(function: Node, nulls: Iterable[Node], source: bytes) -> frozenset[int]:
    """The parameters whose null is the only one that a function gives back, as in `if (a == null) return a`; empty
    where there are other ones."""
    names, found = list(_parameters(function, source)), set[int]()
    for null in nulls:
        at = _tested(function, null, names, source)
        if at is None:
            return frozenset()
        found.add(at)
    return frozenset(found)


def _parameters(function: Node, source: bytes) -> Iterable[str]:
    held = function.child_by_field_name("parameters")
    single = function.child_by_field_name("parameter")
    for node in held.named_children if held is not None else [single] if single is not None else []:
        pattern = node.child_by_field_name("pattern") or node
        yield _text(pattern, source) if pattern.type == "identifier" else ""


def _tested(function: Node, null: Node, names: list[str], source: bytes) -> int | None:
    """The parameter that is tested for null by the innermost `if` that a null stands in."""
    if not function.start_byte <= null.start_byte < function.end_byte:
        return None
    inside, outer = null, null.parent
    while outer is not None and outer != function and outer.type != "if_statement":
        inside, outer = outer, outer.parent
    if outer is None or outer == function or outer.child_by_field_name("consequence") != inside:
        return None
    condition = outer.child_by_field_name("condition")
    written = _text(condition, source)[1:-1].strip() if condition is not None else ""
    tests = [_IS_NULL.fullmatch(part.strip()) for part in written.split("||")]
    tested = {test[test.lastindex or 0] if test is not None else "" for test in tests}
    name = tested.pop()
    if tested or name not in names or not name:
        return None
    is_set = name.encode() in _SET.findall(source, function.start_byte, null.start_byte)
    return names.index(name) if not is_set else None


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")
