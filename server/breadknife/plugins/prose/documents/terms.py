"""A term that one project spells in two ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentProblem
from breadknife.project.words import term
from breadknife.text.document import Span

_WORD = re.compile(r"(?<![\w.@/-])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w@/-]|\.\w)")
_IDENTIFIER = re.compile(r"[a-z]+[A-Z]")
_POSSESSIVE = re.compile("['’]s$")
_SHORTEST = 4
_FEWEST = 2
"""Uses of the other way, in this document or among the others."""


def find_terms_in_two_ways(context: DocumentContext) -> Iterator[DocumentProblem]:
    spans_of: dict[str, dict[str, list[Span]]] = {}
    """By term, the ways in which it is written."""
    for paragraph in context.paragraphs:
        for match in _WORD.finditer(paragraph.text):
            span = Span(match.start(), match.end())
            if len(span) >= _SHORTEST and not paragraph.touches_markup(span):
                source = paragraph.source_span(span)
                spans_of.setdefault(term(match[0]), {}).setdefault(match[0], []).append(source)
    for key, ways in spans_of.items():
        uses = Counter({way: len(spans) for way, spans in ways.items()})
        for way, files in context.ways(key).items():
            if not _POSSESSIVE.search(way):
                uses[way] += files - (way in ways)  # this document is one of them
        for way, spans in ways.items():
            if _IDENTIFIER.match(way):
                continue  # `viewMode` is a name of the program
            others = [(count, other) for other, count in uses.items() if _differ(way, other)]
            count, other = max(others, default=(0, ""))
            own = sum(n for same, n in uses.items() if not _differ(way, same) and same.lower() == way.lower())
            if count >= _FEWEST and count > own:
                better = other[0].upper() + other[1:] if way[0].isupper() else other
                yield DocumentProblem(spans[0], f"“{way}” is mostly written “{better}” here.", better)


def _differ(one: str, other: str) -> bool:
    """Tell whether they are two ways to write it, and not the same at a sentence's start, in capitals or as a name."""
    if one == other or one.isupper() or other.isupper():
        return False
    if one.lower() != other.lower():
        return True
    # `Github` beside `GitHub`; `email` beside `Email` is a sentence's start, `github` is a command's name.
    return one[0].isupper() and other[0].isupper()
