"""A term that one project spells in two ways: a name's capitals, and British or American spelling.

A hyphen isn't looked at. In the histories of the repositories for tuning maintainers took one out or put one in 35
times, and 14 times into the spelling that the documentation had more often.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files

from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentProblem
from breadknife.project.words import term, with_capital_of
from breadknife.text.document import Span

_WORD = re.compile(r"(?<![\w.@/-])[^\W\d_]+(?![\w@/-]|\.\w)")
_POSSESSIVE = re.compile("['’]s$")
_SHORTEST = 4
"""Letters of a word that is looked at."""
_FEWEST = 2
"""The other way must be met so often, in this document or in others of the project."""
_TIMES = 8
"""So many times as often as this one, where neither is the name's own. When maintainers changed a country's
spelling to another's, and one was so much more frequent, 22 of 26 times it became the frequent one; else 37 of 85."""


def _read_names() -> frozenset[str]:
    lines = files(__package__ or "").joinpath("names.txt").read_text("ascii").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


_NAMES = _read_names()


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
        for way, files_with_it in context.ways(key).items():
            if not _POSSESSIVE.search(way):
                uses[way] += files_with_it - (way in ways)  # this document, counted by its uses, is one of the files
        for way, spans in ways.items():
            own_uses = sum(count for same, count in uses.items() if same.lower() == way.lower())
            rivals = [(count, rival) for rival, count in uses.items() if _is_better(way, rival, count, own_uses)]
            rival_uses, rival = max(rivals, default=(0, ""))
            if rival_uses >= _FEWEST:
                is_start = way.islower() and rival[1:].islower()  # the other may begin a sentence
                replacement = rival.lower() if is_start else with_capital_of(way, rival)
                replacement = rival if rival in _NAMES else replacement
                yield DocumentProblem(spans[0], f"“{way}” is mostly written “{replacement}” here.", replacement)


def _is_better(way: str, rival: str, uses: int, own_uses: int) -> bool:
    """Tell whether a word contradicts the other spelling of its term: “Github” a name, and “behaviour” what is much
    more frequent. “Email” is a sentence's start, `github` a command's name."""
    if way.lower() == rival.lower():
        return way != rival and rival in _NAMES and way[0].isupper() and not way.isupper()
    is_other_country = "-" not in rival and not (way.isupper() or rival.isupper())
    return is_other_country and uses >= _TIMES * own_uses
