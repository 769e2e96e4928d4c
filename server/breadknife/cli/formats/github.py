"""`--format github`: workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from typing import TextIO

from breadknife.cli.formats.values import FileReport, ReportedFinding, RunSummary
from breadknife.task.values import Severity
from breadknife.text.printable import escaped

_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


class GitHubWriter:
    """Writes each file's findings at once."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def add(self, report: FileReport, /) -> None:
        for reported in report.findings:
            self._out.write(f"{_command(reported)}\n")

    def end(self, summary: RunSummary, /) -> None: ...


def _command(reported: ReportedFinding) -> str:
    """Return `::warning file=…,line=…::MESSAGE`."""
    finding, place = reported.finding, reported.file.place(reported.finding.span)
    properties = {
        "file": reported.file.name,
        "line": place["line"],
        "endLine": place["end_line"],
        "col": place["column"],
        "endColumn": place["end_column"],
        "title": reported.rule,
    }
    listed = ",".join(f"{key}={_escaped(str(value), in_property=True)}" for key, value in properties.items())
    return f"::{_KINDS.get(finding.severity, 'notice')} {listed}::{_escaped(finding.message)}"


def _escaped(text: str, *, in_property: bool = False) -> str:
    """Escape what ends a message in a workflow command, and in a property also what ends that."""
    text = escaped(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
