"""The place of one value that may be None, and where a check of it may stand without changing the order of effects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.repairs.comments import with_comments
from breadknife.plugins.nullcheck.repairs.layout import indent_of, on_own_line, step_of
from breadknife.plugins.nullcheck.repairs.order import has_effects_before
from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import Node, SyntaxTree, covers, nodes_in, path_to

COMPREHENSIONS = frozenset({
    "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression",
})  # fmt: skip
EFFECTS = frozenset({"call", "await", "yield", "named_expression"})
LATER = frozenset({"lambda", "function_definition", "class_definition", "decorator"})
"""What is inside of these isn't evaluated with their statement."""
LOOPS = ("for_statement", "while_statement")
_LISTS = ("block", "module")
_ALWAYS = {
    "boolean_operator": 0, "comparison_operator": 1, "conditional_expression": 1, **dict.fromkeys(COMPREHENSIONS, 1),
}  # fmt: skip
"""Which of its parts are always evaluated: a comparison's first two, the condition of `a if c else b` alone, and of a
comprehension its first clause."""
_HEADERS = {
    "if_statement": "condition", "for_statement": "right", "match_statement": "subject", "while_statement": "condition",
}  # fmt: skip
"""Compound statement -> the field that is evaluated first, in any case."""
_SIMPLE = frozenset({
    "expression_statement", "return_statement", "delete_statement", "raise_statement", "assert_statement",
})  # fmt: skip
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.\w+)*")


@dataclass(frozen=True, eq=False)
class Site:
    home: FileHome
    tree: SyntaxTree
    node: Node
    """The expression that may be None."""
    use: Use
    nullable: tuple[str, ...] = ()
    """What the dotted name begins with that may be None, too."""

    @cached_property
    def path(self) -> tuple[Node, ...]:
        """From the root down to the node, without it."""
        return path_to(self.tree, self.node)

    @property
    def span(self) -> Span:
        return self.tree.span(self.node)

    @cached_property
    def source(self) -> str:
        return self.tree.source(self.node)

    def text(self, node: Node | None) -> str:
        return self.tree.source(node) if node is not None else ""

    @property
    def is_name(self) -> bool:
        """Whether it is a dotted name: a test of it holds for its next use."""
        return _DOTTED.fullmatch(self.source) is not None and self.node.type != "none"

    @cached_property
    def function(self) -> Node | None:
        return next((node for node in reversed(self.path) if node.type == "function_definition"), None)

    @cached_property
    def loop(self) -> Node | None:
        """The loop in whose body it stands, within the function."""
        for outer, inner in zip(self.path[-2::-1], self.path[::-1], strict=False):
            if inner.type in ("function_definition", "class_definition"):
                return None
            if outer.type in LOOPS and inner == outer.child_by_field_name("body"):
                return outer
        return None

    @property
    def lines(self) -> Span:
        """The whole lines of the function, or the whole text."""
        if self.function is None or not on_own_line(self.tree, self.function):
            return Span(0, len(self.tree.text))
        span = self.tree.span(self.function)
        return Span(self.tree.text.rfind("\n", 0, span.start) + 1, span.end)

    def test(self, name: str = "", *, for_none: bool = False) -> str:
        """The condition that the value, which that name stands for, isn't None; `for_none`: that it is."""
        joined, said = (" or ", "is None") if for_none else (" and ", "is not None")
        return joined.join(f"{one} {said}" for one in (*self.nullable, name or self.source))

    def occurrences(self, scope: Node | None = None) -> Iterator[Occurrence]:
        """Where the dotted name, or what it begins with, stands in a scope: the function, if none is given."""
        parts = self.source.split(".")
        names = (".".join(parts[:end]) for end in range(1, len(parts) + 1))
        found = [
            one for name in names for one in occurrences(self.tree, name, scope or self.function or self.tree.root)
        ]
        return iter(sorted(found, key=lambda one: one.node.start_byte))

    def is_set_in(self, scope: Node) -> bool:
        return any(one.role is Role.SET for one in self.occurrences(scope))

    @cached_property
    def statement(self) -> Node | None:
        """The statement before which a check may stand, or None where that would change what is evaluated when."""
        nodes = (*self.path, self.node)
        at = next((at for at in range(len(nodes) - 1, 0, -1) if nodes[at - 1].type in _LISTS), None)
        if at is None or not on_own_line(self.tree, nodes[at]):
            return None
        return nodes[at] if self._runs_first(nodes[at], nodes[at + 1 :]) else None

    def _runs_first(self, statement: Node, inside: tuple[Node, ...]) -> bool:
        if statement.type in _HEADERS:
            first = statement.child_by_field_name(_HEADERS[statement.type])
        elif statement.type == "with_statement":
            first = statement.named_children[0].named_children[0]
        else:
            first = statement if statement.type in _SIMPLE else None
        if not covers(first, self.node) or not is_always_evaluated(inside):
            return False
        if statement.type == "while_statement" and (not self.is_name or self.is_set_in(statement)):
            return False  # what holds before the loop may be wrong in a later round
        if self.is_name and any(
            one.path[-1].type == "named_expression" and one.role is Role.SET for one in self.occurrences(statement)
        ):
            return False
        return self.node.type == "identifier" or not self._has_effects_before(statement)

    def _has_effects_before(self, statement: Node) -> bool:
        """Whether something is evaluated before the value that may change it."""
        assigned = statement.named_children[0] if statement.type == "expression_statement" else statement
        left, right = (assigned.child_by_field_name(field) for field in ("left", "right"))
        if (
            assigned.type == "assignment" and right is not None and covers(left, self.node)
        ):  # the right side comes first
            return any(part.type in EFFECTS for part in nodes_in(right, LATER))
        return has_effects_before(statement, self.node, EFFECTS, LATER)

    @cached_property
    def first(self) -> Site:
        """The first use of the same name without which this one isn't come to, since the name was set or tested: a
        check stands best there. Without one, this place."""
        first: Site | None = None
        for one in self.occurrences() if self.is_name else ():
            if one.node.start_byte >= self.node.start_byte:
                break
            is_whole = self.text(one.node) == self.source
            if (one.role is Role.SET and one.path[-1] not in self.path) or (one.role is Role.TEST and is_whole):
                first = None
            elif one.role is Role.USE and is_whole and first is None:
                earlier = replace(self, node=one.node)
                block = next(node for node in reversed(one.path) if node.type in _LISTS)
                is_before = earlier.statement is not None and one.function == self.function and block in self.path
                loops = [node for node in self.path[len(path_to(self.tree, block)) :] if node.type in LOOPS]
                first = earlier if is_before and not any(map(self.is_set_in, loops)) else None
        return first or self

    @property
    def step(self) -> str:
        return step_of(self.tree)

    def inserted(self, lines: Sequence[str], step: str = "") -> TextEdit:
        """Lines before the statement, which `step` indents; without one, before the comments on it, too."""
        assert self.statement is not None
        at = self.tree.span(self.statement if step else with_comments(self.tree, self.statement)).start
        begin = line_break(self.tree.text) + indent_of(self.tree, self.statement)
        return TextEdit(Span(at, at), "".join(f"{line}{begin}" for line in lines) + step)


def is_always_evaluated(inside: tuple[Node, ...]) -> bool:
    """Whether the first of these nodes, each of which is in the one before, is never evaluated without the last, and
    that once."""
    for outer, inner in pairwise(inside):
        if outer.type in LATER or outer.type == "named_expression":
            return False
        most = _ALWAYS.get(outer.type)
        if most is None:
            continue
        at = outer.named_children.index(inner)
        if at > most or (at == 0 and most == 1 and outer.type != "comparison_operator"):
            return False
        if outer.type in COMPREHENSIONS and inner.child_by_field_name("right") not in inside:
            return False
    return True


def own_statements(function: Node, kind: str) -> list[Node]:
    """The function's statements of one kind, without those of functions in it."""
    body = function.child_by_field_name("body")
    skipped = LATER | {"expression_statement"}
    return [node for node in nodes_in(body, skipped) if node.type == kind] if body is not None else []
