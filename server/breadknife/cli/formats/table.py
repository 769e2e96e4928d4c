"""The formats that `breadknife lint` writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from breadknife import __version__
from breadknife.cli.output import counted
from breadknife.task.values import Finding, Fix, Severity
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.printable import escaped, escaped_name

_TAB = 4
"""Columns that a tab takes in a terminal."""


@dataclass(frozen=True)
class File:
    path: Path
    document: Document

    @property
    def name(self) -> str:
        """The path as it was given, with `/` on every system."""
        return self.path.as_posix()

    def place(self, span: Span) -> dict[str, int]:
        """1-based lines and columns, columns in code points; the end is after the last one."""
        line, column = self._position(span.start)
        end_line, end_column = self._position(span.end)
        return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}

    def _position(self, offset: int) -> tuple[int, int]:
        line = self.document.line_at(offset)
        return line + 1, offset - self.document.line_starts[line] + 1


@dataclass(frozen=True)
class Told:
    """A place that explains a finding, and how."""

    file: File
    span: Span
    message: str


@dataclass(frozen=True)
class Problem:
    """A finding with the file it is in."""

    file: File
    finding: Finding
    related: Sequence[Told] = ()
    """The finding's, with their files."""


def write_text(problems: Sequence[Problem], out: TextIO) -> None:
    if out.isatty():
        _write_pretty(problems, out)
        return
    for problem in problems:
        finding, where = problem.finding, _where(problem.file, problem.finding.span)
        said = f"{finding.severity}: {finding.message} [{finding.source}/{finding.code}]"
        print(f"{where}: {escaped(said)}", file=out)


def _where(file: File, span: Span) -> str:
    place = file.place(span)
    return f"{escaped_name(file.name)}:{place['line']}:{place['column']}"


def _write_pretty(problems: Sequence[Problem], out: TextIO) -> None:
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    colours = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFORMATION: "blue", Severity.HINT: "dim"}
    console = Console(file=out, highlight=False, soft_wrap=True)
    for problem in problems:
        finding, document = problem.finding, problem.file.document
        place, colour = problem.file.place(finding.span), colours[finding.severity]
        console.print(
            Text.assemble(
                (_where(problem.file, finding.span), "bold"), " ", (finding.severity, colour),
                f" {escaped(finding.message)} ", (escaped(f"[{finding.source}/{finding.code}]"), "dim"),
            )
        )  # fmt: skip
        line = place["line"] - 1
        text = document.line_text(line)
        if len(text) <= 200:
            last = place["end_column"] - 1 if place["end_line"] == place["line"] else len(text)
            start, end = (cell_len(_shown(text[:at])) for at in (place["column"] - 1, last))
            console.print(Text(f"    {_shown(text)}"))
            console.print(Text("    " + " " * start + "^" * max(1, end - start), style=colour))
        for told in problem.related:
            console.print(Text(f"    {_where(told.file, told.span)} {escaped(told.message)}", style="dim"))
    files = len({problem.file.name for problem in problems})
    said = f"{counted(len(problems), 'finding')} in {counted(files, 'file')}"
    console.print(said if problems else "[green]no findings[/green]")


def _shown(source: str) -> str:
    """A line of a file, in a terminal."""
    return escaped(source.expandtabs(_TAB))


def _in_order(fix: Fix) -> list[TextEdit]:
    """As LSP has it: of those that begin at the same place what is inserted stands before what is replaced."""
    return sorted(fix.edits, key=lambda edit: (edit.span.start, edit.span.end))


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
                "edits": [{**file.place(edit.span), "new_text": edit.new_text} for edit in _in_order(fix)],
            }
            for fix in finding.fixes
        ],
    }


def write_json(problems: Sequence[Problem], out: TextIO) -> None:
    json.dump([to_json(problem) for problem in problems], out, indent=2, ensure_ascii=False)
    out.write("\n")


def write_github(problems: Sequence[Problem], out: TextIO) -> None:
    """Workflow commands: GitHub shows them beside the lines of a pull request."""
    kinds = {Severity.ERROR: "error", Severity.WARNING: "warning"}
    for problem in problems:
        finding, place = problem.finding, problem.file.place(problem.finding.span)
        properties = {
            "file": problem.file.name,
            "line": place["line"],
            "endLine": place["end_line"],
            "col": place["column"],
            "endColumn": place["end_column"],
            "title": f"{finding.source}/{finding.code}",
        }
        listed = ",".join(f"{key}={_escaped(str(value), in_property=True)}" for key, value in properties.items())
        print(f"::{kinds.get(finding.severity, 'notice')} {listed}::{_escaped(finding.message)}", file=out)


def _escaped(text: str, *, in_property: bool = False) -> str:
    text = escaped(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text


def write_sarif(problems: Sequence[Problem], out: TextIO) -> None:
    """SARIF 2.1.0 (OASIS), with columns in code points as its `columnKind` says."""
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning"}
    rules = list(dict.fromkeys(f"{p.finding.source}/{p.finding.code}" for p in problems))
    results = [
        {
            "ruleId": f"{problem.finding.source}/{problem.finding.code}",
            "ruleIndex": rules.index(f"{problem.finding.source}/{problem.finding.code}"),
            "level": levels.get(problem.finding.severity, "note"),
            "message": {"text": problem.finding.message},
            "locations": [{"physicalLocation": _location(problem.file, problem.finding.span)}],
            **({"relatedLocations": related} if (related := _sarif_related(problem)) else {}),
            **({"fixes": fixes} if (fixes := _sarif_fixes(problem)) else {}),
        }
        for problem in problems
    ]
    driver = {"name": "breadknife", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    json.dump({"$schema": schema, "version": "2.1.0", "runs": [run]}, out, indent=2, ensure_ascii=False)
    out.write("\n")


def _sarif_related(problem: Problem) -> list[dict[str, Any]]:
    return [
        {"id": at, "physicalLocation": _location(told.file, told.span), "message": {"text": told.message}}
        for at, told in enumerate(problem.related)
    ]


def _location(file: File, span: Span) -> dict[str, Any]:
    return {"artifactLocation": {"uri": file.name}, "region": _region(file, span)}


def _region(file: File, span: Span) -> dict[str, int]:
    place = file.place(span)
    return {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }


def _sarif_fixes(problem: Problem) -> list[dict[str, Any]]:
    return [
        {
            "description": {"text": fix.title},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": problem.file.name},
                    "replacements": [
                        {"deletedRegion": _region(problem.file, edit.span), "insertedContent": {"text": edit.new_text}}
                        for edit in _in_order(fix)
                    ],
                }
            ],
        }
        for fix in problem.finding.fixes
    ]


@dataclass(frozen=True)
class Format:
    write: Callable[[Sequence[Problem], TextIO], None]
    has_fixes: bool = False


FORMATS: Mapping[str, Format] = {
    "text": Format(write_text),
    "json": Format(write_json, has_fixes=True),
    "github": Format(write_github),
    "sarif": Format(write_sarif, has_fixes=True),
}
