"""`--format text`: one line a finding, and in a terminal the line of code that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from breadknife.cli.formats.values import FileReport, ReportedFinding, RunSummary
from breadknife.task.values import Severity
from breadknife.text.printable import counted, escaped

_TAB = 4
"""The distance of tab stops in a line that is shown, in columns."""
_LONGEST_LINE = 200
"""Characters of a line that is shown below its finding."""


class TextWriter:
    """Writes each file's findings at once."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._findings = self._files = 0

    def add(self, report: FileReport, /) -> None:
        findings = report.findings
        self._findings += len(findings)
        self._files += bool(findings)
        if self._out.isatty():
            _write_pretty(findings, self._out)
        else:
            for reported in findings:
                self._out.write(f"{reported.file.where(reported.finding.span.start)}: {_message(reported)}\n")

    def end(self, summary: RunSummary, /) -> None:
        if not self._out.isatty():
            return
        from rich.console import Console

        console = Console(file=self._out, highlight=False)
        if self._findings:
            console.print(f"{counted(self._findings, 'finding')} in {counted(self._files, 'file')}")
        elif summary.code == 0:  # else something was not checked, and what is known isn't this
            console.print("[green]no findings[/green]")


def _message(reported: ReportedFinding) -> str:
    finding = reported.finding
    return escaped(f"{finding.severity}: {finding.message} [{reported.rule}]")


def _write_pretty(findings: Sequence[ReportedFinding], out: TextIO) -> None:
    """Write each finding for a terminal: in colour, with its line of code and `^` below what it is about."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    colours = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFORMATION: "blue", Severity.HINT: "dim"}
    console = Console(file=out, highlight=False, soft_wrap=True)
    for reported in findings:
        finding, document = reported.finding, reported.file.document
        place, colour = reported.file.place(finding.span), colours[finding.severity]
        console.print(
            Text.assemble(
                (reported.file.where(finding.span.start), "bold"), " ", (finding.severity, colour),
                f" {escaped(finding.message)} ", (escaped(f"[{reported.rule}]"), "dim"),
            )
        )  # fmt: skip
        line = place["line"] - 1
        text = document.line_text(line)
        if len(text) <= _LONGEST_LINE:
            # Columns count from 1, and characters of the line from 0. Only the finding's first line is underlined.
            start = place["column"] - 1
            end = place["end_column"] - 1 if place["end_line"] == place["line"] else len(text)
            start_cell, end_cell = (cell_len(_shown(text[:index])) for index in (start, end))
            console.print(Text(f"    {_shown(text)}"))
            console.print(Text("    " + " " * start_cell + "^" * max(1, end_cell - start_cell), style=colour))
        for related in reported.related:
            console.print(Text(f"    {related.file.where(related.span.start)} {escaped(related.message)}", style="dim"))


def _shown(source: str) -> str:
    """Return a line of a file as a terminal shows it."""
    return escaped(source.expandtabs(_TAB))
