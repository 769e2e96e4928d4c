"""The formats that `breadknife lint` writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from breadknife.cli.formats.as_json import JsonWriter
from breadknife.cli.formats.as_markdown import MarkdownWriter
from breadknife.cli.formats.github import GitHubWriter
from breadknife.cli.formats.gitlab import GitLabWriter
from breadknife.cli.formats.junit import JUnitWriter
from breadknife.cli.formats.rdjson import RdJsonWriter
from breadknife.cli.formats.sarif import SarifWriter
from breadknife.cli.formats.statistics import JsonStatisticsWriter, StatisticsWriter
from breadknife.cli.formats.text import TextWriter
from breadknife.cli.formats.values import FileReport, ReportWriter, RunSummary


@dataclass(frozen=True)
class Format:
    writer: Callable[[TextIO], ReportWriter]
    has_fixes: bool = False
    """True if it has the fixes of each finding."""
    names_rules: bool = False
    """True if it says what each rule is about, so that `RunSummary.rules` is needed."""


FORMATS: Mapping[str, Format] = {
    "text": Format(TextWriter),
    "json": Format(JsonWriter, has_fixes=True),
    "github": Format(GitHubWriter),
    "gitlab": Format(GitLabWriter),
    "junit": Format(JUnitWriter),
    "markdown": Format(MarkdownWriter, names_rules=True),
    "rdjson": Format(RdJsonWriter, has_fixes=True),
    "sarif": Format(SarifWriter, has_fixes=True, names_rules=True),
}

STATISTICS: Mapping[str, Format] = {
    "text": Format(StatisticsWriter, names_rules=True),
    "json": Format(JsonStatisticsWriter, names_rules=True),
}
"""Writes what `--statistics` shows, for each `--format`."""


@dataclass(frozen=True)
class WriterOfAll:
    """Writes several formats, each to a stream of its own."""

    writers: Sequence[ReportWriter]

    @classmethod
    def of(cls, format: Format, out: TextIO, reports: Sequence[tuple[str, TextIO]]) -> WriterOfAll:
        """Return a writer of one format, and of others by their names."""
        return cls([format.writer(out), *(FORMATS[name].writer(stream) for name, stream in reports)])

    def add(self, report: FileReport, /) -> None:
        for writer in self.writers:
            writer.add(report)

    def end(self, summary: RunSummary, /) -> None:
        for writer in self.writers:
            writer.end(summary)
