"""A heading that skips a level."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.prose.documents.formats import find_headings
from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentProblem


def find_skipped_levels(context: DocumentContext) -> Iterator[DocumentProblem]:
    above, reported = 0, set[tuple[int, int]]()
    for heading in find_headings(context):
        step = (above, heading.level)
        if above and heading.level > above + 1 and step not in reported:
            reported.add(step)  # a document that does so again and again means it: once is enough
            yield DocumentProblem(heading.span, f"This heading has level {heading.level}, the one above it {above}.")
        above = heading.level
