"""A heading that skips a level."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from breadknife.plugins.prose.documents.formats import HEADINGS, headings
from breadknife.plugins.prose.documents.rule import DocumentRule, Example, Subject
from breadknife.task.values import Finding, Severity


def _skipped(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    above, told = 0, set[tuple[int, int]]()
    for heading in headings(subject):
        step = (above, heading.level)
        if above and heading.level > above + 1 and step not in told:
            told.add(step)  # a document that does so again and again means it: once is enough
            yield finding(heading.span, f"This heading has level {heading.level}, the one above it {above}.")
        above = heading.level


HEADING_SKIP = DocumentRule(
    "heading-skip",
    HEADINGS,
    "A heading skips a level, which leaves a gap in outlines and for screen readers.",
    _skipped,
    Severity.INFORMATION,
    fires=(
        Example("# A\n\n### B\n"),
        Example("A\n=\n\n## B\n\n#### C\n"),
        Example("# A\n\n<B>\n\n### C\n\n</B>\n", (), "mdx"),
        Example("<h1>A</h1><p>x</p><section><h3>B</h3></section>\n", (), "html"),
        Example("= A\n\n== B\n\n==== C\n", (), "asciidoc"),
        Example("* A\n*** B\n** C\n", (), "org"),
    ),
    silent=(
        Example("# A\n\n## B\n\n### C\n\n# D\n"),
        Example("### A\n\n### B\n"),
        Example("```\n# A\n### B\n```\n"),
        Example("<h1>A</h1>\n<!-- <h3>B</h3> -->\n<h2>C</h2>\n", (), "html"),
        Example("<h1>{{ title }}</h1><h3>B</h3>\n", (), "html"),
        Example("== A\n\n----\n==== no\n----\n\n[discrete]\n==== B\n", (), "asciidoc"),
        Example("== A\n\ninclude::b.adoc[]\n\n==== C\n", (), "asciidoc"),
        Example("== A\n\n====\nAn example.\n====\n", (), "asciidoc"),
        Example("* A\n*** B\n***** C\n", (), "org"),
        Example("* A\n#+begin_src org\n*** B\n#+end_src\n** C\n", (), "org"),
    ),
)
