"""A term that one project spells in two ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from breadknife.plugins.prose.documents.rule import PROSE, DocumentRule, Example, Subject
from breadknife.project.words import term
from breadknife.task.values import Finding, Severity
from breadknife.text.document import Span

_WORD = re.compile(r"(?<![\w.@/-])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w@/-]|\.\w)")
_IDENTIFIER = re.compile(r"[a-z]+[A-Z]")
_POSSESSIVE = re.compile("['’]s$")
_SHORTEST = 4
_FEWEST = 2
"""Uses of the other way, in this document or among the others."""


def _two_ways(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    found: dict[str, dict[str, list[Span]]] = {}
    for paragraph in subject.paragraphs:
        for match in _WORD.finditer(paragraph.text):
            span = Span(match.start(), match.end())
            if len(span) >= _SHORTEST and not paragraph.touches_markup(span):
                source = paragraph.source_span(span)
                found.setdefault(term(match[0]), {}).setdefault(match[0], []).append(source)
    for key, here in found.items():
        uses = Counter({way: len(spans) for way, spans in here.items()})
        for way, files in subject.ways(key).items():
            if not _POSSESSIVE.search(way):
                uses[way] += files - (way in here)  # this document is one of them
        for way, spans in here.items():
            if _IDENTIFIER.match(way):
                continue  # `viewMode` is a name of the program
            others = [(count, other) for other, count in uses.items() if _differ(way, other)]
            count, other = max(others, default=(0, ""))
            own = sum(each for same, each in uses.items() if not _differ(way, same) and same.lower() == way.lower())
            if count >= _FEWEST and count > own:
                better = other[0].upper() + other[1:] if way[0].isupper() else other
                yield finding(spans[0], f"“{way}” is mostly written “{better}” here.", better)


def _differ(one: str, other: str) -> bool:
    """Whether they are two ways to write it, and not the same at a sentence's start, in capitals or as a name."""
    if one == other or one.isupper() or other.isupper():
        return False
    if one.lower() != other.lower():
        return True
    # `Github` beside `GitHub`; `email` beside `Email` is a sentence's start, `github` is a command's name.
    return one[0].isupper() and other[0].isupper()


TERM_IN_TWO_WAYS = DocumentRule(
    "term-in-two-ways",
    PROSE,
    "A term that the project mostly writes differently: its hyphen, capitals, or British or American spelling.",
    _two_ways,
    Severity.HINT,
    prose_alone=True,
    fires=(
        Example("Send an e-mail. The email is long. An email is fine.\n"),
        Example("It is on Github.\n", (("a.md", "It is on GitHub.\n"), ("b.md", "We like GitHub.\n"))),
        Example("Its behaviour is new.\n", (("a.md", "The behavior.\n"), ("b.md", "One behavior.\n"))),
        Example("A sub-command.\n", (("a.md", "A subcommand.\n"), ("b.rst", "Each subcommand.\n"))),
    ),
    silent=(
        Example("Send an email. Email is fine. An email.\n"),
        Example("IMPORTANT: it is important. An important thing.\n"),
        Example("Use `e-mail`. The email is long. An email is fine.\n"),
        Example("It is on GitHub.\n", (("a.md", "It is on Github.\n"),)),
        Example("The github command. We are on GitHub, on GitHub.\n"),
        Example("It was filed. A filled one. A filled one.\n"),
        Example("In viewMode. The view-mode is fine. A view-mode.\n"),
        Example("Ask the user.\n", (("a.md", "The user's own.\n"), ("b.md", "A user's word.\n"))),
        Example("It is on Github.\n", (("a.md", "It is on GitHub. GitHub's own.\n"),)),
        Example("See a@e-mail.org. An email. An email.\n"),
    ),
)
