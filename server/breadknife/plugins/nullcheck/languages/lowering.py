"""What the lowerings of Go and Java share: how a file is read, and expressions that are made with their keys."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import Argument, At, Block, Expression, Statement
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree

LONGEST_KEY = 100
_DEEPEST = 60
"""Nesting of expressions, and of blocks, that is followed."""


def text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def inner(node: Node | None) -> list[Node]:
    """The named children without comments."""
    return [child for child in node.named_children if not child.type.endswith("comment")] if node is not None else []


def at_of(node: Node) -> At:
    return (node.start_byte, node.end_byte)


@dataclass
class Reader:
    """Reads one file."""

    tree: SyntaxTree
    knowledge: Knowledge

    def span(self, at: At) -> Span:
        return Span(self.tree.offset(at[0]), self.tree.offset(at[1]))

    def source(self, at: At) -> str:
        return self.tree.encoded[at[0] : at[1]].decode("utf-8", "replace")

    def is_ignored(self, at: At) -> bool:
        """Whether a comment on the line, or alone on the one above, tells checkers to be silent."""
        source = self.tree.encoded
        begin = source.rfind(b"\n", 0, at[0]) + 1
        before = source.rfind(b"\n", 0, max(begin - 1, 0)) + 1
        end = source.find(b"\n", at[0])
        above = source[before:begin].strip()
        return self.knowledge.ignores(source[begin : end if end >= 0 else len(source)]) or (
            above.startswith(b"//") and self.knowledge.ignores(above)
        )


@dataclass
class Lowering(ABC):
    """Follows the nesting of expressions and blocks, but not too deep."""

    _depth: int = field(default=0, kw_only=True)
    _blocks: int = field(default=0, kw_only=True)

    @abstractmethod
    def lower_expression(self, node: Node, /) -> Expression: ...

    def expression(self, node: Node | None) -> Expression:
        if node is None or self._depth > _DEEPEST:
            return il.Parts(at_of(node) if node is not None else (0, 0), (), forks=False)
        self._depth += 1
        found = self.lower_expression(node)
        self._depth -= 1
        return found

    def parts(self, node: Node) -> Expression:
        """An expression of which only the parts matter."""
        return parts_of(at_of(node), [self.expression(child) for child in inner(node)])

    def lower_parenthesized(self, node: Node) -> Expression:
        inside = inner(node)
        return self.expression(inside[0]) if len(inside) == 1 else self.parts(node)

    def lower_statement(self, node: Node, /) -> Iterable[Statement]:
        return [il.Evaluate(self.expression(node))]

    def statements(self, nodes: Iterable[Node | None]) -> Block:
        return tuple(each for node in nodes if node is not None for each in self.lower_statement(node))

    def nested(self, nodes: Iterable[Node | None]) -> Block:
        """Statements within a block."""
        if self._blocks > _DEEPEST:
            return ()
        self._blocks += 1
        found = self.statements(nodes)
        self._blocks -= 1
        return found


def attribute(at: At, owner: Expression, name: str) -> il.Attribute:
    return il.Attribute(at, owner, name, short(f"{owner.key}.{name}") if owner.key else "", owner.forks)


def element(at: At, owner: Expression, index: Expression) -> il.Element:
    key = short(f"{owner.key}[{index.key}]") if owner.key and index.key else ""
    return il.Element(at, owner, index, key, owner.forks or index.forks)


def call(at: At, callee: Expression, arguments: Sequence[Argument]) -> il.Call:
    key = ""
    if callee.key and all(argument.value.key for argument in arguments):
        key = short(f"{callee.key}({','.join(argument.value.key for argument in arguments)})")
    forks = callee.forks or any(argument.value.forks for argument in arguments)
    return il.Call(at, callee, tuple(arguments), key, forks)


def compared(at: At, left: Expression, right: Expression, *, negated: bool) -> il.Test:
    """The test whether two values are the same, or whether one is null."""
    kind = "is" if isinstance(left, il.Null) or isinstance(right, il.Null) else "=="
    tested = [each.target if isinstance(each, il.Bind) else each for each in (left, right)]
    key = short(f"({tested[0].key} {kind} {tested[1].key})") if all(each.key for each in tested) else ""
    return il.Test(at, kind, left, right, negated, key, left.forks or right.forks)


def parts_of(at: At, parts: Sequence[Expression]) -> il.Parts:
    return il.Parts(at, tuple(parts), any(part.forks for part in parts))


def short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else ""
