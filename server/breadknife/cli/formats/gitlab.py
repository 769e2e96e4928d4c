"""`--format gitlab`: a Code Quality report, which GitLab shows in a merge request."""

from __future__ import annotations

from typing import Any, TextIO

from breadknife.cli.formats.as_json import JsonWriter
from breadknife.cli.formats.values import Fingerprints, ReportedFinding
from breadknife.task.values import Severity

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


class GitLabWriter(JsonWriter):
    def __init__(self, out: TextIO) -> None:
        super().__init__(out)
        self._fingerprints = Fingerprints()

    def item(self, reported: ReportedFinding) -> dict[str, Any]:
        place = reported.file.place(reported.finding.span)
        return {
            "description": reported.finding.message,
            "check_name": reported.rule,
            "fingerprint": self._fingerprints.of(reported),
            "severity": _SEVERITIES.get(reported.finding.severity, "info"),
            "location": {
                "path": reported.file.relative,
                "lines": {"begin": place["line"], "end": place["end_line"]},
            },
        }
