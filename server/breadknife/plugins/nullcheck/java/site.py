"""The place of one value that may be null, and what may be done there without changing the order of effects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from breadknife.plugins.nullcheck import rounds
from breadknife.plugins.nullcheck.braces.layout import on_own_line
from breadknife.plugins.nullcheck.braces.loops import loop_around
from breadknife.plugins.nullcheck.java.outline import CLASSES, METHODS, Outline
from breadknife.plugins.nullcheck.order import has_effects_before
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, path_to

_SIMPLE = frozenset({
    "expression_statement", "local_variable_declaration", "return_statement", "throw_statement", "yield_statement",
})  # fmt: skip
_HEADERS = {
    "if_statement": "condition",
    "enhanced_for_statement": "value",
    "switch_expression": "condition",
    "for_statement": "init",
}
"""Compound statement -> the field that is evaluated first, once."""
_LISTS = frozenset({"block", "constructor_body", "switch_block_statement_group", "static_initializer"})
_LATER = frozenset({"lambda_expression", "class_body", "switch_block"})
_LOOPS = frozenset({"for_statement", "enhanced_for_statement", "while_statement", "do_statement"})
_IN_LOOPS = rounds.Loops(
    sets={"assignment_expression": "left", "update_expression": "", "variable_declarator": "name"},
    calls=frozenset({"method_invocation"}),
    steps=frozenset({"enhanced_for_statement"}),
    sometimes=frozenset({"block", "switch_block", "lambda_expression", "class_body", "if_statement"}),
)
_EFFECTS = frozenset({"method_invocation", "object_creation_expression", "assignment_expression", "update_expression"})
_JAVA_LANG = frozenset({
    "Boolean", "Byte", "Character", "Class", "Double", "Enum", "Float", "Integer", "Long", "Math", "Number", "Runtime",
    "Short", "String", "StringBuffer", "StringBuilder", "System", "Thread",
})  # fmt: skip
"""Classes that need no import."""


@dataclass(frozen=True, eq=False)
class Site:
    tree: SyntaxTree
    outline: Outline
    node: Node
    """The expression that may be null."""
    use: Use
    path: tuple[Node, ...]
    """From the root down to the node, without it."""

    @property
    def span(self) -> Span:
        return self.tree.span(self.node)

    @property
    def source(self) -> str:
        return self.tree.source(self.node)

    @property
    def is_name(self) -> bool:
        """Whether a test of the expression holds for its next use."""
        return re.fullmatch(r"(?:this\.)?\w+", self.source) is not None

    @property
    def is_given_to_platform(self) -> bool:
        """Whether it is an argument of a method or constructor that is Java's own."""
        call = self.path[-2] if self.path[-1].type == "argument_list" else None
        owner = call.child_by_field_name("object") or call.child_by_field_name("type") if call is not None else None
        name = re.split(r"\W", self.outline.text(owner))[0] if owner is not None else ""
        return f"{self.outline.imports.get(name, name)}.".startswith(("java.", "javax.")) or name in _JAVA_LANG

    @cached_property
    def function(self) -> Node | None:
        """The innermost method or lambda."""
        return next(
            (node for node in reversed(self.path) if node.type in METHODS or node.type == "lambda_expression"), None
        )

    @property
    def method(self) -> Node | None:
        """The innermost method."""
        return next((node for node in reversed(self.path) if node.type in METHODS), None)

    @property
    def member(self) -> Node | None:
        """The outermost member of a class that holds the place."""
        for outer, inner in pairwise((*self.path, self.node)):
            if outer.type == "class_body" and inner.type not in CLASSES:
                return inner
        return None

    @property
    def is_finally(self) -> bool:
        """Whether what is thrown here, or leaves, may hide an exception that is on its way."""
        for node in reversed(self.path):
            if node.type == "finally_clause" or node == self.function:
                return node != self.function
        return False

    @property
    def result(self) -> str | None:
        """The type that a `return` at the place gives back; None in a lambda, whose type nobody wrote."""
        if self.function is None or self.function.type == "lambda_expression":
            return None
        kind = self.function.child_by_field_name("type")
        return self.outline.text(kind) if kind is not None else "void"

    @property
    def is_parameter(self) -> bool:
        parameters = self.method.child_by_field_name("parameters") if self.method is not None else None
        names = [p.child_by_field_name("name") for p in (parameters.named_children if parameters is not None else [])]
        return any(name is not None and self.outline.text(name) == self.source for name in names)

    @property
    def loop(self) -> Node | None:
        """The loop that a `break;` here leaves."""
        loop = loop_around(self.path, _LOOPS, METHODS | {"lambda_expression", "switch_block"})
        body = loop.child_by_field_name("body") if loop is not None else None
        return loop if body is not None and body.type == "block" else None

    @cached_property
    def goes_on(self) -> bool:
        """Whether a `continue;` here would come to another value, or to the loop's end."""
        check = rounds.Check(self.tree, self.node, self.statement or self.node, self.is_name)
        return self.loop is not None and rounds.goes_on(_IN_LOOPS, check, self.loop)

    @cached_property
    def statement(self) -> Node | None:
        """The statement before which a guard may stand, or None where that would change what is evaluated when."""
        nodes = (*self.path, self.node)
        at = next((at for at in range(len(nodes) - 1, 0, -1) if nodes[at - 1].type in _LISTS), None)
        if at is None:
            return None
        statement, inside = nodes[at], nodes[at + 1 :]
        return statement if _runs_first(statement, inside) and on_own_line(self.tree, statement) else None

    @property
    def siblings(self) -> list[Node]:
        """The statements of the list that holds the place."""
        lists = [node for node in self.path if node.type in _LISTS]
        return lists[-1].named_children if lists else []


def site_of(tree: SyntaxTree, outline: Outline, node: Node, use: Use) -> Site:
    return Site(tree, outline, node, use, path_to(tree, node))


def _runs_first(statement: Node, inside: tuple[Node, ...]) -> bool:
    if statement.type in _HEADERS:
        first = statement.child_by_field_name(_HEADERS[statement.type])
        if first is None or not inside or inside[0] != first:
            return False
    elif statement.type not in _SIMPLE:
        return False
    for outer, inner in pairwise(inside):
        if outer.type in _LATER or inner.type in _LATER:
            return False
        operator = outer.child_by_field_name("operator") if outer.type == "binary_expression" else None
        if operator is not None and operator.type in ("&&", "||") and inner != outer.child_by_field_name("left"):
            return False
        if outer.type == "ternary_expression" and inner != outer.child_by_field_name("condition"):
            return False
    node = inside[-1] if inside else statement
    return not has_effects_before(statement, node, _EFFECTS)


def call_parts(node: Node) -> tuple[str, Node | None, list[Node]]:
    """The name of what is called, what it is called on, and what it is given; "" for what is no call."""
    name, arguments = node.child_by_field_name("name"), node.child_by_field_name("arguments")
    if node.type != "method_invocation" or name is None or arguments is None:
        return "", None, []
    given = [child for child in arguments.named_children if not child.type.endswith("comment")]
    return (name.text or b"").decode(), node.child_by_field_name("object"), given
