"""The findings of a document's last whole text, for as long as what stands there is one on its way to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from breadknife.task.moving import moved
from breadknife.task.values import Finding
from breadknife.text.syntax import SyntaxTree, difference

LONGEST_WAIT = 2_000
"""Code points of a half-written text that may be other ones than those of the last whole one."""


class Whole(NamedTuple):
    """A text that isn't half written, and what was found in it."""

    tree: SyntaxTree
    findings: Sequence[Finding]


def while_half_written(before: Whole, tree: SyntaxTree) -> Sequence[Finding] | None:
    """The findings of the whole text at their places in the other, without those that the edit touches; None where that
    isn't half written, or has become quite another one."""
    edit = difference(before.tree.text, tree.text)
    if before.tree.root.has_error or not tree.root.has_error:
        return None
    if max(len(edit.span), len(edit.new_text)) > LONGEST_WAIT:
        return None
    return [still for finding in before.findings if (still := moved(finding, edit)) is not None]
