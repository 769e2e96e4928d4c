"""Room for a check where a statement has no line of its own: a body of one line is broken up, an `if` gets braces."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.layout import indent_of
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree


@dataclass(frozen=True)
class Opening:
    before: Span
    """The blanks before the statement, which lines take the place of."""
    after: Span
    """Those after it."""
    indent: str
    """Of the line that it begins on."""
    braces: bool
    """Whether there are none yet."""


def opening(tree: SyntaxTree, holder: Node, statement: Node) -> Opening | None:
    span, outer = tree.span(statement), tree.span(holder)
    if holder.type == "statement_block":
        before, after = Span(outer.start + 1, span.start), Span(span.end, outer.end - 1)
        braces = False
    else:
        condition = holder.child_by_field_name("condition")
        if condition is None or statement != holder.child_by_field_name("consequence"):
            return None
        if holder.child_by_field_name("alternative") is not None:
            return None
        before, after = Span(tree.span(condition).end, span.start), Span(span.end, span.end)
        braces = True
    is_blank = not (tree.text[before.start : before.end] + tree.text[after.start : after.end]).strip()
    if not is_blank or "\n" in tree.text[span.start : span.end] or not _is_alone(tree, outer, braces=braces):
        return None
    return Opening(before, after, indent_of(tree, holder if braces else statement), braces)


def _is_alone(tree: SyntaxTree, outer: Span, *, braces: bool) -> bool:
    """Whether the line has no other block around it, and no comment that belongs to a statement without braces."""
    line = tree.text[tree.text.rfind("\n", 0, outer.start) + 1 : outer.start]
    rest = tree.text[outer.end :].partition("\n")[0]
    return line.count("{") == line.count("}") and "}" not in rest and not (braces and rest.strip())
