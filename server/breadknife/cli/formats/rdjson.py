"""`--format rdjson`: the Reviewdog Diagnostic Format, which reviewdog turns into review comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from breadknife.cli.formats.as_json import JsonWriter
from breadknife.cli.formats.values import ReportedFile, ReportedFinding, RunSummary
from breadknife.task.values import Finding, Severity
from breadknife.text.document import Span

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
    """Yield the fixes that are one edit of the finding's own file: this format has no others."""
    for fix in finding.fixes:
        if len(fix.edits) == 1 and not fix.elsewhere:
            [edit] = fix.edits
            yield {"range": _range(file, edit.span), "text": edit.new_text}


def _location(file: ReportedFile, span: Span) -> dict[str, Any]:
    return {"path": file.relative, "range": _range(file, span)}


def _range(file: ReportedFile, span: Span) -> dict[str, Any]:
    return {"start": _position(file, span.start), "end": _position(file, span.end)}


def _position(file: ReportedFile, offset: int) -> dict[str, int]:
    """Return the position as the format has it: it counts columns in bytes of UTF-8."""
    line = file.document.line_at(offset)
    before = file.document.text[file.document.line_starts[line] : offset]
    return {"line": line + 1, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
