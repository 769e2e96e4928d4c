"""What is reported of a file, where its author has not said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from breadknife.task.values import Finding
from breadknife.text.directives import Directives
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree


def unsilenced(tree: SyntaxTree, findings: Iterable[Finding]) -> Sequence[Finding]:
    """Without those that a comment `breadknife: ignore` speaks of."""
    document = Document("", tree.language, tree.text)
    directives = Directives.of(document)
    if directives.absent:
        return tuple(findings)
    return tuple(each for each in findings if not directives.silence(each.code, document.line_at(each.span.start)))
