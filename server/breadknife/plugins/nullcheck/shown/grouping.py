"""Which findings are shown, and how: by the settings, and one for each cause."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.task.values import Finding, Related, Severity
from breadknife.text.directives import rules_named
from breadknife.text.document import Span

ALSO = "The same null also reaches this place"
"""What is said of the other places."""


def reported(findings: Sequence[Finding], settings: NullCheckSettings) -> list[Finding]:
    """Return each place that the settings show, as severe as they say."""
    disabled = rules_named(settings.disabled_rules)
    severities = ((finding, settings.severity_of(finding.confidence)) for finding in findings)
    return [
        replace(finding, severity=Severity(shown))
        for finding, shown in severities
        if shown != "off" and finding.code not in disabled
    ]


def by_cause(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each cause: it stands at the first place, and names the others.

    `findings` are of one file, in its order. A finding whose cause isn't known stands for itself."""
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(cause_of(finding) or finding, []).append(finding)
    return [_joined(group) for group in groups.values()]


def _joined(group: list[Finding]) -> Finding:
    first, *others = group
    if not others:
        return first
    more = f"{len(others)} more place{'s' if len(others) > 1 else ''}"
    return replace(
        first,
        message=f"{first.message} ({more})",
        related=(*first.related, *(Related(other.span, ALSO) for other in others)),
    )


def cause_of(finding: Finding) -> tuple[str | None, Span] | None:
    """Return where its null comes from; None where it comes from the place itself."""
    return (finding.related[0].uri, finding.related[0].span) if finding.related else None
