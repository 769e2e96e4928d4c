"""`--format rdjson`: the Reviewdog Diagnostic Format, which reviewdog turns into review comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from breadknife.cli.formats.as_json import write_json
from breadknife.cli.formats.values import Checked, File, Problem, Run
from breadknife.task.values import Finding, Severity
from breadknife.text.document import Span

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING"}


class RdJson:
    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._findings = list[dict[str, Any]]()

    def add(self, checked: Checked, /) -> None:
        self._findings += map(_diagnostic, checked.problems)

    def end(self, run: Run, /) -> None:
        write_json({"source": {"name": "breadknife"}, "diagnostics": self._findings}, self._out)


def _diagnostic(problem: Problem) -> dict[str, Any]:
    finding, file = problem.finding, problem.file
    suggestions = list(_suggestions(finding, file))
    related = [{"message": told.message, "location": _location(told.file, told.span)} for told in problem.related]
    return {
        "message": finding.message,
        "location": _location(file, finding.span),
        "severity": _SEVERITIES.get(finding.severity, "INFO"),
        "code": {"value": problem.rule},
        **({"suggestions": suggestions} if suggestions else {}),
        **({"related_locations": related} if related else {}),
    }


def _suggestions(finding: Finding, file: File) -> Iterator[dict[str, Any]]:
    """A suggestion is one edit of the finding's own file: a fix that needs more can't be said in this format."""
    for fix in finding.fixes:
        if len(fix.edits) == 1 and not fix.elsewhere:
            [edit] = fix.edits
            yield {"range": _range(file, edit.span), "text": edit.new_text}


def _location(file: File, span: Span) -> dict[str, Any]:
    return {"path": file.relative, "range": _range(file, span)}


def _range(file: File, span: Span) -> dict[str, Any]:
    return {"start": _position(file, span.start), "end": _position(file, span.end)}


def _position(file: File, offset: int) -> dict[str, int]:
    """The format counts columns in bytes of UTF-8."""
    line = file.document.line_at(offset)
    before = file.document.text[file.document.line_starts[line] : offset]
    return {"line": line + 1, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
