"""The place of one value that may be null in Java."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from breadknife.plugins.nullcheck.repairs import rounds
from breadknife.plugins.nullcheck.repairs.order import has_effects_before
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.text.syntax import Node

CLASSES = frozenset({
    "class_declaration", "interface_declaration", "enum_declaration", "record_declaration",
    "annotation_type_declaration",
})  # fmt: skip
METHODS = frozenset({"method_declaration", "constructor_declaration", "compact_constructor_declaration"})
_NULLABLE = re.compile(r"@(?:[\w.]*\.)?(?:Nullable|CheckForNull)\s+")
_IMPORT = re.compile(r"^import\s+([\w.]+\.(\w+))\s*;", re.MULTILINE)
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
_LATER = frozenset({"lambda_expression", "class_body", "switch_block"})
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
class JavaSite(Site):
    lists = frozenset({"block", "constructor_body", "switch_block_statement_group", "static_initializer"})
    functions = METHODS | {"lambda_expression"}
    loops = frozenset({"for_statement", "enhanced_for_statement", "while_statement", "do_statement"})
    left_by_break = frozenset({"switch_block"})
    in_loops = _IN_LOOPS

    @property
    def is_name(self) -> bool:
        """Whether a test of the expression holds for its next use."""
        return re.fullmatch(r"(?:this\.)?\w+", self.source) is not None

    @property
    def is_given_to_platform(self) -> bool:
        """Whether it is an argument of a method or constructor that is Java's own."""
        call = self.path[-2] if self.path[-1].type == "argument_list" else None
        owner = call.child_by_field_name("object") or call.child_by_field_name("type") if call is not None else None
        name = re.split(r"\W", self.text(owner))[0] if owner is not None else ""
        return f"{self.imports.get(name, name)}.".startswith(("java.", "javax.")) or name in _JAVA_LANG

    @cached_property
    def imports(self) -> dict[str, str]:
        """Simple name -> qualified name."""
        return {name: qualified for qualified, name in _IMPORT.findall(self.tree.text)}

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
        return self.text(kind) if kind is not None else "void"

    @property
    def is_parameter(self) -> bool:
        parameters = self.method.child_by_field_name("parameters") if self.method is not None else None
        names = [p.child_by_field_name("name") for p in (parameters.named_children if parameters is not None else [])]
        return any(name is not None and self.text(name) == self.source for name in names)

    @property
    def round(self) -> Node | None:
        return self.loop

    @property
    def loop(self) -> Node | None:
        loop = super().loop
        body = loop.child_by_field_name("body") if loop is not None else None
        return loop if body is not None and body.type == "block" else None

    def modifiers(self, node: Node) -> str:
        """The annotations and other modifiers of a declaration, as they are written."""
        return self.text(next((child for child in node.named_children if child.type == "modifiers"), None))

    def nullable(self, node: Node) -> re.Match[str] | None:
        """The annotation by which a declaration may be null, within its modifiers."""
        return _NULLABLE.search(self.modifiers(node) + " ")

    def runs_first(self, statement: Node, inside: tuple[Node, ...]) -> bool:
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
