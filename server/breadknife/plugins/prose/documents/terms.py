"""A term that one project spells in two ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentProblem
from breadknife.project.words import term, with_capital_of
from breadknife.text.document import Span

_WORD = re.compile(r"(?<![\w.@/-])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w@/-]|\.\w)")
_IDENTIFIER = re.compile(r"[a-z]+[A-Z]")
_JOINED_NAME = re.compile(r"[a-z][A-Z]")
_POSSESSIVE = re.compile("['’]s$")
_SHORTEST = 4
"""Letters of a word that is looked at."""
_FEWEST = 2
"""The other way must be met so often, in this document or in others of the project."""


def find_terms_in_two_ways(context: DocumentContext) -> Iterator[DocumentProblem]:
    spans_of: dict[str, dict[str, list[Span]]] = {}
    """By term (see `project.words.term`), the ways in which the document writes it, and where."""
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
                uses[way] += files - (way in ways)  # this document, which is counted by its uses, is one of the files
        for way, spans in ways.items():
            if _IDENTIFIER.match(way):
                continue  # `viewMode` is a name of the program
            rivals = [(count, rival) for rival, count in uses.items() if _differ(way, rival)]
            rival_uses, rival = max(rivals, default=(0, ""))
            if "-" in way and _JOINED_NAME.search(rival):
                continue  # `key-auth` describes what the name `KeyAuth` stands for
            own_uses = sum(
                count for same, count in uses.items() if not _differ(way, same) and same.lower() == way.lower()
            )
            if rival_uses >= _FEWEST and rival_uses > own_uses:
                is_start = way.islower() and rival[1:].islower()  # the other may begin a sentence
                replacement = rival.lower() if is_start else with_capital_of(way, rival)
                yield DocumentProblem(spans[0], f"“{way}” is mostly written “{replacement}” here.", replacement)


def _differ(first: str, second: str) -> bool:
    """Tell whether two spellings of a term contradict each other: not if one of them is only at a sentence's start, in
    capitals, or the name of a command."""
    if first == second or first.isupper() or second.isupper():
        return False
    if first.lower() != second.lower():
        return True
    # `Github` contradicts `GitHub`; but `Email` beside `email` is a sentence's start, `github` a command's name.
    return first[0].isupper() and second[0].isupper()
