"""`--format markdown`: a summary for people, as CI servers show it beside a run."""

from __future__ import annotations

import re
from collections import Counter
from typing import TextIO

from breadknife.cli.formats.values import FileReport, ReportedFinding, RunSummary
from breadknife.text.printable import counted, escaped, escaped_name

_MOST = 200
"""How many findings are listed: GitHub shows no summary that is larger than 1 MB."""
_LONGEST = 300
"""Characters of a message."""
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#+!|~@&$:]")
"""What could mean something in Markdown, or mention somebody. A message may quote a hostile text."""


class MarkdownWriter:
    """Writes a table of rules, the most frequent first, and a list of findings."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._counts = Counter[str]()
        self._files = 0
        self._places = list[str]()

    def add(self, report: FileReport, /) -> None:
        self._files += bool(report.findings)
        for reported in report.findings:
            self._counts[reported.rule] += 1
            if len(self._places) < _MOST:
                self._places.append(_place(reported))

    def end(self, summary: RunSummary, /) -> None:
        found = sum(self._counts.values())
        title = f"{counted(found, 'finding')} in {counted(self._files, 'file')}" if found else "no findings"
        self._out.write(f"### breadknife: {title}\n")
        if self._counts:
            self._out.write("\n| rule | findings | about |\n|---|---:|---|\n")
            for rule, count in sorted(self._counts.items(), key=lambda each: (-each[1], each[0])):
                self._out.write(f"| {_literal(rule)} | {count} | {_literal(summary.about(rule))} |\n")
            self._out.write("\n")
            self._out.writelines(self._places)
            if found > len(self._places):
                self._out.write(f"- and {found - len(self._places)} more\n")
        if summary.failures:
            self._out.write("\nNot checked:\n\n")
            self._out.writelines(f"- {_literal(failure)}\n" for failure in summary.failures[:_MOST])


def _place(reported: ReportedFinding) -> str:
    line, _ = reported.file.position(reported.finding.span.start)
    where = _literal(f"{escaped_name(reported.file.relative)}:{line}")
    return f"- {where}: {_literal(reported.finding.message)} ({_literal(reported.rule)})\n"


def _literal(text: str) -> str:
    """Return a text as Markdown that shows it, in one line."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", escaped(short))
