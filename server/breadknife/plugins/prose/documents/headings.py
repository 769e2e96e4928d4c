"""A heading that skips a level."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from breadknife.plugins.prose.documents.markdown import headings
from breadknife.plugins.prose.documents.rule import DocumentRule, Example, Subject
from breadknife.task.values import Finding, Severity


def _skipped(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    above, told = 0, set[tuple[int, int]]()
    for heading in headings(subject.tree):
        step = (above, heading.level)
        if above and heading.level > above + 1 and step not in told:
            told.add(step)  # a document that does so again and again means it: once is enough
            yield finding(heading.span, f"This heading has level {heading.level}, the one above it {above}.")
        above = heading.level


HEADING_SKIP = DocumentRule(
    "heading-skip",
    frozenset(("markdown",)),
    "A heading more than one level below the one before it: readers of an outline, and screen readers, miss a step.",
    _skipped,
    Severity.INFORMATION,
    fires=(Example("# A\n\n### B\n"), Example("A\n=\n\n## B\n\n#### C\n")),
    silent=(Example("# A\n\n## B\n\n### C\n\n# D\n"), Example("### A\n\n### B\n"), Example("```\n# A\n### B\n```\n")),
)
