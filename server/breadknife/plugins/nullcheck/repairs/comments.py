"""Comments above a statement, in whichever language: what is put before the statement doesn't come between."""

from __future__ import annotations

from breadknife.text.syntax import Node, SyntaxTree


def with_comments(tree: SyntaxTree, statement: Node) -> Node:
    """The first of the comments right above a statement, each on its own line and in its column; without any, it."""
    first = statement
    while (above := first.prev_named_sibling) is not None and above.type.endswith("comment"):
        start = tree.span(above).start
        is_own_line = not tree.text[tree.text.rfind("\n", 0, start) + 1 : start].strip()
        is_near = above.end_point.row == first.start_point.row - 1
        if not (is_own_line and is_near and above.start_point.column == first.start_point.column):
            break
        first = above
    return first
