"""Whether an empty default is certain to fail at the use, as `"".split("@")[1]` does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breadknife.plugins.nullcheck.repairs.python.reading.kinds import arguments_of
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import text
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.text.syntax import Node

_EMPTY = frozenset({'""', "''", 'b""', "{}", "[]", "()", "set()"})
_PARTS = {"partition": 3, "rpartition": 3, "split": 1, "rsplit": 1, "splitlines": 0, "items": 0, "keys": 0, "values": 0}
"""Method -> how many an empty string or dict gives."""
_SPLITS = ("split", "rsplit")
_SAME = frozenset({
    "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold", "swapcase", "replace", "encode",
    "decode", "expandtabs", "removeprefix", "removesuffix", "translate", "copy",
})  # fmt: skip
"""Methods that give an empty one again."""
_OF_TEXT = frozenset({"int", "float", "Decimal", "Fraction", "UUID", "ord"})
_OF_SOME = frozenset({"max", "min", "mean", "median", "mode", "choice"})
"""Functions that refuse what is empty."""
_TARGETS = frozenset({"pattern_list", "tuple_pattern", "list_pattern"})


def fails(site: Site, default: str) -> bool:
    """Follows what is asked of the value in a row, as far as it is known what an empty one gives."""
    if default not in _EMPTY:
        return False
    length, is_text = 0, default in ('""', "''")
    inner, path = site.node, list(site.path)
    while path:
        outer = path.pop()
        match outer.type:
            case "parenthesized_expression":
                pass
            case "attribute" if path and path[-1].type == "call" and not length:
                name = text(outer.child_by_field_name("attribute") or outer)
                outer = path.pop()
                if name in _PARTS:
                    length, is_text = (0 if name in _SPLITS and not arguments_of(outer) else _PARTS[name]), False
                elif name == "get" and len(arguments_of(outer)) == 1:  # None again
                    return _is_asked_of(outer, path)
                elif name not in _SAME:
                    return False
            case "subscript" if outer.child_by_field_name("value") == inner:
                index = outer.child_by_field_name("subscript")
                said = text(index) if index is not None else ""
                if not re.fullmatch(r"-?\d+", said):
                    return False
                if not -length <= int(said) < length:
                    return True
                length, is_text = 0, True
            case "argument_list" if path and path[-1].type == "call" and len(arguments_of(path[-1])) == 1:
                callee = text(path[-1].child_by_field_name("function") or outer).rpartition(".")[2]
                return not length and callee in (_OF_TEXT if is_text else _OF_SOME)
            case "assignment":
                left = outer.child_by_field_name("left")
                return left is not None and left.type in _TARGETS and inner != left and _refuse(left, length)
            case _:
                return False
        inner = outer
    return False


def _is_asked_of(value: Node, path: Sequence[Node]) -> bool:
    return path[-1].type in ("attribute", "subscript") and path[-1].named_children[0] == value


def _refuse(targets: Node, length: int) -> bool:
    """Whether so many values can't be taken apart into these."""
    names = targets.named_children
    is_open = any(name.type == "list_splat_pattern" for name in names)
    return len(names) - 1 > length if is_open else len(names) != length
