"""Keys that come from a map's own iteration: the map has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from breadknife.plugins.nullcheck.ecmascript.narrowing import inner
from breadknife.text.syntax import Node

_EACH = frozenset({"map", "flatMap", "forEach", "filter", "some", "every", "find", "findIndex"})
_SAME = frozenset({"sort", "toSorted", "reverse", "toReversed", "filter", "slice"})
"""Methods that give the same elements, or some of them."""


class Reading(Protocol):
    def text(self, node: Node, /) -> str: ...


def looked_up(reading: Reading, bound: Node, of: Node) -> Iterator[str]:
    """The keys, as facts have them, of what a map gives for what `bound` gets of the iteration over `of`."""
    found = _iterated(reading, inner(of))
    if found is None:
        return
    owner, is_key = found
    key = bound if is_key else bound.children[1] if bound.type == "array_pattern" else None
    if key is not None and key.type == "identifier":
        yield f"{owner}.get({reading.text(key)})"


def looked_up_in(reading: Reading, function: Node) -> Iterator[str]:
    """The same for the parameters of a function that is given to `map` or the like."""
    call = function.parent.parent if function.parent is not None and function.parent.type == "arguments" else None
    method, of = _called(reading, call) if call is not None else ("", None)
    if of is None or method not in _EACH:
        return
    single, several = function.child_by_field_name("parameter"), function.child_by_field_name("parameters")
    taken = [single] if single is not None else several.named_children if several is not None else []
    bound = [each.child_by_field_name("pattern") or each for each in taken]
    if bound:
        yield from looked_up(reading, bound[0], of)
    if method == "forEach" and len(bound) > 1 and bound[1].type == "identifier":  # a map's own gives the key, too
        yield f"{reading.text(of)}.get({reading.text(bound[1])})"


def removed(reading: Reading, call: Node, known: Iterable[str]) -> list[str]:
    """The known values that a map has lost after `m.delete(k)` or `m.clear()`."""
    method, owner = _called(reading, call)
    arguments = call.child_by_field_name("arguments")
    if owner is None or arguments is None or method not in ("delete", "clear"):
        return []
    lost = f"{reading.text(owner)}.get{reading.text(arguments) if method == 'delete' else '('}".replace("?.", ".")
    return [key for key in known if key.startswith(lost)]


def _iterated(reading: Reading, node: Node) -> tuple[str, bool] | None:
    """The map, and whether its keys alone are gone through, not its entries."""
    method, owner = _called(reading, node)
    if owner is not None and method in ("keys", "entries"):
        return reading.text(owner), method == "keys"
    if owner is not None and method == "from" and reading.text(owner) == "Array":
        given = node.child_by_field_name("arguments")
        of = given.named_children[0] if given is not None and given.named_child_count == 1 else None
    elif owner is not None and method in _SAME:
        of = owner
    elif node.type == "array" and node.named_child_count == 1 and node.named_children[0].type == "spread_element":
        of = next(iter(node.named_children[0].named_children), None)
    else:
        return (reading.text(node), False) if node.type in ("identifier", "member_expression") else None
    return _iterated(reading, inner(of)) if of is not None else None


def _called(reading: Reading, call: Node) -> tuple[str, Node | None]:
    """The method that is called, and of what."""
    function = call.child_by_field_name("function") if call.type == "call_expression" else None
    name = function.child_by_field_name("property") if function is not None else None
    if function is None or name is None:
        return "", None
    return reading.text(name), function.child_by_field_name("object")
