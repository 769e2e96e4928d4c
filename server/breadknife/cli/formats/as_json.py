"""Formats that are one JSON value, and `--format json`: a list with an object for each finding, as docs/lint.md
describes it."""

from __future__ import annotations

import json
from typing import Any, TextIO

from breadknife.cli.formats.values import FileReport, ReportedFinding, RunSummary, edits_of


class JsonWriter:
    """Writes one JSON value at the end: by default a list with an object for each finding."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._items = list[dict[str, Any]]()

    def add(self, report: FileReport, /) -> None:
        self._items += map(self.item, report.findings)

    def end(self, summary: RunSummary, /) -> None:
        write_json(self.whole(self._items, summary), self._out)

    def item(self, reported: ReportedFinding) -> dict[str, Any]:
        """Return what is written of one finding."""
        finding, file = reported.finding, reported.file
        return {
            "path": file.name,
            **file.place(finding.span),
            "source": finding.source,
            "code": finding.code,
            "severity": str(finding.severity),
            "confidence": str(finding.confidence),
            "message": finding.message,
            "related": [
                {"path": related.file.name, **related.file.place(related.span), "message": related.message}
                for related in reported.related
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

    def whole(self, items: list[dict[str, Any]], summary: RunSummary) -> object:
        """Return the value that is written. `items` is what `item` returned for each finding."""
        return items


def write_json(value: object, out: TextIO) -> None:
    json.dump(value, out, indent=2, ensure_ascii=False)
    out.write("\n")
