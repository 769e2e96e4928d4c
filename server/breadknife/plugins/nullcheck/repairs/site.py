"""The place of one value that may be null in a language with braces, and what may be done there without changing the
order of effects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

from breadknife.plugins.nullcheck.core.analysis import FileHome, Found
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Nullness, OriginKind
from breadknife.plugins.nullcheck.repairs import rounds
from breadknife.plugins.nullcheck.repairs.layout import on_own_line
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, path_to


@dataclass(frozen=True, eq=False)
class Site(ABC):
    tree: SyntaxTree
    home: FileHome
    node: Node
    """The expression that may be null."""
    use: Use
    found: Found | None
    """What the analysis says of it; None where only another checker says something."""

    lists: ClassVar[frozenset[str]]
    """The nodes that statements are the children of."""
    functions: ClassVar[frozenset[str]]
    loops: ClassVar[frozenset[str]]
    left_by_break: ClassVar[frozenset[str]]
    """What a `break` leaves besides loops."""
    in_loops: ClassVar[rounds.Loops]

    @cached_property
    def path(self) -> tuple[Node, ...]:
        """From the root down to the node, without it."""
        return path_to(self.tree, self.node)

    @property
    def span(self) -> Span:
        return self.tree.span(self.node)

    @property
    def source(self) -> str:
        return self.tree.source(self.node)

    def text(self, node: Node | None) -> str:
        return self.tree.source(node) if node is not None else ""

    @property
    @abstractmethod
    def is_name(self) -> bool:
        """Whether a test of the expression holds for its next use."""

    @abstractmethod
    def runs_first(self, statement: Node, inside: tuple[Node, ...]) -> bool:
        """Whether nothing that matters is evaluated in a statement before the node at the end of the path."""

    @property
    def is_certain(self) -> bool:
        """Whether every path that leads to the place brings null."""
        fact = self.found.use.fact if self.found is not None else NOTHING
        is_exceptional = fact.origin is not None and fact.origin.kind is OriginKind.EXCEPTION
        return fact.nullness == Nullness.NULL and not is_exceptional

    @property
    def origin(self) -> Node | None:
        """Where the null comes from, if that is in this file."""
        origin = self.found.use.fact.origin if self.found is not None else None
        if origin is None or (origin.file and origin.file != self.home.uri) or origin.kind is OriginKind.COMPARISON:
            return None
        return self.tree.root.named_descendant_for_byte_range(*origin.at)

    @cached_property
    def function(self) -> Node | None:
        """The innermost one."""
        return next((node for node in reversed(self.path) if node.type in self.functions), None)

    @property
    def round(self) -> Node | None:
        """The loop that a `continue` here goes on with."""
        return self._loop_around(self.functions)

    @property
    def loop(self) -> Node | None:
        """The loop that a `break` here leaves."""
        return self._loop_around(self.functions | self.left_by_break)

    def _loop_around(self, ends: frozenset[str]) -> Node | None:
        for inner, outer in pairwise(reversed(self.path)):
            if inner.type in ends:
                return None
            if outer.type in self.loops and inner == outer.child_by_field_name("body"):
                return outer
        return None

    @cached_property
    def goes_on(self) -> bool:
        """Whether a `continue` here would come to another value, or to the loop's end."""
        check = rounds.Check(self.tree, self.node, self.statement or self.node, self.is_name)
        return self.round is not None and rounds.goes_on(self.in_loops, check, self.round)

    @cached_property
    def statement(self) -> Node | None:
        """The statement before which a guard may stand, or None where that would change what is evaluated when."""
        nodes = (*self.path, self.node)
        at = next((at for at in range(len(nodes) - 1, 0, -1) if nodes[at - 1].type in self.lists), None)
        if at is None:
            return None
        statement = nodes[at]
        is_first = self.runs_first(statement, nodes[at + 1 :]) and on_own_line(self.tree, statement)
        return statement if is_first else None

    @property
    def siblings(self) -> list[Node]:
        """The statements of the list that holds the place."""
        lists = [node for node in self.path if node.type in self.lists]
        return lists[-1].named_children if lists else []

    def checks_above(self) -> Iterator[tuple[Node, str, Node]]:
        """The `if` without `else` among the statements before the place: it, its condition, and its block."""
        for node in self.siblings:
            if node.end_byte > self.node.start_byte or node.type != "if_statement":
                continue
            condition, block = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
            if condition is not None and block is not None and node.child_by_field_name("alternative") is None:
                yield node, self.text(condition), block
