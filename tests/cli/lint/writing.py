"""What a format writes, without a run of `breadknife lint`."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from breadknife.cli.formats.table import FORMATS
from breadknife.cli.formats.values import FileReport, ReportedFinding, RunSummary

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def written(
    format: str, *problems: ReportedFinding, failures: tuple[str, ...] = (), out: io.StringIO | None = None
) -> str:
    """The report of one file with these problems, or without any."""
    out = io.StringIO() if out is None else out
    path = problems[0].file.path if problems else Path("a.txt")
    writer = FORMATS[format].writer(out)
    writer.add(FileReport(path, problems, failures))
    code = 2 if failures else 1 if problems else 0
    writer.end(RunSummary(NOON, NOON, code, failures))
    return out.getvalue()
