"""`--format junit`: JUnit's XML, which most CI servers show as tests that failed."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from breadknife.cli.formats.values import FileReport, ReportedFinding, RunSummary
from breadknife.text.printable import escaped, escaped_name

_NOT_XML = re.compile(r"[\ufffe\uffff]")
"""The characters that XML 1.0 can't have, besides the controls and surrogates, which are escaped already."""


class JUnitWriter:
    """Writes a suite for each file, where each finding is a test that fails, and what could not be checked is an error.
    A file with neither has one test that passes."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._suites = list[str]()
        self._tests = self._failures = self._errors = 0

    def add(self, report: FileReport, /) -> None:
        name = report.path.as_posix()
        classname = _attribute(escaped_name(str(PurePosixPath(name).with_suffix(""))))
        cases = [_finding(item, classname) for item in report.findings]
        cases += (_error(item, classname) for item in report.failures)
        failures, errors = len(report.findings), len(report.failures)
        if not cases:
            cases = [f'    <testcase classname={classname} name="no findings"/>\n']
        counts = f'tests="{len(cases)}" failures="{failures}" errors="{errors}"'
        self._suites.append(
            f"  <testsuite name={_attribute(escaped_name(name))} {counts}>\n{''.join(cases)}  </testsuite>\n"
        )
        self._tests += len(cases)
        self._failures += failures
        self._errors += errors

    def end(self, summary: RunSummary, /) -> None:
        counts = f'tests="{self._tests}" failures="{self._failures}" errors="{self._errors}"'
        self._out.write('<?xml version="1.0" encoding="utf-8"?>\n')
        self._out.write(f'<testsuites name="breadknife" {counts}>\n')
        self._out.writelines(self._suites)
        self._out.write("</testsuites>\n")


def _finding(reported: ReportedFinding, classname: str) -> str:
    finding = reported.finding
    line, column = reported.file.position(finding.span.start)
    where = f"{escaped_name(reported.file.name)}:{line}:{column}"
    message, rule = escaped(finding.message), _attribute(escaped(reported.rule))
    return (
        f'    <testcase classname={classname} name={rule} line="{line}" column="{column}">\n'
        f"      <failure type={_attribute(finding.severity)} message={_attribute(message)}>"
        f"{_text(f'{where}: {message}')}</failure>\n"
        "    </testcase>\n"
    )


def _error(sentence: str, classname: str) -> str:
    return (
        f'    <testcase classname={classname} name="not checked">\n'
        f"      <error message={_attribute(escaped(sentence))}/>\n"
        "    </testcase>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(_xml(text))


def _text(text: str) -> str:
    return escape(_xml(text))


def _xml(text: str) -> str:
    """Return the text with `\\uXXXX` in place of the characters that XML can't have."""
    return _NOT_XML.sub(lambda match: rf"\u{ord(match[0]):04x}", text)
