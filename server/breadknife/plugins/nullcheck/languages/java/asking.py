"""Which maps a file asks for keys, or whose values it tests for null. Of the others its author knows what keys they
have."""

from __future__ import annotations

from breadknife.plugins.nullcheck.languages.lowering import inner, text
from breadknife.text.syntax import Node, SyntaxTree, captures

_ASKS = frozenset({"containsKey", "getOrDefault", "putIfAbsent", "computeIfAbsent"})
_GETS = frozenset({"get"})
_QUERY = """
(method_invocation object: (_)) @call
(variable_declarator value: [(method_invocation) (parenthesized_expression) (cast_expression)]) @set
(assignment_expression right: [(method_invocation) (parenthesized_expression) (cast_expression)]) @set
(binary_expression operator: ["==" "!="] (null_literal)) @test
"""


def asked(tree: SyntaxTree) -> frozenset[str]:
    """The last names of the maps."""
    found, taken, tested = set[str](), list[tuple[str, str]](), set[str]()
    nodes = captures(tree, _QUERY)
    for node in nodes.get("call", ()):
        if text(node.child_by_field_name("name")) in _ASKS:
            found.add(_last(node.child_by_field_name("object")))
    for node in nodes.get("set", ()):
        name = node.child_by_field_name("name") or node.child_by_field_name("left")
        map_ = _asked_by(node.child_by_field_name("value") or node.child_by_field_name("right"))
        if map_:
            taken.append((_last(name), map_))
    for node in nodes.get("test", ()):
        for side in (node.child_by_field_name("left"), node.child_by_field_name("right")):
            tested.add(_last(side))
            found.add(_asked_by(side))
    return frozenset((found | {map_ for name, map_ in taken if name in tested}) - {""})


def _asked_by(node: Node | None) -> str:
    """The map whose `get` it is a call of, or ""."""
    while node is not None and node.type in ("parenthesized_expression", "cast_expression", "assignment_expression"):
        node = node.child_by_field_name("right") or (inner(node)[-1] if inner(node) else None)
    if node is None or node.type != "method_invocation" or text(node.child_by_field_name("name")) not in _GETS:
        return ""
    return _last(node.child_by_field_name("object"))


def _last(node: Node | None) -> str:
    return text(node).rpartition(".")[2]
