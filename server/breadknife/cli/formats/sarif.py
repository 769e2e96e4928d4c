"""`--format sarif`: SARIF 2.1.0 (OASIS), with columns in code points as its `columnKind` says."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TextIO

from breadknife import __version__
from breadknife.cli.formats.as_json import JsonWriter
from breadknife.cli.formats.values import Fingerprints, ReportedFile, ReportedFinding, RunSummary, edits_of
from breadknife.task.values import Severity
from breadknife.text.document import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}
_FINGERPRINT = "breadknife/v1"
"""Whose digest it is, and which way of making it; GitHub adds its own `primaryLocationLineHash`."""


class SarifWriter(JsonWriter):
    def __init__(self, out: TextIO) -> None:
        super().__init__(out)
        self._fingerprints = Fingerprints()
        self._rules: dict[str, int] = {}
        """The rules by their ids, in the order of their first findings."""

    def whole(self, items: list[dict[str, Any]], summary: RunSummary) -> object:
        driver = {
            "name": "breadknife",
            "version": __version__,
            "semanticVersion": __version__,
            "rules": [_rule(id, summary) for id in self._rules],
        }
        run = {
            "tool": {"driver": driver},
            "invocations": [_invocation(summary)],
            "columnKind": "unicodeCodePoints",
            "results": items,
        }
        return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}

    def item(self, reported: ReportedFinding) -> dict[str, Any]:
        finding = reported.finding
        result: dict[str, Any] = {
            "ruleId": reported.rule,
            "ruleIndex": self._rules.setdefault(reported.rule, len(self._rules)),
            "level": _LEVELS.get(finding.severity, "note"),
            "message": {"text": _sentence(finding.message)},
            "locations": [{"physicalLocation": _location(reported.file, finding.span)}],
            "partialFingerprints": {_FINGERPRINT: self._fingerprints.of(reported)},
        }
        if reported.related:
            result["relatedLocations"] = [
                {
                    "id": number,
                    "physicalLocation": _location(related.file, related.span),
                    "message": {"text": _sentence(related.message)},
                }
                for number, related in enumerate(reported.related)
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
                        for file, edits in edits_of(fix, reported.file)
                    ],
                }
                for fix in finding.fixes
            ]
        return result


def _rule(id: str, summary: RunSummary) -> dict[str, Any]:
    source, _, code = id.partition("/")
    about = _sentence(summary.about(id))
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
    """Return a code in Pascal case, as SARIF wants names: `NoneAttribute` for `none-attribute`."""
    words = "".join(character if character.isalnum() else " " for character in code).split()
    return "".join(word[:1].upper() + (word[1:].lower() if word.isupper() else word[1:]) for word in words)


def _invocation(summary: RunSummary) -> dict[str, Any]:
    notifications = [
        {"level": "error", "message": {"text": _sentence(failure)}, "descriptor": {"id": "not-checked"}}
        for failure in summary.failures
    ]
    return {
        "executionSuccessful": summary.code in (0, 1),
        "exitCode": summary.code,
        "startTimeUtc": _utc(summary.began),
        "endTimeUtc": _utc(summary.ended),
        **({"toolExecutionNotifications": notifications} if notifications else {}),
    }


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _sentence(text: str) -> str:
    """Return the sentence with a full stop, which SARIF wants."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _location(file: ReportedFile, span: Span) -> dict[str, Any]:
    return {"artifactLocation": {"uri": file.uri}, "region": _region(file, span)}


def _region(file: ReportedFile, span: Span) -> dict[str, int]:
    place = file.place(span)
    return {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }
