"""`--format json`: a list with an object for each finding, as docs/lint.md describes it."""

from __future__ import annotations

import json
from typing import Any, TextIO

from breadknife.cli.formats.values import Checked, Problem, Run, edits_of


class Json:
    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._findings = list[dict[str, Any]]()

    def add(self, checked: Checked, /) -> None:
        self._findings += map(to_json, checked.problems)

    def end(self, run: Run, /) -> None:
        write_json(self._findings, self._out)


def write_json(value: object, out: TextIO) -> None:
    json.dump(value, out, indent=2, ensure_ascii=False)
    out.write("\n")


def to_json(problem: Problem) -> dict[str, Any]:
    finding, file = problem.finding, problem.file
    return {
        "path": file.name,
        **file.place(finding.span),
        "source": finding.source,
        "code": finding.code,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "message": finding.message,
        "related": [
            {"path": told.file.name, **told.file.place(told.span), "message": told.message} for told in problem.related
        ],
        "fixes": [
            {
                "title": fix.title,
                "edits": [
                    {"path": edited.name, **edited.place(edit.span), "new_text": edit.new_text}
                    for edited, edits in edits_of(fix, file)
                    for edit in edits
                ],
            }
            for fix in finding.fixes
        ],
    }
