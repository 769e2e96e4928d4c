"""What becomes of a comprehension's elements: whether each of them counts, and none may be left out."""

from __future__ import annotations

from breadknife.plugins.nullcheck.repairs.python.evaluation import COMPREHENSIONS
from breadknife.plugins.nullcheck.repairs.python.nodes import text
from breadknife.plugins.nullcheck.repairs.python.site import Site
from breadknife.text.syntax import Node

_DECIDING = ("all", "any")
"""Of each element only the truth counts to them."""
_COUNTING = frozenset({"zip", "zip_longest", "enumerate", "len", *_DECIDING})
_SAME = frozenset({"list", "tuple", "iter", "reversed"})
_TARGETS = frozenset({"pattern_list", "tuple_pattern", "list_pattern"})


def decides(node: Node) -> bool:
    """Whether it is a call of `all` or `any`."""
    function = node.child_by_field_name("function") if node.type == "call" else None
    return function is not None and text(function) in _DECIDING


def is_decided(site: Site, at: int) -> bool:
    """Whether the node at that place in the path is a comprehension, of whose elements, in which the place stands, only
    the truth counts."""
    outer, inner = site.path[at], (*site.path, site.node)[at + 1]
    if outer.type not in COMPREHENSIONS or inner != outer.named_children[0]:
        return False
    around = [node for node in site.path[:at] if node.type != "argument_list"]
    return bool(around) and decides(around[-1])


def is_each_counted(site: Site, comprehension: Node) -> bool:
    """Whether its length, or at which place an element stands, means something to what gets it."""
    inner = comprehension
    for outer in reversed(site.path[: site.path.index(comprehension)]):
        match outer.type:
            case "argument_list" | "parenthesized_expression":
                pass
            case "call":
                name = text(outer.child_by_field_name("function") or outer).rpartition(".")[2]
                if name not in _SAME:
                    return name in _COUNTING
            case "subscript":
                return outer.child_by_field_name("value") == inner
            case "attribute":
                return text(outer.child_by_field_name("attribute") or outer) == "index"
            case "assignment":
                left = outer.child_by_field_name("left")
                return left is not None and left.type in _TARGETS
            case kind:
                return kind == "list_splat"
        inner = outer
    return False
