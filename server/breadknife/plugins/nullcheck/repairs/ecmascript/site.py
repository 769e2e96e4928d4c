"""The place of one value that may be null, and what may be done there without changing the order of effects."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.languages.ecmascript.assigned import Assigned
from breadknife.plugins.nullcheck.languages.ecmascript.types import Types
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import (
    BLOCKS,
    EFFECTS,
    FUNCTIONS,
    LOOPS,
    PARTS,
    SHORT_CIRCUITS,
    has_effect,
    is_optional,
    own_nodes,
)
from breadknife.plugins.nullcheck.repairs.ecmascript.order import ACCESSES, Opening, opening
from breadknife.plugins.nullcheck.repairs.ecmascript.style import Style
from breadknife.plugins.nullcheck.repairs.layout import indent_of, on_own_line
from breadknife.plugins.nullcheck.repairs.order import changes_what_is_read, has_effects_before
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, covers, nodes_in

_HOLDERS = BLOCKS | {"class_body", "switch_case", "switch_default", "interface_body", "object_type"}
_CASES = frozenset({"switch_case", "switch_default"})
_FIRST = {
    "expression_statement": (),
    "return_statement": (),
    "throw_statement": (),
    "lexical_declaration": (),
    "variable_declaration": (),
    "export_statement": ("declaration",),
    "if_statement": ("condition",),
    "switch_statement": ("value",),
    "for_in_statement": ("right",),
    "for_statement": ("initializer", "condition"),
    "while_statement": ("condition",),
}
"""Statement -> the fields that are always evaluated, before anything else of it; none: all of it."""
SIMPLE = frozenset(kind for kind, fields in _FIRST.items() if not fields)
_LAZY = FUNCTIONS | {"class", "class_body", "class_declaration", "abstract_class_declaration", "decorator"}
"""Evaluated later than the statement that it stands in, or not at all."""
_PLAIN = frozenset({"identifier", "this", "shorthand_property_identifier"})
_NAMES = _PLAIN | {"member_expression"}
_TARGETS = {
    "assignment_expression": "left", "augmented_assignment_expression": "left", "update_expression": "argument",
    "variable_declarator": "name", "for_in_statement": "left",
}  # fmt: skip
"""What gives a name a value -> its field with the name."""
THROWING = frozenset({Use.ATTRIBUTE, Use.CALL, Use.SUBSCRIPT, Use.ITERATE})
"""What JavaScript itself throws a TypeError for."""


@dataclass(frozen=True, eq=False)
class Site:
    tree: SyntaxTree
    home: FileHome
    style: Style
    node: Node
    """The expression that may be null."""
    use: Use
    path: tuple[Node, ...]
    """From the root down to the node, without it."""
    null: str = ""
    """`null` or `undefined` where it can only be that one."""
    wanted: str = ""
    """The type that is wanted in its place."""
    bang: Node | None = None
    """The `!` expression around it that an edit does away with; not part of the path."""
    nullable: Collection[tuple[int, int]] = ()
    """What else may be null in the file, by its bytes."""

    @property
    def span(self) -> Span:
        return self.tree.span(self.node)

    @property
    def source(self) -> str:
        return self.text(self.node)

    def text(self, node: Node | None) -> str:
        return self.tree.source(node) if node is not None else ""

    @property
    def is_typed(self) -> bool:
        return self.home.file.is_typed

    def type_of(self, annotation: Node | None) -> Type:
        """What an annotation says, aliases followed."""
        types = Types(self.home.knowledge.annotations, self.home.file.imports, lambda node: f"{{}}{node.start_byte}")
        return self.home.qualified_type(types.read(annotation)) or Type("")

    @property
    def parent(self) -> Node:
        return self.path[-1]

    @cached_property
    def is_name(self) -> bool:
        """Whether a test of the expression holds for its next use: a name or a dotted name."""
        node = self.node
        if node.type not in _NAMES:
            return False
        while node.type == "member_expression" and node.child_by_field_name("optional_chain") is None:
            owner = node.child_by_field_name("object")
            if owner is None:
                return False
            node = owner
        return node.type in _PLAIN and not any(_calls(self.tree, name) for name in self.source.split(".")[1:])

    @property
    def is_steady(self) -> bool:
        """Whether it is an element or a member that is the same again as long as nothing else happens."""
        return self.node.type in PARTS and not has_effect(self.node) and not self._gets

    @property
    def _gets(self) -> bool:
        """Whether one of its members is a getter that gives what a call gives."""
        return any(_calls(self.tree, name) for name in re.findall(r"\.\s*#?(\w+)", self.source))

    @property
    def is_torn(self) -> bool:
        """Whether the statement around it, or one next to it, can't be read: then it may not be what it looks like."""
        held = (n for n, holder in pairwise((self.node, *reversed(self.path))) if holder.type in _HOLDERS)
        statement = next(held, self.tree.root)
        beside = (statement.prev_sibling, statement.next_sibling)
        return statement.has_error or any(node is not None and node.is_error for node in beside)

    @property
    def declared_as(self) -> str:
        """What a constant was declared as; its own source where the place is none."""
        if self.node.type != "identifier" or self.function is None:
            return self.source
        declared = rf"\bconst {re.escape(self.source)}\s*(?::[^=;\n]+)?=\s*([^;\n]+?);?\s*\n"
        found = re.findall(declared, self.text(self.function))
        return found[0] if len(found) == 1 else self.source

    @property
    def is_shorthand(self) -> bool:
        """Whether it is the `name` of `{ name }`, key and value in one."""
        return self.node.type == "shorthand_property_identifier"

    @property
    def function(self) -> Node | None:
        return next((node for node in reversed(self.path) if node.type in FUNCTIONS), None)

    @property
    def loop(self) -> Node | None:
        """The loop whose body holds the place, within the function; not where a `switch` is nearer."""
        for inner, outer in pairwise(reversed(self.path)):
            if inner.type in FUNCTIONS or inner.type == "switch_statement":
                return None
            if outer.type in LOOPS and inner == outer.child_by_field_name("body"):
                return outer
        return None

    @cached_property
    def statement(self) -> Node | None:
        """The statement before which a guard may stand, or None where that would change what is evaluated when."""
        for at in range(len(self.path) - 1, 0, -1):
            holder = self.path[at - 1]
            if holder.type in BLOCKS or (
                holder.type in _CASES and self.path[at] in holder.children_by_field_name("body")
            ):
                break
            if self.path[at].type in SIMPLE and opening(self.tree, holder, self.path[at]) is not None:
                break
        else:
            return None
        statement, inside = self.path[at], (*self.path[at:], self.node)
        if holder.type in _CASES and not self.is_name:
            return None  # a declaration there would be seen by the other cases
        if not self._runs_first(statement, inside):
            return None
        return statement if on_own_line(self.tree, statement) or opening(self.tree, holder, statement) else None

    @property
    def opening(self) -> Opening | None:
        """How the statement gets room for a check before it; None where it has a line in a block."""
        holder = self.statement.parent if self.statement is not None else None
        if self.statement is None or holder is None:
            return None
        in_block = holder.type in BLOCKS or holder.type in _CASES
        is_there = in_block and on_own_line(self.tree, self.statement)
        return opening(self.tree, holder, self.statement) if not is_there else None

    def _runs_first(self, statement: Node, inside: tuple[Node, ...]) -> bool:
        if statement.type not in _FIRST:
            return False
        fields = _FIRST[statement.type]
        parts = {name: part for name in fields if (part := statement.child_by_field_name(name)) is not None}
        field = next((name for name, part in parts.items() if covers(part, self.node)), "")
        if fields and not field:
            return False
        if statement.type in LOOPS and field == "condition" and self._is_set_in(statement):
            return False
        for outer, inner in pairwise(inside):
            if outer.type in _LAZY or inner.type in _LAZY:
                return False
            if outer.type in ("binary_expression", "augmented_assignment_expression"):
                operator = outer.child_by_field_name("operator")
                first = inner == outer.child_by_field_name("left")
                if operator is not None and operator.type in SHORT_CIRCUITS and not first:
                    return False
            if outer.type == "ternary_expression" and inner != outer.child_by_field_name("condition"):
                return False
            if outer.type in ("assignment_pattern", "object_assignment_pattern"):
                return False
            if outer.type in ("lexical_declaration", "variable_declaration") and inner != outer.named_children[0]:
                return False
            is_operand = inner.type == "arguments" or inner == outer.child_by_field_name("index")
            if is_operand and is_optional(outer):
                return False
        if changes_what_is_read(self.tree, statement, self.node, ACCESSES):
            return False
        steady = self.node.type in _PLAIN and self.source not in Assigned(self.tree).offsets
        return steady or not has_effects_before(statement, self.node, EFFECTS, FUNCTIONS)

    def _is_set_in(self, loop: Node) -> bool:
        """Whether what is known of the value before the loop may be wrong in a later round."""
        if not self.is_name:
            return True
        targets = (node.child_by_field_name(_TARGETS.get(node.type, "")) for node in nodes_in(loop))
        written = (self.text(target) for target in targets if target is not None)
        return any(
            re.search(rf"(?<![\w$.]){re.escape(target)}(?![\w$])", self.source) or ("{" in target or "[" in target)
            for target in written
        )

    @property
    def indent(self) -> str:
        """The white space before the statement, once it has a line of its own."""
        statement = self.statement
        if (room := self.opening) is not None:
            return room.indent + self.style.step
        return indent_of(self.tree, statement) if statement is not None else ""


def _calls(tree: SyntaxTree, name: str) -> bool:
    """Whether the file has a getter of that name that gives what a call gives: maybe another value each time, as
    `return this.queue.pop()` does."""
    for said in re.finditer(rf"get\s+{re.escape(name)}\s*\(", tree.text):
        getter = tree.node_at(Span(said.start(), said.end()))
        if any(map(has_effect, own_nodes(getter, frozenset({"return_statement"})))):
            return True
    return False
