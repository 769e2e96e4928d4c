"""Where a name or an attribute occurs, and what is done with it there: set, tested, used, or only read.

The analysis knows this of the functions that it follows. Here the whole file counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from breadknife.text.syntax import Node, SyntaxTree, path_to


class Role(StrEnum):
    SET = "it gets a value"
    TEST = "it is tested, by its truth, for None, or for its type"
    USE = "it is used as None can't be"
    READ = "its value goes elsewhere"


FUNCTIONS = frozenset({"function_definition", "lambda"})
_PATTERNS = frozenset({
    "pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "as_pattern_target", "delete_statement",
    "global_statement", "nonlocal_statement",
})  # fmt: skip
_SETS = {
    "assignment": "left", "augmented_assignment": "left", "for_statement": "left", "for_in_clause": "left",
    "named_expression": "name",
}  # fmt: skip
_TESTS = {
    "if_statement": "condition", "elif_clause": "condition", "while_statement": "condition",
    "match_statement": "subject", "boolean_operator": "left", "not_operator": "argument", "assert_statement": "",
    "if_clause": "",
}  # fmt: skip
_USES = {
    "attribute": "object", "subscript": "value", "call": "function", "for_statement": "right", "for_in_clause": "right",
    "list_splat": "", "unary_operator": "", "with_item": "", "await": "", "binary_operator": "",
}  # fmt: skip
"""Kind of the node around -> the field of it that the value stands in; "" for any."""
_PREDICATES = frozenset({"isinstance", "issubclass", "hasattr", "callable", "bool"})
_NEEDS_VALUE = frozenset({"len", "int", "float", "sorted", "list", "tuple", "set", "enumerate", "sum", "iter"})


@dataclass(frozen=True, eq=False)
class Occurrence:
    node: Node
    path: tuple[Node, ...]
    """From the root down to the node, without it."""
    role: Role

    @property
    def value(self) -> Node | None:
        """Return what a plain assignment to it alone sets."""
        value: Node | None = self.path[-1] if self.role is Role.SET and self.path[-1].type == "assignment" else None
        while value is not None and value.type == "assignment":  # a = b = None
            value = value.child_by_field_name("right")
        return value

    @property
    def function(self) -> Node | None:
        return next((node for node in reversed(self.path) if node.type == "function_definition"), None)


def occurrences(tree: SyntaxTree, key: str, scope: Node) -> Iterator[Occurrence]:
    """Yield where a name or dotted name stands in a scope, in the order of the text. With a leading dot (`.name`):
    where any object's attribute of that name does."""
    pattern = re.compile(
        (rb"" if key[0] == "." else rb"(?<![\w.\x80-\xff])") + re.escape(key.encode()) + rb"(?![\w\x80-\xff])"
    )
    for found in pattern.finditer(tree.encoded, scope.start_byte, scope.end_byte):
        node = tree.root.named_descendant_for_byte_range(found.end() - 1, found.end())
        path = path_to(tree, node) if node is not None else ()
        if "." in key and path and path[-1].type == "attribute" and path[-1].child_by_field_name("attribute") == node:
            node, path = path[-1], path[:-1]
        is_keyword = bool(path) and path[-1].type == "keyword_argument" and path[-1].child_by_field_name("name") == node
        if node is not None and node.type == ("attribute" if "." in key else "identifier") and path and not is_keyword:
            yield Occurrence(node, path, _role(node, path))


def _role(node: Node, path: tuple[Node, ...]) -> Role:
    parent = path[-1]
    if parent.type in _PATTERNS or (parent.type in _SETS and parent.child_by_field_name(_SETS[parent.type]) == node):
        return Role.SET
    return role_of(node, path)


def role_of(node: Node, path: tuple[Node, ...]) -> Role:
    """Return what is done with a value. `path`: from the root down to it, without it."""
    parent = path[-1]
    match parent.type:
        case "parenthesized_expression" if len(path) > 1:
            return role_of(parent, path[:-1])
        case "boolean_operator" if len(path) > 1 and parent.child_by_field_name("right") == node:
            return role_of(parent, path[:-1])
        case "comparison_operator":
            operators = {child.type for child in parent.children if not child.is_named}
            if operators & {"is", "is not", "==", "!="}:
                return Role.TEST if any(child.type == "none" for child in parent.named_children) else Role.READ
            return Role.READ if operators & {"in", "not in"} and parent.named_children[0] == node else Role.USE
        case "conditional_expression":
            return Role.TEST if parent.named_children[1] == node else Role.READ
        case "argument_list" if len(path) > 1 and (callee := path[-2].child_by_field_name("function")) is not None:
            name = (callee.text or b"").decode("utf-8", "replace")
            is_used = name in _NEEDS_VALUE and parent.named_children[0] == node
            return Role.TEST if name in _PREDICATES else Role.USE if is_used else Role.READ
        case kind:
            for table, role in ((_TESTS, Role.TEST), (_USES, Role.USE)):
                if kind in table and (not table[kind] or parent.child_by_field_name(table[kind]) == node):
                    return role
            return Role.READ
