"""The place of one value that may be nil in Go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from breadknife.plugins.nullcheck.core.declarations import Class
from breadknife.plugins.nullcheck.core.il import At
from breadknife.plugins.nullcheck.repairs import rounds
from breadknife.plugins.nullcheck.repairs.order import has_effects_before
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.text.syntax import Node

_SIMPLE = frozenset({
    "expression_statement", "short_var_declaration", "assignment_statement", "return_statement", "defer_statement",
    "go_statement", "inc_statement", "dec_statement", "send_statement", "var_declaration",
})  # fmt: skip
_EFFECTS = frozenset({"call_expression"})
_ASSIGNS = frozenset({"short_var_declaration", "assignment_statement"})
_LOOPS = rounds.Loops(
    sets={**dict.fromkeys(_ASSIGNS, "left"), "inc_statement": "", "dec_statement": "", "var_spec": "name"},
    calls=_EFFECTS,
    steps=frozenset({"range_clause"}),
    clauses=frozenset({"for_clause"}),
    sometimes=frozenset({
        "block", "expression_case", "type_case", "communication_case", "default_case", "func_literal",
    }),
)  # fmt: skip

_NAME = re.compile(r"\(*[^\W\d]\w*(?:\.\w+)*\)*")
_FINDS_ERROR = re.compile(r"(?<!!)errors\.(?:Is|As)\((\w*[eE]rr)\b|\b(\w*[eE]rr) (?:!= nil\b|== (?!nil\b))")


@dataclass(frozen=True)
class Given:
    """The statement that gave a name its value, together with what tells whether there is one."""

    statement: Node
    tells: Node
    """The `err`, `ok` or `_` on its left."""


@dataclass(frozen=True, eq=False)
class GoSite(Site):
    lists = frozenset({"statement_list"})
    functions = frozenset({"function_declaration", "method_declaration", "func_literal"})
    loops = frozenset({"for_statement"})
    left_by_break = frozenset({"expression_switch_statement", "type_switch_statement", "select_statement"})
    in_loops = _LOOPS

    @property
    def is_name(self) -> bool:
        return _NAME.fullmatch(self.source) is not None

    @property
    def declaration(self) -> Node | None:
        """The whole declaration that holds the place."""
        return next((node for node in self.path if node.type in self.functions), None)

    @property
    def results(self) -> tuple[str, ...]:
        """The types of what the function gives back."""
        result = self.function.child_by_field_name("result") if self.function is not None else None
        if result is None or result.type != "parameter_list":
            return (self.text(result),) if result is not None else ()
        types = list[str]()
        for parameter in result.named_children:
            written = self.text(parameter.child_by_field_name("type"))
            types += [written] * max(1, len(parameter.children_by_field_name("name"))) if written else []
        return tuple(types)

    @property
    def error(self) -> str:
        """The error that a condition around the place has found, which is what counts there; "" for none."""
        for outer, inner in reversed(list(pairwise((*self.path, self.node)))):
            if outer.type in self.functions:
                return ""
            test = None
            if outer.type == "if_statement" and inner == outer.child_by_field_name("consequence"):
                test = outer.child_by_field_name("condition")
            elif outer.type == "expression_case":
                test = outer.child_by_field_name("value")
            source = self.text(test) if test is not None and inner != test else ""
            if (found := _FINDS_ERROR.search(source)) is not None and "||" not in source:
                return found[1] or found[2]
        return ""

    def written_type(self) -> str:
        """The type of the expression as the source writes it, or ""."""
        return self._type_of(self.node)

    def _type_of(self, node: Node) -> str:
        if node.type == "selector_expression":
            owner, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
            if owner is None or field is None:
                return ""
            return self.field_type(self._type_of(owner).lstrip("*").partition("[")[0], self.text(field))
        if node.type != "identifier" or self.declaration is None:
            return ""
        name, written = self.text(node), self.text(self.declaration)
        found = re.findall(
            rf"\b{re.escape(name)}\b(?:, \w+)*\s+(\*?[\w.]+(?:\[[^=\n{{}}]*?\][\w.*]*)?)\s*[,)=\n]", written
        )
        made = re.findall(rf"\b{re.escape(name)} := (&?)([\w.]+)\{{", written)
        kinds = {*found, *(("*" if pointer else "") + kind for pointer, kind in made)}
        if len(kinds) == 1:
            return kinds.pop()
        stores = self.home.file.variables.get(name)
        return self._written_beside(stores[0].at) if stores else ""

    def struct(self, name: str) -> Class | None:
        """A struct of this package."""
        target = self.home.class_target(name) if name.isidentifier() else None
        class_ = target.class_ if target is not None else None
        return class_ if class_ is not None and (class_.stores or class_.bases) else None

    def is_interface(self, name: str) -> bool:
        if name in ("interface", "error"):
            return True
        target = self.home.class_target(name) if name.isidentifier() else None
        return target is not None and target.class_ is not None and target.class_.is_interface

    def field_type(self, struct: str, field: str) -> str:
        """The type of a field of a struct of this file as the source writes it, or ""."""
        class_ = self.home.file.classes.get(struct)
        stores = class_.stores.get(field) if class_ is not None else None
        return self._written_beside(stores[0].at) if stores else ""

    def _written_beside(self, at: At) -> str:
        """The type that a declaration of the name there has."""
        name = self.tree.root.named_descendant_for_byte_range(*at)
        return (
            self.text(name.parent.child_by_field_name("type")) if name is not None and name.parent is not None else ""
        )

    def given_by(self) -> Given | None:
        """Where the name got its value together with an error or an `ok`, nearest before the place."""
        name = self.text(self.node)
        found: Given | None = None
        stack = [self.function] if self.function is not None and self.node.type == "identifier" else []
        while stack:
            node = stack.pop()
            if node.start_byte >= self.node.start_byte:
                continue
            if node.type in _ASSIGNS and node.end_byte <= self.node.start_byte:
                targets, values = _sides(node)
                if any(self.text(target) == name for target in targets) and (
                    found is None or node.start_byte > found.statement.start_byte
                ):
                    tells = len(targets) > 1 and len(values) == 1 and targets[-1].type == "identifier"
                    found = Given(node, targets[-1] if tells else targets[0])
            stack += node.named_children
        return found if found is not None and self.text(found.tells) != name else None

    def runs_first(self, statement: Node, inside: tuple[Node, ...]) -> bool:
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


def _sides(node: Node) -> tuple[list[Node], list[Node]]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    return (left.named_children if left is not None else []), (right.named_children if right is not None else [])
