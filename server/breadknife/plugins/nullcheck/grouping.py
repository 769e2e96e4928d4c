"""One finding for each cause: it stands at the first place, and names the others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace

from breadknife.plugins.nullcheck.cause import cause_of
from breadknife.task.values import Finding, Related

ALSO = "The same null gets here, too"
"""What is said of the other places."""


def by_cause(findings: Iterable[Finding]) -> list[Finding]:
    """`findings` are of one file, in its order. A finding whose cause isn't known stands for itself."""
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
