"""The findings of a document's last whole text, for as long as what stands there is one on its way to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from breadknife.task.moving import moved
from breadknife.task.values import Finding
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, difference, path_to

LONGEST_WAIT = 2_000
"""Code points of a half-written text that may be other ones than those of the last whole one."""


class AnalysedText(NamedTuple):
    """A text that isn't half written, and what was found in it."""

    tree: SyntaxTree
    findings: Sequence[Finding]


def while_half_written(before: AnalysedText, tree: SyntaxTree) -> Sequence[Finding] | None:
    """Return the findings of the whole text at their places in the other, without those that the edit touches; None
    where that isn't half written, or has become quite another one."""
    edit = difference(before.tree.text, tree.text)
    if before.tree.root.has_error or not (tree.root.has_error or _is_askew(tree, edit.span.start)):
        return None
    if max(len(edit.span), len(edit.new_text)) > LONGEST_WAIT:
        return None
    return [still for finding in before.findings if (still := moved(finding, edit)) is not None]


def _is_askew(tree: SyntaxTree, offset: int) -> bool:
    """Tell whether a statement around a place of Python, or beside it, is further in than the one before: a line that
    is begun at the margin. The grammar takes that for a program in which other functions end there."""
    node = tree.node_at(Span(offset, offset))
    around = (*path_to(tree, node), node) if tree.language == "python" else ()
    blocks = (each for each in around if each.type in ("module", "block"))
    return any(len({*map(_column, _of_lines(block))}) > 1 for block in blocks)


def _of_lines(block: Node) -> Iterator[Node]:
    """Yield the statements that are the first of their line."""
    row = -1
    for each in block.named_children:
        if each.start_point.row > row and each.type != "comment":
            yield each
        row = each.end_point.row


def _column(node: Node) -> int:
    return node.start_point.column
