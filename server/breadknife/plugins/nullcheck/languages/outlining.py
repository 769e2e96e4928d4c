"""What the languages share to read a tree: helpers for its nodes, and the base of what reads a file's declarations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.declarations import Class, FileDeclarations, Function, StoredValue
from breadknife.plugins.nullcheck.core.il import ByteRange
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, knowledge_of
from breadknife.plugins.nullcheck.core.symbols import ProjectSymbols
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree


def text(node: Node | None) -> str:
    """Return the text of a node; "" for none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def part(node: Node | None, name: str) -> Node | None:
    """Return the child in a field; None if it is empty."""
    return node.child_by_field_name(name) if node is not None else None


def word(node: Node | None, name: str) -> str:
    """Return the text of the child in a field; "" if it is empty."""
    return text(part(node, name))


def inner(node: Node | None) -> list[Node]:
    """Return the named children without comments."""
    return [child for child in node.named_children if not child.is_extra] if node is not None else []


def first(node: Node | None) -> Node | None:
    """Return the first named child that is no comment; None without any."""
    return next(iter(inner(node)), None)


def parts_in(node: Node, *names: str) -> list[Node]:
    """Return the children in these fields, in the order of the names."""
    return [child for name in names for child in node.children_by_field_name(name)]


def at_of(node: Node) -> ByteRange:
    """Return the range of a node, in bytes."""
    return (node.start_byte, node.end_byte)


@dataclass
class Outliner(ABC):
    """Reads what one file declares. What it finds is as in `FileDeclarations`."""

    tree: SyntaxTree
    knowledge: Knowledge
    functions: list[Function] = field(default_factory=list[Function])
    named: dict[str, Function] = field(default_factory=dict[str, Function])
    classes: dict[str, Class] = field(default_factory=dict[str, Class])
    variables: dict[str, list[StoredValue]] = field(default_factory=dict[str, list[StoredValue]])
    imports: dict[str, str] = field(default_factory=dict[str, str])
    """Local name -> qualified name."""

    language: ClassVar[str]
    """The language whose knowledge it is read with."""

    @classmethod
    def home_of(cls, tree: SyntaxTree, others: ProjectSymbols | None = None, uri: str = "") -> FileAnalysis:
        """Return the analysis of one file. `others` are those of its project, and `uri` its own there."""
        knowledge = knowledge_of(cls.language)
        return FileAnalysis(cls(tree, knowledge).file(), knowledge, others, uri)

    @abstractmethod
    def file(self) -> FileDeclarations:
        """Read the file, and return what it declares."""

    def file_of(self, main: Function) -> FileDeclarations:
        """Return the declarations that were read. `main` has the statements of the file itself."""
        return FileDeclarations(
            main, self.imports, self.functions, self.named, self.classes, self.variables, self.is_ignored, self.span,
            self.source,
        )  # fmt: skip

    def span(self, at: ByteRange) -> Span:
        return Span(self.tree.offset(at[0]), self.tree.offset(at[1]))

    def source(self, at: ByteRange) -> str:
        return self.tree.encoded[at[0] : at[1]].decode("utf-8", "replace")

    def is_ignored(self, at: ByteRange) -> bool:
        """Tell whether a comment on the line, or alone on the one above, tells checkers to be silent."""
        source = self.tree.encoded
        begin = source.rfind(b"\n", 0, at[0]) + 1
        before = source.rfind(b"\n", 0, max(begin - 1, 0)) + 1
        end = source.find(b"\n", at[0])
        above = source[before:begin].strip()
        return self.knowledge.ignores(source[begin : end if end >= 0 else len(source)]) or (
            above.startswith(b"//") and self.knowledge.ignores(above)
        )
