"""`--format gitlab`: a Code Quality report, which GitLab shows in a merge request."""

from __future__ import annotations

from typing import Any, TextIO

from breadknife.cli.formats.as_json import write_json
from breadknife.cli.formats.values import Checked, Fingerprints, Problem, Run
from breadknife.task.values import Severity

_SEVERITIES = {
    Severity.ERROR: "major",
    Severity.WARNING: "minor",
    Severity.INFORMATION: "info",
    Severity.HINT: "info",
}


class GitLab:
    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._fingerprints = Fingerprints()
        self._findings = list[dict[str, Any]]()

    def add(self, checked: Checked, /) -> None:
        self._findings += map(self._finding, checked.problems)

    def end(self, run: Run, /) -> None:
        write_json(self._findings, self._out)

    def _finding(self, problem: Problem) -> dict[str, Any]:
        place = problem.file.place(problem.finding.span)
        return {
            "description": problem.finding.message,
            "check_name": problem.rule,
            "fingerprint": self._fingerprints.of(problem),
            "severity": _SEVERITIES[problem.finding.severity],
            "location": {
                "path": problem.file.relative,
                "lines": {"begin": place["line"], "end": place["end_line"]},
            },
        }
