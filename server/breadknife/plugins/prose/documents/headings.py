"""A heading that skips a level."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.prose.documents.formats import find_headings
from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentProblem


def find_skipped_levels(context: DocumentContext) -> Iterator[DocumentProblem]:
    level_above = 0  # before the first heading, which may have any level
    reported = set[tuple[int, int]]()
    for heading in find_headings(context):
        step = (level_above, heading.level)
        if level_above and heading.level > level_above + 1 and step not in reported:
            reported.add(step)  # a document that does so again and again means it: once is enough
            message = f"This heading has level {heading.level}, the one above it {level_above}."
            yield DocumentProblem(heading.span, message)
        level_above = heading.level
