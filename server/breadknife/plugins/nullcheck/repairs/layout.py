"""Where a statement stands in its file, and what an inserted line looks like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import Node, SyntaxTree

_NO_CODE = re.compile(r"^[ \t]*/\*[\s\S]*?\*/|`[^`]*`|\"{3}[\s\S]*?\"{3}", re.MULTILINE)
"""Comments and texts of several lines: what they are indented by says nothing."""

_BLOCK = re.compile(r"^([ \t]*)\S.*[:{][ \t]*\r?\n\1(\t| {2,8})\S", re.MULTILINE)
"""The line that opens a block, and the first line in it: group 2 is what that is indented by more."""


def on_own_line(tree: SyntaxTree, node: Node) -> bool:
    start = tree.span(node).start
    return not tree.text[tree.text.rfind("\n", 0, start) + 1 : start].strip()


def indent_of(tree: SyntaxTree, node: Node) -> str:
    """Return the white space that the node's line begins with."""
    start = tree.span(node).start
    line = tree.text[tree.text.rfind("\n", 0, start) + 1 : start]
    return line[: len(line) - len(line.lstrip())]


def step_of(tree: SyntaxTree) -> str:
    """One level of indentation, as the file's code has it."""
    if tree.language == "go":
        return "\t"
    found = _BLOCK.search(_NO_CODE.sub("", tree.text))
    usual = "    " if tree.language in ("python", "java") else "  "
    return found[2] if found else usual


def first_with_comments(tree: SyntaxTree, statement: Node) -> Node:
    """Return the first of the comments right above a statement, each on its own line and in its column; without any,
    it."""
    first = statement
    while (above := first.prev_named_sibling) is not None and above.type.endswith("comment"):
        is_near = above.end_point.row == first.start_point.row - 1 and on_own_line(tree, above)
        if not is_near or above.start_point.column != first.start_point.column:
            break
        first = above
    return first


def lines_above(tree: SyntaxTree, statement: Node, lines: Sequence[str]) -> TextEdit:
    """Lines put before a statement and the comments that belong to it."""
    first = first_with_comments(tree, statement)
    at, indent, newline = tree.span(first).start, indent_of(tree, first), line_break(tree.text)
    return TextEdit(Span(at, at), "".join(f"{line}{newline}{indent}" for line in lines))


def lines_after(tree: SyntaxTree, statement: Node, lines: Sequence[str]) -> TextEdit:
    at, indent, newline = tree.span(statement).end, indent_of(tree, statement), line_break(tree.text)
    return TextEdit(Span(at, at), "".join(f"{newline}{indent}{line}" for line in lines))


def indented(tree: SyntaxTree, statements: Sequence[Node], opening: str, closing: str) -> tuple[TextEdit, ...]:
    """Return statements put into a block: the line before them, one more level for each of their lines, and the line
    after them."""
    step, newline, indent = step_of(tree), line_break(tree.text), indent_of(tree, statements[0])
    start, end = tree.span(statements[0]).start, tree.span(statements[-1]).end
    rest = [TextEdit(Span(at, at), step) for found in re.finditer(r"\n(?=.*\S)", tree.text[start:end])
            if (at := start + found.end())]  # fmt: skip
    edits = (TextEdit(Span(start, start), f"{opening}{newline}{indent}{step}"), *rest)
    return (*edits, TextEdit(Span(end, end), f"{newline}{indent}{closing}")) if closing else edits


def comment(tree: SyntaxTree, span: Span, said: str, reason: str = "") -> TextEdit | None:
    """Return a comment at the end of the line that a span begins in, or None where none can stand. What has a comment
    already keeps it behind this one: mypy only reads the first."""
    start, end = tree.text.rfind("\n", 0, span.start) + 1, tree.text.find("\n", span.start)
    end = len(tree.text) if end < 0 else end - (line_break(tree.text) == "\r\n")
    line, last = tree.text[start:end], tree.node_at(Span(end, end))
    is_in_string = last.type in ("string_content", "string", "interpolation", "escape_sequence")
    if is_in_string or line.endswith("\\") or said.partition("[")[0] in line:
        return None
    marks = (start + at for at, char in enumerate(line) if char == "#")
    rest = next((at for at in marks if tree.node_at(Span(at, at + 1)).type == "comment"), start + len(line.rstrip()))
    begin = start + len(tree.text[start:rest].rstrip())
    written = f"  # {said}" + (f"  # {reason}" if reason else "")
    return TextEdit(Span(begin, rest), written + "  " * (tree.text[rest : rest + 1] == "#"))
