"""`--statistics`: how many findings each rule has, in place of the findings."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from breadknife.cli.formats.as_json import write_json
from breadknife.cli.formats.values import FileReport, RunSummary
from breadknife.text.printable import escaped


class StatisticsWriter:
    """Writes a line for each rule, the most frequent first: the number of findings, the rule, what it is about."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._counts = Counter[str]()

    def add(self, report: FileReport, /) -> None:
        self._counts.update(reported.rule for reported in report.findings)

    def end(self, summary: RunSummary, /) -> None:
        ranked = sorted(self._counts.items(), key=lambda count: (-count[1], count[0]))
        self.write([(count, rule, summary.about(rule)) for rule, count in ranked])

    def write(self, ranked: list[tuple[int, str, str]]) -> None:
        digits = max((len(str(count)) for count, *_ in ranked), default=0)
        width = max((len(escaped(rule)) for _, rule, _ in ranked), default=0)
        for count, rule, about in ranked:
            self._out.write(f"{count:>{digits}}  {escaped(rule):<{width}}  {escaped(about)}\n")


class JsonStatisticsWriter(StatisticsWriter):
    """Writes the same as a JSON list with an object for each rule."""

    def write(self, ranked: list[tuple[int, str, str]]) -> None:
        write_json([{"rule": rule, "count": count, "about": about} for count, rule, about in ranked], self._out)
