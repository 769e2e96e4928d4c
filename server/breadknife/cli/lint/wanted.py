"""What the user has asked `breadknife lint` for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.cli.formats.table import FORMATS, STATISTICS, Format
from breadknife.cli.lint.selection import Selection
from breadknife.errors import SettingsError
from breadknife.task.values import Confidence, Finding


@dataclass(frozen=True)
class Wanted:
    """Which files are checked, as what, and which findings are told."""

    paths: Sequence[Path] = ()
    stdin_filename: Path | None = None
    """Standard input is checked as this file would be, in place of `paths`."""
    language: str | None = None
    """What each file is taken for; else its name tells."""
    only: Collection[str] = ()
    """Plugins: no other is asked. Without any all are."""
    selection: Selection = field(default_factory=Selection)
    min_confidence: Confidence | None = None
    """No finding below it is told. Without it, no hint that its plugin isn't sure of."""

    def keeps(self, finding: Finding) -> bool:
        """Tell whether the user has asked for the finding's rule."""
        return self.selection.keeps(finding)

    def is_likely(self, finding: Finding) -> bool:
        """Tell whether the finding is likely enough to be told."""
        if self.min_confidence is None:
            return not finding.is_unlikely
        return finding.confidence.reaches(self.min_confidence)


@dataclass(frozen=True)
class Report:
    """How the findings are told."""

    format: str = "text"
    statistics: bool = False
    """Only how many there are of each rule."""
    output_file: Path | None = None
    """Written in place of standard output."""
    exit_zero: bool = False
    """Findings alone are no reason for another exit code than 0."""

    def written_as(self) -> Format:
        """Raises SettingsError for a format that doesn't exist, or has no statistics."""
        if self.format not in FORMATS:
            raise SettingsError(f"--format {self.format}: the formats are {', '.join(FORMATS)}")
        if not self.statistics:
            return FORMATS[self.format]
        if self.format not in STATISTICS:
            raise SettingsError(f"--statistics: its formats are {', '.join(STATISTICS)}; leave `--format` out")
        return STATISTICS[self.format]
