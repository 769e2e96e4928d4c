"""Parameters to which a decorator gives a value where a call gives none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.python.facts import has_name
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.outline import parameters_of, text
from breadknife.plugins.nullcheck.python.signatures import named
from breadknife.text.syntax import Node, nodes_in

_TEST = re.compile(r"(?:not )?(\w+)(?: is (?:not )?None)?")
_LONGEST = 400
"""Bytes of decorators that are looked at."""
_VALUES = {"assignment": "right", "named_expression": "value"}


def filled(function: Node, meaning: Meaning) -> frozenset[str]:
    """The parameters of a function that its decorators do that for."""
    names, start = frozenset[str](), function.start_byte
    if b"@" not in meaning.outline.source[max(0, start - _LONGEST) : start]:  # a parent is looked for from the root
        return names
    around = function.parent
    for child in around.named_children if around is not None and around.type == "decorated_definition" else ():
        made = child.named_children[0] if child.type == "decorator" and child.named_child_count else None
        named = made.child_by_field_name("function") if made is not None and made.type == "call" else made
        member = meaning.called(named, "") if named is not None else None
        if member is not None and member.function is not None:
            names |= filled_by(member.function.node)
        elif member is not None and member.known is not None:
            names |= frozenset(member.known.fills)
    return names


def filled_by(decorator: Node) -> frozenset[str]:
    """The names, as far as a decorator's own text says so: what it hands on under them to the function that it is given
    isn't what it was given itself, or that was tested."""
    if (decorator.text or b"").count(b"def ") < 2:
        return frozenset()
    nodes = list(nodes_in(decorator))
    own = {named(each) for node in nodes if node.type == "function_definition" for each in parameters_of(node)}
    handed = {name for node in nodes for name in _handed(node, own)}
    settled = {name for node in nodes for name in _settled(node, own)}
    return frozenset(handed - own | settled & own)


def _handed(node: Node, own: set[str]) -> Iterator[str]:
    """By its name, alone or among the others: `fn(client=made)`, `kwargs["client"] = made`."""
    match node.type:
        case "call" if (called := node.child_by_field_name("function")) is not None and (
            given := node.child_by_field_name("arguments")
        ) is not None:
            owner, _, method = text(called).rpartition(".")
            first = given.named_children[0] if given.named_child_count else None
            if owner in own and method == "setdefault" and first is not None and first.type == "string":
                yield text(first)[1:-1]
            for each in given.named_children if text(called) in own else ():
                name, value = each.child_by_field_name("name"), each.child_by_field_name("value")
                if each.type == "keyword_argument" and name is not None and value is not None and value.type != "none":
                    yield text(name)
        case "assignment" if (target := node.child_by_field_name("left")) is not None and target.type == "subscript":
            owner, key = target.child_by_field_name("value"), target.child_by_field_name("subscript")
            value = node.child_by_field_name("right")
            if owner is None or text(owner) not in own or key is None or key.type != "string" or value is None:
                return
            if value.type != "none" and (value.type == "boolean_operator" or text(key) not in text(value)):
                yield text(key)[1:-1]
        case _:
            pass


def _settled(node: Node, own: set[str]) -> Iterator[str]:
    """What gets a value, or is replaced where it is none: in what another name gets, or is handed on."""
    match node.type:
        case "assignment" | "named_expression" if (value := node.child_by_field_name(_VALUES[node.type])) is not None:
            name = text(node.named_children[0])
            if value.type != "none" and not has_name(text(value), name):
                yield name
            yield from _replaced(value)
        case "as_pattern_target":
            yield text(node)
        case "call" if (called := node.child_by_field_name("function")) is not None and text(called) in own:
            given = node.child_by_field_name("arguments")
            for each in given.named_children if given is not None else ():
                yield from _replaced(each.child_by_field_name("value") or each)
        case _:
            pass


def _replaced(value: Node) -> Iterator[str]:
    """`a` of `a or b`, and of `a if a else b`."""
    left = value.child_by_field_name("left")
    if value.type == "boolean_operator" and left is not None and value.children[1].type == "or":
        yield text(left)
    if value.type == "conditional_expression" and value.named_child_count == 3:
        one, condition, other = map(text, value.named_children)
        tested = _TEST.fullmatch(condition)
        if tested is not None and tested[1] in (one, other):
            yield tested[1]
