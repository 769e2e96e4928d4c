"""Where a name or an attribute occurs, and what is done with it there: set, tested, used, or only read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from breadknife.plugins.nullcheck.repairs.python.reading.nodes import TUPLE_PATTERNS, text
from breadknife.text.syntax import Node, SyntaxTree, path_to


class Role(StrEnum):
    SET = "it gets a value"
    TEST = "it is tested, by its truth, for None, or for its type"
    USE = "it is used as None can't be"
    READ = "its value goes elsewhere"


@dataclass(frozen=True, eq=False)
class Occurrence:
    node: Node
    path: tuple[Node, ...]
    """From the root down to the node, without it."""
    role: Role
    assignment: Node | None = None
    """Of a SET by a plain assignment to it alone."""

    @property
    def value(self) -> Node | None:
        """What a SET sets, where that can be seen."""
        value = self.assignment.child_by_field_name("right") if self.assignment is not None else None
        while value is not None and value.type == "assignment":  # a = b = None
            value = value.child_by_field_name("right")
        while value is not None and value.type == "parenthesized_expression" and (inner := _only(value)) is not None:
            value = inner
        return value

    @property
    def annotation(self) -> Node | None:
        return self.assignment.child_by_field_name("type") if self.assignment is not None else None

    def inside(self, *kinds: str) -> Node | None:
        """The innermost node of one of these kinds around it."""
        return next((node for node in reversed(self.path) if node.type in kinds), None)

    @property
    def function_start(self) -> int:
        """Where the function that it stands in begins, in bytes; -1 outside of all."""
        function = self.inside("function_definition")
        return function.start_byte if function is not None else -1

    @property
    def scope(self) -> Node | None:
        """The function or class that it stands in."""
        return self.inside("function_definition", "class_definition")


def _only(parentheses: Node) -> Node | None:
    inner = [child for child in parentheses.named_children if child.type != "comment"]
    return inner[0] if len(inner) == 1 else None


_ITERATES = frozenset(
    {"sorted", "list", "tuple", "set", "frozenset", "enumerate", "reversed", "sum", "any", "all", "iter"}
)
"""Builtins that iterate over their only or first argument and have no use for None."""
_TAKES_VALUE = frozenset({"len", "int", "float", "abs", "round", "ord", "chr"})
"""Builtins that raise TypeError for None."""
_NONE_ATTRIBUTES = frozenset(dir(None))
"""What None itself has: `x.__class__` is no mistake."""
_PATTERNS = TUPLE_PATTERNS | {"list_splat_pattern", "as_pattern_target"}
_BINDS = {"for_statement": "left", "for_in_clause": "left", "augmented_assignment": "left", "named_expression": "name"}
_TESTED = {"if_statement": "condition", "elif_clause": "condition", "while_statement": "condition",
           "match_statement": "subject"}  # fmt: skip
_TESTS = frozenset({"boolean_operator", "not_operator", "assert_statement", "if_clause"})
_PREDICATES = frozenset({"isinstance", "issubclass", "hasattr", "callable", "bool", "all", "any"})


def occurrences(tree: SyntaxTree, key: str, scope: Node) -> Iterator[Occurrence]:
    """Where a name or dotted name stands in a scope, in the order of the text. With a leading dot (`.name`): where
    any object's attribute of that name does."""
    kind = "attribute" if "." in key else "identifier"
    before = rb"" if key.startswith(".") else rb"(?<![\w.\x80-\xff])"
    pattern = re.compile(before + re.escape(key.encode("utf-8", "surrogatepass")) + rb"(?![\w\x80-\xff])")
    for found in pattern.finditer(tree.encoded, scope.start_byte, scope.end_byte):
        node = tree.root.named_descendant_for_byte_range(found.start() + key.startswith("."), found.end())
        if node is None:
            continue
        path = path_to(tree, node)
        if key.startswith(".") and node.type == "identifier" and path:
            node, path = path[-1], path[:-1]
        if node.type == kind and node.end_byte == found.end() and not _is_keyword(node, path):
            yield _occurrence(node, path)


def _is_keyword(node: Node, path: tuple[Node, ...]) -> bool:
    return bool(path) and path[-1].type == "keyword_argument" and path[-1].child_by_field_name("name") == node


def _occurrence(node: Node, path: tuple[Node, ...]) -> Occurrence:
    parent = path[-1]
    if parent.type == "assignment" and parent.child_by_field_name("left") == node:
        return Occurrence(node, path, Role.SET, parent)
    if parent.type in _PATTERNS or (parent.type in _BINDS and parent.child_by_field_name(_BINDS[parent.type]) == node):
        return Occurrence(node, path, Role.SET)
    if parent.type in ("delete_statement", "global_statement", "nonlocal_statement"):
        return Occurrence(node, path, Role.SET)
    return Occurrence(node, path, role_of(node, path))


def role_of(node: Node, path: tuple[Node, ...]) -> Role:
    """What is done with a value. `path`: from the root down to it, without it."""
    parent = path[-1]
    match parent.type:
        case "parenthesized_expression" if len(path) > 1:
            return role_of(parent, path[:-1])
        case "boolean_operator" if len(path) > 1 and parent.child_by_field_name("right") == node:
            return role_of(parent, path[:-1])
        case "attribute":
            name = parent.child_by_field_name("attribute")
            return Role.READ if name is not None and text(name) in _NONE_ATTRIBUTES else Role.USE
        case "subscript" if parent.child_by_field_name("value") == node:
            return Role.USE
        case "call" if parent.child_by_field_name("function") == node:
            return Role.USE
        case "for_statement" | "for_in_clause" | "list_splat" | "unary_operator" | "with_item" | "await":
            return Role.USE
        case "yield" if any(child.type == "from" for child in parent.children):
            return Role.USE
        case "as_pattern" if len(path) > 1 and path[-2].type == "with_item":
            return Role.USE
        case "binary_operator":
            operator = parent.child_by_field_name("operator")
            return Role.READ if operator is not None and operator.type in ("%", "|") else Role.USE
        case "comparison_operator":
            return _compared(node, parent)
        case "conditional_expression":
            parts = [child for child in parent.named_children if child.type != "comment"]
            return Role.TEST if len(parts) > 1 and parts[1] == node else Role.READ
        case "argument_list" if len(path) > 1 and (callee := path[-2].child_by_field_name("function")) is not None:
            name = text(callee)
            if name in _PREDICATES:
                return Role.TEST
            first = parent.named_children[0] == node
            return Role.USE if first and (name in _ITERATES or name in _TAKES_VALUE) else Role.READ
        case kind if kind in _TESTS or (kind in _TESTED and parent.child_by_field_name(_TESTED[kind]) == node):
            return Role.TEST
        case _:
            return Role.READ


def _compared(node: Node, comparison: Node) -> Role:
    operators = {child.type for child in comparison.children if not child.is_named}
    if operators & {"is", "is not", "==", "!="}:
        return Role.TEST if any(child.type == "none" for child in comparison.named_children) else Role.READ
    if operators & {"in", "not in"} and comparison.named_children[0] == node:
        return Role.READ
    return Role.USE
