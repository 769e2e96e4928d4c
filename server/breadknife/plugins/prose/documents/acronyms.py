"""An acronym that a document uses again and again and never explains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentProblem
from breadknife.text.document import Span
from breadknife.text.patterns import read_pattern

_ACRONYM = re.compile(r"(?<![\w./-])[A-Z]{3,5}(?:s\b|(?![\w/-]|\.\w))")
_FEWEST_USES = 3
"""An acronym that a document uses less often is one in passing, which the reader doesn't meet again."""
_FAMILIAR_FROM = 5
"""An acronym that so many documents of the project use is what the project is about: its readers know it."""
_NO_ACRONYMS = frozenset(("TODO", "FIXME", "XXX", "NOTE", "HACK"))
"""Marks in capitals that aren't short for anything."""


def find_unexplained_acronyms(context: DocumentContext) -> Iterator[DocumentProblem]:
    uses: dict[str, list[Span]] = {}
    for paragraph in context.paragraphs:
        if paragraph.text.isupper():
            continue  # a title in capitals
        for match in _ACRONYM.finditer(paragraph.text):
            span = Span(match.start(), match.end())
            if not paragraph.touches_markup(span):
                uses.setdefault(match[0].removesuffix("s"), []).append(paragraph.source_span(span))
    prose = "\n".join(paragraph.text for paragraph in context.paragraphs)
    for acronym, spans in uses.items():
        if len(spans) < _FEWEST_USES or acronym in _NO_ACRONYMS or _count_documents(context, acronym) >= _FAMILIAR_FROM:
            continue
        if not context.knows(acronym) and not _explains(prose, acronym):
            yield DocumentProblem(spans[0], f"“{acronym}” is used {len(spans)} times here and never explained.")


def _count_documents(context: DocumentContext, acronym: str) -> int:
    """Return how many of the project's documents use an acronym, also in the plural."""
    return sum(count for way, count in context.ways(acronym).items() if way.removesuffix("s") == acronym)


def _explains(prose: str, acronym: str) -> bool:
    """Tell whether the prose explains an acronym: by words with these initials, by brackets right before or after it,
    or by "stands for"."""
    # A document's letters make this pattern: of `AAAAZ`, `re` would try each way to leave out an `a` of "a a a a a".
    initials = r"[\w]*[\s-]+(?:(?:of|the|and|for|to|in|a)\s+)*".join(acronym)
    beside = rf"\w\s+\(\W*{acronym}s?\W*\)|\b{acronym}s?\W*\s\(|\b{acronym}\W*\s(?:stands|is short)\b"
    return any(read_pattern(pattern).is_in(prose) for pattern in (rf"(?i)\b{initials}", beside))
