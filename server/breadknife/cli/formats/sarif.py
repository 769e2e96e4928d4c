"""`--format sarif`: SARIF 2.1.0 (OASIS), with columns in code points as its `columnKind` says."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TextIO

from breadknife import __version__
from breadknife.cli.formats.as_json import write_json
from breadknife.cli.formats.values import Checked, File, Fingerprints, Problem, Run, edits_of
from breadknife.task.values import Severity
from breadknife.text.document import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}
_FINGERPRINT = "breadknife/v1"
"""Whose digest it is, and which way of making it; GitHub adds its own `primaryLocationLineHash`."""


class Sarif:
    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._fingerprints = Fingerprints()
        self._rules: dict[str, int] = {}
        """The rules by their ids, in the order of their first findings."""
        self._results = list[dict[str, Any]]()

    def add(self, checked: Checked, /) -> None:
        self._results += map(self._result, checked.problems)

    def end(self, run: Run, /) -> None:
        driver = {
            "name": "breadknife",
            "version": __version__,
            "semanticVersion": __version__,
            "rules": [_rule(id, run) for id in self._rules],
        }
        told = {
            "tool": {"driver": driver},
            "invocations": [_invocation(run)],
            "columnKind": "unicodeCodePoints",
            "results": self._results,
        }
        write_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [told]}, self._out)

    def _result(self, problem: Problem) -> dict[str, Any]:
        finding = problem.finding
        result: dict[str, Any] = {
            "ruleId": problem.rule,
            "ruleIndex": self._rules.setdefault(problem.rule, len(self._rules)),
            "level": _LEVELS.get(finding.severity, "note"),
            "message": {"text": _sentence(finding.message)},
            "locations": [{"physicalLocation": _location(problem.file, finding.span)}],
            "partialFingerprints": {_FINGERPRINT: self._fingerprints.of(problem)},
        }
        if problem.related:
            result["relatedLocations"] = [
                {
                    "id": at,
                    "physicalLocation": _location(told.file, told.span),
                    "message": {"text": _sentence(told.message)},
                }
                for at, told in enumerate(problem.related)
            ]
        if finding.fixes:
            result["fixes"] = [
                {
                    "description": {"text": _sentence(fix.title)},
                    "artifactChanges": [
                        {
                            "artifactLocation": {"uri": file.uri},
                            "replacements": [
                                {"deletedRegion": _region(file, edit.span), "insertedContent": {"text": edit.new_text}}
                                for edit in edits
                            ],
                        }
                        for file, edits in edits_of(fix, problem.file)
                    ],
                }
                for fix in finding.fixes
            ]
        return result


def _rule(id: str, run: Run) -> dict[str, Any]:
    source, _, code = id.partition("/")
    about = _sentence(run.about(id))
    short = _sentence(about.partition(". ")[0])
    return {
        "id": id,
        "name": _name(code),
        "shortDescription": {"text": short},
        "fullDescription": {"text": about},
        "help": {
            "text": f"{about} To silence it at one place, write the comment `breadknife: ignore {code}` there. To "
            f"switch it off, add `{code}` to `disabled_rules` in breadknife.toml.",
        },
        "properties": {"tags": [source]},
    }


def _name(code: str) -> str:
    """`none-attribute` as `NoneAttribute`: SARIF wants names in Pascal case."""
    words = "".join(character if character.isalnum() else " " for character in code).split()
    return "".join(word[:1].upper() + (word[1:].lower() if word.isupper() else word[1:]) for word in words)


def _invocation(run: Run) -> dict[str, Any]:
    notifications = [
        {"level": "error", "message": {"text": _sentence(each)}, "descriptor": {"id": "not-checked"}}
        for each in run.failures
    ]
    return {
        "executionSuccessful": run.code in (0, 1),
        "exitCode": run.code,
        "startTimeUtc": _utc(run.began),
        "endTimeUtc": _utc(run.ended),
        **({"toolExecutionNotifications": notifications} if notifications else {}),
    }


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _sentence(text: str) -> str:
    """Returns the sentence with a full stop, which SARIF wants."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _location(file: File, span: Span) -> dict[str, Any]:
    return {"artifactLocation": {"uri": file.uri}, "region": _region(file, span)}


def _region(file: File, span: Span) -> dict[str, int]:
    place = file.place(span)
    return {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }
