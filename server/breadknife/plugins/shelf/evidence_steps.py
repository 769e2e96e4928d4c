"""Steps that answer a question with quotes from the shelf. No model writes any of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from breadknife.errors import PluginError
from breadknife.plugins.shelf.evidence.choosing import find_quotes
from breadknife.plugins.shelf.evidence.quoting import as_markdown, escaped, link
from breadknife.plugins.shelf.index.shelves import open_shelves
from breadknife.plugins.shelf.sentences import SENTENCES
from breadknife.plugins.shelf.steps import nothing_to_search, question_vector
from breadknife.plugins.shelf.values import SearchGap
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import Passage
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span

MARK = "??"
"""A line that begins with it is a question."""
_LONGEST = 300
"""Characters of a selection that can be a question."""
_QUOTED = re.compile(r"^[\s>#*+-]*")


@dataclass(frozen=True)
class QuestionInput:
    document: Document
    span: Span


@dataclass(frozen=True)
class QuestionOutput:
    text: str
    place: Span
    """Where an answer goes: the end of the question's line."""


def find_question(given: QuestionInput, context: StepContext) -> QuestionOutput | Silence:
    """Return the question at the cursor: a selection that ends with a question mark, or a line that begins with
    `??`."""
    document, span = given.document, given.span
    line = document.line_at(span.end)
    place = Span(document.line_span(line).end, document.line_span(line).end)
    selected = " ".join(document.slice(span).split()) if len(span) <= _LONGEST else ""
    written = _QUOTED.sub("", document.line_text(line)).strip()
    if selected.endswith("?") and len(selected.split()) > 1:
        return QuestionOutput(selected.removeprefix(MARK).strip(), place)
    if not len(span) and written.startswith(MARK) and written.strip("? "):
        return QuestionOutput(written.removeprefix(MARK).strip(), place)
    return Silence("no-question", "There is no question at the cursor.", f"write a line that begins with `{MARK}`")


@dataclass(frozen=True)
class EvidenceInput:
    question: str
    document: Document
    """That has the question. It isn't quoted, even if it is on the shelf."""
    model: str = literal("embedding", role=True)


@dataclass(frozen=True)
class EvidenceOutput:
    texts: tuple[str, ...]
    """At most three quotes, letter by letter as on their pages, the likeliest first."""
    titles: tuple[str, ...]
    """Of the quotes' documents."""
    pages: tuple[int, ...]
    """Counted from 1; 0 where the format has no pages."""
    uris: tuple[str, ...]
    """Of the pages: `file:///…/paper.pdf#page=12`."""
    best: float
    """How likely the first one answers the question, from 0 to 1; 0 if none does."""
    near: tuple[Passage, ...]
    """Passages that share words or a meaning with the question and aren't answers. With the quotes they are three at
    most."""
    note: str
    """Why nothing answers the question; empty if a quote does."""
    searched: str
    """What was searched, and how."""


def find_evidence(given: EvidenceInput, context: StepContext) -> EvidenceOutput | Silence:
    """Return up to three passages of the shelf: quotes that answer a question, and such as are only near it. Each is
    proved to stand on its page."""
    shelves = open_shelves()
    if not shelves.status.folders:
        return nothing_to_search(shelves)
    vector, gap = question_vector(given.question, given.model, shelves, context)
    if problems := shelves.problems:
        what, _, remedy = problems[0].rpartition("; ")
        gap = SearchGap(f"{gap.what if gap else 'words and meaning'}; {what}", remedy)
    path = given.document.path.resolve() if given.document.path is not None else None  # as the shelf names files
    found = find_quotes(given.question, vector, shelves, context.cancel, asked_in=path, gap=gap)
    if isinstance(found, Silence):
        return found
    return EvidenceOutput(
        tuple(quote.text for quote in found.quotes),
        tuple(quote.title for quote in found.quotes),
        tuple(quote.page for quote in found.quotes),
        tuple(quote.uri for quote in found.quotes),
        found.quotes[0].likelihood if found.quotes else 0.0,
        tuple(Passage(quote.text, quote.uri, quote.page, quote.likelihood, quote.title) for quote in found.near),
        found.note,
        found.searched,
    )


@dataclass(frozen=True)
class QuoteInput:
    document: Document
    texts: tuple[str, ...]
    titles: tuple[str, ...]
    pages: tuple[int, ...]
    uris: tuple[str, ...]
    near: tuple[Passage, ...] = ()
    """Shown below the quotes, and said not to be answers."""
    note: str = ""
    searched: str = ""


@dataclass(frozen=True)
class QuoteOutput:
    text: str
    """Markdown that follows a line: block quotes, each with a link to its page."""


def make_quotes(given: QuoteInput, context: StepContext) -> QuoteOutput | Silence:
    """Return quotes as Markdown that shows them as they stand on the page, with links that are relative where
    possible. What is only near stands below a line that says so."""
    lengths = {len(each) for each in (given.texts, given.titles, given.pages, given.uris)}
    if len(lengths) > 1:
        raise PluginError("`texts`, `titles`, `pages` and `uris` have different lengths")
    if not given.texts and not given.near:
        return Silence("shelf-silent", "No passage answers it for sure.", "`breadknife shelf ask` shows what is near")
    path = given.document.path

    def block(text: str, title: str, page: int, uri: str) -> str:
        return as_markdown(text, title, page, link(uri, path, context.root))

    quotes = map(block, given.texts, given.titles, given.pages, given.uris)
    near = (block(each.text, each.title or Path(each.source).stem, each.page, each.source) for each in given.near)
    searched = f" ({given.searched})" if given.searched and not given.texts else ""
    head = [f"*{escaped(' '.join((given.note, f'Near, but no answer{searched}:')).strip())}*"] if given.near else []
    return QuoteOutput("".join(f"\n\n{part}" for part in (*quotes, *head, *near)) + "\n")


EVIDENCE = (
    StepType("shelf.question", 1, Kind.RULE, QuestionInput, QuestionOutput, find_question, from_outside=True),
    StepType(
        "shelf.evidence",
        1,
        Kind.TINY,
        EvidenceInput,
        EvidenceOutput,
        find_evidence,
        from_outside=True,
        remembered=False,
    ),
    StepType("shelf.quote", 1, Kind.RULE, QuoteInput, QuoteOutput, make_quotes),
    *SENTENCES,
)
