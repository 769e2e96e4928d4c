"""What an author says of findings in comments: `breadknife: ignore CODE`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from breadknife.plugins.nullcheck.core.findings import NullFinding
from breadknife.task.values import Finding
from breadknife.text.directives import Directives, comment_made, ignoring
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import SyntaxTree


def unsilenced(tree: SyntaxTree, findings: Iterable[NullFinding]) -> Sequence[NullFinding]:
    """Without those that a comment `breadknife: ignore` speaks of."""
    document = Document("", tree.language, tree.text)
    directives = Directives.of(document)
    if directives.absent:
        return tuple(findings)
    lines = ((match, document.line_at(match.finding.span.start)) for match in findings)
    return tuple(findings for findings, line in lines if not directives.silence(findings.finding.code, line))


def silencing(document: Document, tree: SyntaxTree, finding: Finding) -> TextEdit | None:
    """Return the comment at the end of the finding's line; None where none can stand. `tree` is the document's."""
    line = document.line_at(finding.span.start)
    text, comment = document.line_text(line).rstrip(), ignoring((finding.code,), tree.language)
    if text.endswith("\\"):  # grammars take what follows for a comment, their languages don't
        return None
    end = document.line_starts[line] + len(text)
    apart = "  " if comment.startswith("#") else " "  # as formatters have it
    edit = TextEdit(Span(end, end), apart + comment)
    return edit if comment_made(tree, edit, end + len(apart)) else None
