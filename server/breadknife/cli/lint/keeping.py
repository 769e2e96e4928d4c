"""`breadknife baseline`: keeps today's findings, so that `lint` shows only new ones."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.cli.baseline.entries import Entry, MarkedDocument
from breadknife.cli.baseline.file import baseline_path, write_baseline
from breadknife.cli.formats.values import FileReport, ReportedFinding, RunSummary
from breadknife.cli.lint.known import KnownFindings, is_there, path_in
from breadknife.cli.lint.options import LintOptions
from breadknife.cli.lint.run import run
from breadknife.cli.output import tell
from breadknife.host.workspace import root_of
from breadknife.text.printable import counted


@dataclass
class _Collector:
    """A writer that only collects what is found."""

    reports: list[FileReport] = field(default_factory=list[FileReport])

    def add(self, report: FileReport, /) -> None:
        self.reports.append(report)

    def end(self, summary: RunSummary, /) -> None: ...


def keep(paths: Sequence[Path], *, adds: bool, prunes: bool, offline: bool, engine_script: Path | None) -> int:
    """Write the baseline of each workspace folder. Return the exit code: 0, or 1 if findings are left that aren't kept,
    2 if a file could not be checked: then nothing is written.

    A folder's first baseline keeps all findings. A later one follows what has moved, and keeps no more findings unless
    `adds`, and no fewer unless `prunes`. Raises BreadknifeError.
    """
    collector = _Collector()
    options = LintOptions(paths, exit_zero=True, uses_baseline=False, offline=offline, engine_script=engine_script)
    if code := run(options, collector):
        tell("nothing was written, since not everything was checked")
        return code
    reports = defaultdict[Path, list[FileReport]](list)
    for report in collector.reports:
        reports[root_of(report.path, [Path.cwd()])].append(report)
    left = [_keep(root, reports[root], adds=adds, prunes=prunes) for root in reports]
    return 1 if any(left) else 0


def _keep(root: Path, reports: Sequence[FileReport], *, adds: bool, prunes: bool) -> int:
    """Write one folder's baseline. Return how many findings it doesn't keep."""
    known = KnownFindings()
    before = known.load(root)
    kept, new, rest = list[Entry](), list[Entry](), Counter(before or ())
    for report in reports:
        entries = _entries(root, report.findings)
        for entry, old in zip(entries, known.match(root, report.findings, report.path), strict=True):
            (new if old is None else kept).append(entry)
            rest[old or entry] -= old is not None
    checked = {path_in(root, report.path) for report in reports}
    rest = +rest
    is_stale = {path: path in checked or not is_there(root, path) for path in {entry.path for entry in rest}}
    stale = [entry for entry in rest.elements() if is_stale[entry.path]]
    others = [entry for entry in rest.elements() if not is_stale[entry.path]]
    kept += others + ([] if prunes else stale) + (new if adds or before is None else [])
    name = os.path.relpath(baseline_path(root))
    if before is None and not kept:
        tell("no findings, so no baseline is needed")
        return 0
    if sorted(kept) != sorted(before or ()) or before is None:
        write_baseline(root, kept)
    tell(f"{name}: {counted(len(kept), 'finding')}")
    if stale:
        tell(f"{counted(len(stale), 'line')} stale; {'removed' if prunes else '--prune removes them'}")
    if new and before is not None and not adds:
        tell(f"{counted(len(new), 'finding')} new, which `breadknife lint` shows; --add keeps them, too")
        return len(new)
    return 0


def _entries(root: Path, problems: Sequence[ReportedFinding]) -> Sequence[Entry]:
    if not problems:
        return ()
    document = MarkedDocument(path_in(root, problems[0].file.path), problems[0].file.document)
    return [document.entry(problem.rule, problem.finding.span) for problem in problems]
