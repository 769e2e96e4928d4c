"""The evidence that what a function gives is null at times, where nothing declares it: how its callers take it, and
which of its parameters such a null comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from breadknife.plugins.nullcheck.braces.counting import CheckPatterns
from breadknife.plugins.nullcheck.ecmascript.facts import Fact, NullFor
from breadknife.plugins.nullcheck.ecmascript.narrowing import inner
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
_TESTS = (
    (re.compile(r"!\s*(\w+)"), ("null", "undefined", "false")),
    (re.compile(r"(\w+)\s*==\s*(?:null|undefined|void 0)"), ("null", "undefined")),
    (re.compile(r"(\w+)\s*===\s*null"), ("null",)),
    (re.compile(r"(\w+)\s*===\s*(?:undefined|void 0)|typeof\s+(\w+)\s*={2,3}\s*[\"']undefined[\"']"), ("undefined",)),
)
"""-> for what the parameter is found to be null."""
_FALSE = {"null": "null", "undefined": "undefined", "void 0": "undefined"} | dict.fromkeys(
    ('""', "''", "``", "0", "false"), "false"
)
_SET = re.compile(rb"(?<![\w$.])([\w$]+)\s*(?:\|\||&&|\?\?|[-+*/])?=(?![=>])")


def is_taken_for_granted(calls: int, checks: int) -> bool:
    return calls > _MOST_UNCHECKED and 2 * checks < calls


def null_for(function: Node, nulls: Iterable[Node], source: bytes) -> NullFor:
    """The arguments whose null is the only one that a function gives back, as in `if (a == null) return a`; empty
    where there are other ones."""
    names, found = _parameters(function, source), set[tuple[int, str]]()
    for null in nulls:
        tested = _tested(function, null, names, source)
        if not tested:
            return frozenset()
        found |= tested
    return frozenset(found)


def is_given(call: Node | None, given: Sequence[tuple[Node, Fact]], at: int, null: str, source: bytes) -> bool | None:
    """Whether a call has such an argument, see `NullFor`; None: it may."""
    held = call.child_by_field_name("arguments") if call is not None else None
    if held is None or held.type != "arguments":  # of a template
        return False
    if any(argument.type == "spread_element" for argument, _ in given[: at + 1]):
        return None
    if at >= len(given):
        return null == "undefined"
    argument, fact = given[at]
    if (written := _FALSE.get(_text(inner(argument), source))) is not None:
        return written == null
    may_be = fact.cause is not None and (not fact.cause.null or null in fact.cause.null)
    return None if may_be else False


def _parameters(function: Node, source: bytes) -> Mapping[str, tuple[int, bool]]:
    """By name: the place of its argument, and whether it has a default, which is there for undefined."""
    held = function.child_by_field_name("parameters")
    single = function.child_by_field_name("parameter")
    nodes = held.named_children if held is not None else [single] if single is not None else []
    patterns = [(node.child_by_field_name("pattern") or node, node) for node in nodes if node.type != "comment"]
    return {
        _text(pattern, source): (at, node.child_by_field_name("value") is not None)
        for at, (pattern, node) in enumerate(each for each in patterns if each[0].type != "this")
        if pattern.type == "identifier"
    }


def _tested(function: Node, null: Node, names: Mapping[str, tuple[int, bool]], source: bytes) -> NullFor:
    """What the innermost `if` that a null stands in tests one parameter for; empty where it is another test."""
    if not function.start_byte <= null.start_byte < function.end_byte:
        return frozenset()
    inside, outer = null, null.parent
    while outer is not None and outer != function and outer.type != "if_statement":
        inside, outer = outer, outer.parent
    if outer is None or outer == function or outer.child_by_field_name("consequence") != inside:
        return frozenset()
    condition = outer.child_by_field_name("condition")
    written = _text(condition, source)[1:-1].strip() if condition is not None else ""
    tested, nulls = set[str](), set[str]()
    for part in written.split("||"):
        test, its = next(((test, its) for form, its in _TESTS if (test := form.fullmatch(part.strip()))), (None, ()))
        tested.add(test[test.lastindex or 0] if test is not None else "")
        nulls.update(its)
    name = tested.pop()
    if tested or name not in names or name.encode() in _SET.findall(source, function.start_byte, null.start_byte):
        return frozenset()
    at, has_default = names[name]
    return frozenset((at, each) for each in nulls if each != "undefined" or not has_default)


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")
