"""The place of one value that may be nil, and what may be done there without changing the order of effects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from breadknife.plugins.nullcheck import rounds
from breadknife.plugins.nullcheck.braces.layout import on_own_line
from breadknife.plugins.nullcheck.braces.loops import loop_around
from breadknife.plugins.nullcheck.go.narrowing import key_of
from breadknife.plugins.nullcheck.go.outline import Outline, result_types
from breadknife.plugins.nullcheck.order import has_effects_before
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, path_to

_SIMPLE = frozenset({
    "expression_statement", "short_var_declaration", "assignment_statement", "return_statement", "defer_statement",
    "go_statement", "inc_statement", "dec_statement", "send_statement", "var_declaration",
})  # fmt: skip
_FUNCTIONS = frozenset({"function_declaration", "method_declaration", "func_literal"})
_SWITCHES = frozenset({"expression_switch_statement", "type_switch_statement", "select_statement"})
_EFFECTS = frozenset({"call_expression"})
_ASSIGNS = frozenset({"short_var_declaration", "assignment_statement"})
_FOR = frozenset({"for_statement"})
_LOOPS = rounds.Loops(
    sets={**dict.fromkeys(_ASSIGNS, "left"), "inc_statement": "", "dec_statement": "", "var_spec": "name"},
    calls=_EFFECTS,
    steps=frozenset({"range_clause"}),
    clauses=frozenset({"for_clause"}),
    sometimes=frozenset({
        "block", "expression_case", "type_case", "communication_case", "default_case", "func_literal",
    }),
)  # fmt: skip

_FINDS_ERROR = re.compile(r"(?<!!)errors\.(?:Is|As)\((\w*[eE]rr)\b|\b(\w*[eE]rr) (?:!= nil\b|== (?!nil\b))")


@dataclass(frozen=True)
class Origin:
    """The statement that gave a name its value, together with what tells whether there is one."""

    statement: Node
    tells: Node
    """The `err`, `ok` or `_` on its left."""


@dataclass(frozen=True, eq=False)
class Site:
    tree: SyntaxTree
    outline: Outline
    node: Node
    """The expression that may be nil."""
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
        """Whether a test of the expression holds for its next use: a name or a dotted name."""
        return bool(key_of(self.outline, self.node))

    @cached_property
    def function(self) -> Node | None:
        return next((node for node in reversed(self.path) if node.type in _FUNCTIONS), None)

    @property
    def declaration(self) -> Node | None:
        """The whole declaration that holds the place."""
        return next((node for node in self.path if node.type in _FUNCTIONS), None)

    @property
    def results(self) -> tuple[str, ...]:
        return result_types(self.outline, self.function)[0] if self.function is not None else ()

    @property
    def error(self) -> str:
        """The error that a condition around the place has found, which is what counts there; "" for none."""
        for outer, inner in reversed(list(pairwise((*self.path, self.node)))):
            if outer.type in _FUNCTIONS:
                return ""
            test = None
            if outer.type == "if_statement" and inner == outer.child_by_field_name("consequence"):
                test = outer.child_by_field_name("condition")
            elif outer.type == "expression_case":
                test = outer.child_by_field_name("value")
            source = self.outline.text(test) if test is not None and inner != test else ""
            if (found := _FINDS_ERROR.search(source)) is not None and "||" not in source:
                return found[1] or found[2]
        return ""

    @property
    def round(self) -> Node | None:
        """The loop that a `continue` here goes on with."""
        return loop_around(self.path, _FOR, _FUNCTIONS)

    @cached_property
    def goes_on(self) -> bool:
        """Whether a `continue` here would come to another value, or to the loop's end."""
        check = rounds.Check(self.tree, self.node, self.statement or self.node, self.is_name)
        return self.round is not None and rounds.goes_on(_LOOPS, check, self.round)

    @property
    def loop(self) -> Node | None:
        """The loop that a `break` here leaves."""
        return loop_around(self.path, _FOR, _FUNCTIONS | _SWITCHES)

    @cached_property
    def statement(self) -> Node | None:
        """The statement before which a guard may stand, or None where that would change what is evaluated when."""
        nodes = (*self.path, self.node)
        at = next((at for at in range(len(nodes) - 1, 0, -1) if nodes[at - 1].type == "statement_list"), None)
        if at is None:
            return None
        statement, inside = nodes[at], nodes[at + 1 :]
        return statement if _runs_first(statement, inside) and on_own_line(self.tree, statement) else None

    @property
    def siblings(self) -> list[Node]:
        """The statements of the list that `statement` is one of."""
        lists = [node for node in self.path if node.type == "statement_list"]
        return lists[-1].named_children if lists else []

    def declared_type(self) -> str:
        """The type of the expression as the source writes it, or ""."""
        return self._type_of(self.node)

    def _type_of(self, node: Node) -> str:
        if node.type == "selector_expression":
            owner, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
            if owner is None or field is None:
                return ""
            struct = self._type_of(owner).lstrip("*").partition("[")[0]
            return self.outline.structs.get(struct, {}).get(self.outline.text(field), "")
        if node.type != "identifier" or self.declaration is None:
            return ""
        name, written = self.outline.text(node), self.outline.text(self.declaration)
        found = re.findall(
            rf"\b{re.escape(name)}\b(?:, \w+)*\s+(\*?[\w.]+(?:\[[^=\n{{}}]*?\][\w.*]*)?)\s*[,)=\n]", written
        )
        made = re.findall(rf"\b{re.escape(name)} := (&?)([\w.]+)\{{", written)
        kinds = {*found, *(("*" if pointer else "") + kind for pointer, kind in made)}
        return kinds.pop() if len(kinds) == 1 else self.outline.variables.get(name, "")

    def origin(self) -> Origin | None:
        """Where the name got its value together with an error or an `ok`, nearest before the place."""
        name = self.outline.text(self.node)
        found: Origin | None = None
        stack = [self.function] if self.function is not None and self.node.type == "identifier" else []
        while stack:
            node = stack.pop()
            if node.start_byte >= self.node.start_byte:
                continue
            if node.type in _ASSIGNS and node.end_byte <= self.node.start_byte:
                targets, values = _sides(node)
                if any(self.outline.text(target) == name for target in targets) and (
                    found is None or node.start_byte > found.statement.start_byte
                ):
                    tells = len(targets) > 1 and len(values) == 1 and targets[-1].type == "identifier"
                    found = Origin(node, targets[-1] if tells else targets[0])
            stack += node.named_children
        return found if found is not None and self.outline.text(found.tells) != name else None


def _sides(node: Node) -> tuple[list[Node], list[Node]]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    return (left.named_children if left is not None else []), (right.named_children if right is not None else [])


def site_of(tree: SyntaxTree, outline: Outline, node: Node, use: Use) -> Site:
    return Site(tree, outline, node, use, path_to(tree, node))


def _runs_first(statement: Node, inside: tuple[Node, ...]) -> bool:
    node = inside[-1] if inside else statement
    if statement.type in ("if_statement", "expression_switch_statement"):
        first = statement.child_by_field_name("initializer")
        first = first or statement.child_by_field_name("condition") or statement.child_by_field_name("value")
        if first is None or not inside or inside[0] != first:
            return False
    elif statement.type == "for_statement":
        if not inside or inside[0].type not in ("range_clause", "for_clause") or len(inside) < 2:
            return False
        first = inside[0].child_by_field_name("right") or inside[0].child_by_field_name("initializer")
        if inside[1] != first:
            return False
    elif statement.type not in _SIMPLE:
        return False
    for outer, inner in pairwise(inside):
        if outer.type == "func_literal":
            return False
        lazy = outer.type == "binary_expression" and outer.children[1].type in ("&&", "||")
        if lazy and inner != outer.child_by_field_name("left"):
            return False
    return node.type == "identifier" or not has_effects_before(statement, node, _EFFECTS)
