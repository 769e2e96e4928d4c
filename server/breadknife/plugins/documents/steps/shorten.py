"""The step that makes text shorter by leaving out what says nothing: fillers, empty openings, asides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from breadknife.plugins.documents.editing import ChangeOutput, ProseChange, change_lines
from breadknife.plugins.documents.english import (
    article_for,
    capitalized,
    english,
    is_english,
    is_name,
    word_count,
    words,
)
from breadknife.plugins.documents.tables import read_rows
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.prose import ProseText
from breadknife.text.sentences import sentences

_ASIDE = re.compile(
    r" \((?:i\.e\.|that is,|in other words,|e\.g\.|for example|for instance|of course|hopefully)[^()]*\)"
)
_KEPT = re.compile(
    r"\d|https?:|Dummy0|Ina0|(?<=[\s,])[A-Z]|[a-z][A-Z]|\w_\w|n't\b"
    r"|\b(?:not?|never|without|only|must|unless|except|cannot|if|see|default)\b"
)
"""What keeps an aside from being left out: numbers, links, code, names, negations, conditions."""


@dataclass(frozen=True)
class Filler:
    """A row of `fillers.tsv`."""

    filler: str
    where: str
    """`start`: only at the start of a sentence; `before`: only before a word that `next` matches."""
    next: str
    """A pattern of the word behind the filler."""


@cache
def _fillers() -> tuple[tuple[re.Pattern[str], Filler], ...]:
    """Return the rows, the surest first, each with the pattern that finds it."""
    return tuple(
        (re.compile(rf"\b{re.escape(row.filler)}(?!\w)\s*", re.IGNORECASE), row) for row in read_rows("fillers", Filler)
    )


@dataclass(frozen=True)
class ShortenInput:
    document: Document
    span: Span
    prose: tuple[ProseText, ...]
    share: float = literal(0.7)
    """Nothing more is left out once so many of the words are left."""
    least: int = literal(2)
    """Words that must be saved at least."""


def shorten(given: ShortenInput, context: StepContext) -> ChangeOutput | Silence:
    """Return edits that leave out fillers, empty openings and asides, the surest first, up to a share of the words."""
    document, paragraphs = given.document, [prose for prose in given.prose if is_english(prose.text)]
    total = sum(word_count(prose.text) for prose in paragraphs)
    saved, edits = 0, list[TextEdit]()
    for change, words_saved in _deletions(document, paragraphs):
        context.cancel.raise_if_cancelled()
        edit = change.edit(document)
        if edit is None or (len(given.span) and not given.span.contains(edit.span)):
            continue
        if any(edit.span.touches(other.span) for other in edits) or total - saved <= given.share * total:
            continue
        edits.append(edit)
        saved += words_saved
    if not edits or saved < given.least:
        return Silence("short-enough", "Nothing here can be left out safely.")
    return change_lines(document, sorted(edits), f"{total} → {total - saved} words")


def _deletions(document: Document, paragraphs: list[ProseText]) -> Iterator[tuple[ProseChange, int]]:
    """Yield what can be left out, the surest first, with the number of its words."""
    for pattern, row in _fillers():
        for prose in paragraphs:
            for match in pattern.finditer(prose.text):
                if (change := _deletion(document, prose, match, row)) is not None:
                    yield change, word_count(match[0])
    for prose in paragraphs:
        for match in _ASIDE.finditer(prose.text):
            inside = match[0][2:-1]
            if not _KEPT.search(re.sub(r"^(?:i\.e\.|e\.g\.)", "", inside)):
                yield ProseChange(prose, Span(*match.span()), ""), word_count(match[0])


def _deletion(document: Document, prose: ProseText, match: re.Match[str], row: Filler) -> ProseChange | None:
    """Return the change that leaves a filler out; None where it must stay.

    The change takes in what follows from it: a capital for the next word, or another article before it.
    """
    text, start, end = prose.text, match.start(), match.end()
    is_start = any(span.start == start for span in sentences(text))
    following = re.match(r"[\w'’-]+", text[end:])
    behind = following[0] if following else ""
    if row.where == "start" and not is_start:
        return None
    if row.where == "before" and not re.fullmatch(row.next, behind.lower()):
        return None
    before = words(text[:start])[-1:] if not is_start else []
    if before and before[0] in english().negated:
        return None
    if is_start:
        if not behind:
            return None
        if not behind[0].islower():  # a name, or code: it needs no other capital
            return ProseChange(prose, Span(start, end), "")
        if is_name(document.text, behind):
            return None
        return ProseChange(prose, Span(start, end + 1), capitalized(behind)[0])
    if before and before[0] in ("a", "an"):
        head = text[:start].rstrip().rpartition(" ")[2]
        article_start = start - 1 - len(head)
        article = article_for(behind)
        return ProseChange(
            prose, Span(article_start, end), (capitalized(article) if head[0].isupper() else article) + " "
        )
    return ProseChange(prose, Span(start, end), "")


SHORTENING = (StepType("text.shorten", 1, Kind.RULE, ShortenInput, ChangeOutput, shorten, from_outside=True),)
