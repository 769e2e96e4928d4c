"""A comment at the end of a line."""

from __future__ import annotations

from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import SyntaxTree


def comment(tree: SyntaxTree, span: Span, said: str, reason: str = "") -> TextEdit | None:
    """At the end of the line that a span begins in, or None where none can stand. What has a comment already keeps it
    behind this one: mypy only reads the first."""
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
