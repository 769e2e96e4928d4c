"""`--format rdjson`: the Reviewdog Diagnostic Format, which reviewdog turns into review comments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from breadknife.cli.formats.as_json import JsonWriter
from breadknife.cli.formats.values import ReportedFile, ReportedFinding, RunSummary
from breadknife.task.values import Finding, Severity
from breadknife.text.document import Document, Span, TextEdit, apply_edits

_MOST_SUGGESTIONS = 3
_MOST_LINES = 20
"""A suggestion of more lines is left out: nobody reads it beside a line."""
_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING"}


class RdJsonWriter(JsonWriter):
    def item(self, reported: ReportedFinding) -> dict[str, Any]:
        finding, file = reported.finding, reported.file
        suggestions = list(_suggestions(finding, file))
        related = [{"message": span.message, "location": _location(span.file, span.span)} for span in reported.related]
        return {
            "message": finding.message,
            "location": _location(file, finding.span),
            "severity": _SEVERITIES.get(finding.severity, "INFO"),
            "code": {"value": reported.rule},
            **({"suggestions": suggestions} if suggestions else {}),
            **({"related_locations": related} if related else {}),
        }

    def whole(self, items: list[dict[str, Any]], summary: RunSummary) -> object:
        return {"source": {"name": "breadknife"}, "diagnostics": items}


def _suggestions(finding: Finding, file: ReportedFile) -> Iterator[dict[str, Any]]:
    """Yield the fixes that change a few lines of the finding's own file, each as one edit: this format has no others.
    All are about the same lines, since a comment on a pull request has one place."""
    wanted: tuple[int, int] | None = None
    fixes = (fix for fix in finding.fixes if fix.edits and not fix.elsewhere)
    for edit in islice((_as_one(file.document, fix.edits) for fix in fixes), _MOST_SUGGESTIONS):
        lines = file.document.line_at(edit.span.start), file.document.line_at(edit.span.end)
        if lines[1] - lines[0] <= _MOST_LINES and wanted in (None, lines):
            wanted = lines
            yield _suggestion(file, edit)


def _suggestion(file: ReportedFile, edit: TextEdit) -> dict[str, Any]:
    """Return an edit. One of whole lines has no columns: so nothing need be known of the line behind them, which a pull
    request may not show."""
    (line, column), (end_line, end_column) = file.position(edit.span.start), file.position(edit.span.end)
    has_whole_lines = column == end_column == 1 and line < end_line
    text = edit.new_text.removesuffix("\n").removesuffix("\r")
    # An empty text takes the lines away, so a blank line that replaces them needs the columns.
    if has_whole_lines and (not edit.new_text or (text and edit.new_text.endswith("\n"))):
        return {"range": {"start": {"line": line}, "end": {"line": end_line - 1}}, "text": text}
    return {"range": _range(file, edit.span), "text": edit.new_text}


def _as_one(document: Document, edits: Sequence[TextEdit]) -> TextEdit:
    """Return edits as one, which also has the text between them."""
    span = Span(min(edit.span.start for edit in edits), max(edit.span.end for edit in edits))
    return TextEdit(span, apply_edits(document.slice(span), (edit.shifted(-span.start) for edit in edits)))


def _location(file: ReportedFile, span: Span) -> dict[str, Any]:
    text = file.document.text[span.start : span.end]
    shown = Span(span.start, span.end - 1) if text.endswith("\n") else span  # the next line isn't meant
    return {"path": file.relative, "range": _range(file, shown)}


def _range(file: ReportedFile, span: Span) -> dict[str, Any]:
    return {"start": _position(file, span.start), "end": _position(file, span.end)}


def _position(file: ReportedFile, offset: int) -> dict[str, int]:
    """Return the position as the format has it: it counts columns in bytes of UTF-8."""
    line = file.document.line_at(offset)
    before = file.document.text[file.document.line_starts[line] : offset]
    return {"line": line + 1, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
