"""Where a statement stands in its file: what an inserted line has to look like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breadknife.plugins.nullcheck.repairs.comments import with_comments
from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import Node, SyntaxTree

_NO_CODE = re.compile(r"^[ \t]*/\*[\s\S]*?\*/|`[^`]*`", re.MULTILINE)
"""Comments and texts of several lines: what they are indented by says nothing."""


def on_own_line(tree: SyntaxTree, node: Node) -> bool:
    start = tree.span(node).start
    return not tree.text[tree.text.rfind("\n", 0, start) + 1 : start].strip()


def indent_of(tree: SyntaxTree, node: Node) -> str:
    """The white space before a node that begins a line."""
    start = tree.span(node).start
    line = tree.text[tree.text.rfind("\n", 0, start) + 1 : start]
    return line[: len(line) - len(line.lstrip())]


def step_of(tree: SyntaxTree) -> str:
    """One level of indentation, as the file's code has it."""
    if tree.language == "go":
        return "\t"
    found = re.search(r"^(?:\t|( {2,8}))\S", _NO_CODE.sub("", tree.text), re.MULTILINE)
    return (found[1] or "\t") if found else "    "


def lines_before(tree: SyntaxTree, statement: Node, lines: list[str]) -> TextEdit:
    """Lines put before a statement that begins its own line."""
    at, indent, end = tree.span(statement).start, indent_of(tree, statement), line_break(tree.text)
    return TextEdit(Span(at, at), "".join(f"{line}{end}{indent}" for line in lines))


def lines_after(tree: SyntaxTree, statement: Node, lines: list[str]) -> TextEdit:
    at, indent, end = tree.span(statement).end, indent_of(tree, statement), line_break(tree.text)
    return TextEdit(Span(at, at), "".join(f"{end}{indent}{line}" for line in lines))


def lines_above(tree: SyntaxTree, statement: Node, lines: list[str]) -> TextEdit:
    """Lines put before a statement and the comments that belong to it."""
    return lines_before(tree, with_comments(tree, statement), lines)


def block(tree: SyntaxTree, header: str, statements: Sequence[str]) -> list[str]:
    """The lines of `if (x) { … }`."""
    step = step_of(tree)
    return [f"{header} {{", *(step + statement for statement in statements), "}"]


def in_block(tree: SyntaxTree, header: str, statement: Node | None) -> tuple[TextEdit, ...] | None:
    """A statement put into a block; None where it has a raw string, which more indentation changes."""
    source = tree.source(statement) if statement is not None else ""
    if statement is None or ("`" if tree.language == "go" else '"""') in source:
        return None
    step, end, indent = step_of(tree), line_break(tree.text), indent_of(tree, statement)
    body = source.replace("\n", "\n" + step)
    return (TextEdit(tree.span(statement), f"{header} {{{end}{indent}{step}{body}{end}{indent}}}"),)
