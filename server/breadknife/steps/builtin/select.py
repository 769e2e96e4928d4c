"""Steps that choose a part of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import Symbol
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span
from breadknife.text.extract import LANGUAGES, extract
from breadknife.text.outline import Definition, outline
from breadknife.text.patterns import Match, read_pattern
from breadknife.text.prose import ProseText
from breadknife.text.sentences import Certainty, sentences

_PARAMETER = re.compile(r"[\s*&.]*(?:(?:final|const|mut)\s+)?([A-Za-z_$][\w$]*)\s*(?:[?:=,]|$)")


@dataclass(frozen=True)
class SymbolInput:
    document: Document
    span: Span
    kinds: tuple[str, ...] = literal(("function", "method"))
    """`function`, `method`, `class`, `constant`, `type`."""


@dataclass(frozen=True)
class SymbolOutput:
    found: Symbol
    place: Span
    """Of the whole definition."""


def select_symbol(given: SymbolInput, context: StepContext) -> SymbolOutput | Silence:
    """Return the innermost definition around the cursor."""
    tree = context.tree(given.document)
    if tree is None:
        return Silence("no-symbol", f"There is no grammar for {given.document.language}.")
    definitions = (definition for definition in outline(tree).definitions if definition.kind in given.kinds)
    around = [definition for definition in definitions if definition.span.contains(given.span)]
    if not around:
        return Silence("no-symbol", f"The cursor is in no {' or '.join(given.kinds)}.", "put it into one")
    definition = min(around, key=lambda definition: len(definition.span))
    return SymbolOutput(_symbol(given.document, definition), definition.span)


def _symbol(document: Document, definition: Definition) -> Symbol:
    body = document.slice(definition.span)
    head_lines = definition.signature.count("\n") + 1
    docstring_lines = len(definition.docstring.splitlines())
    return Symbol(
        definition.name,
        definition.kind,
        definition.container,
        definition.signature,
        parameters_of(definition.signature),
        body,
        max(0, len([line for line in body.splitlines() if line.strip()]) - head_lines - docstring_lines),
        definition.docstring,
        definition.span,
    )


def parameters_of(signature: str) -> tuple[str, ...]:
    """Return the names of a signature's parameters, without `self`, `cls`, types and defaults."""
    start = signature.find("(")
    depth, pieces = 0, [""]
    for char in signature[start + 1 :] if start >= 0 else "":
        depth += (char in "([{<") - (char in ")]}>")
        if depth < 0:
            break
        if char == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += char
    names = [match[1] for piece in pieces if (match := _PARAMETER.match(piece))]
    return tuple(name for name in names if name not in ("self", "cls", "this"))


@dataclass(frozen=True)
class ParagraphInput:
    document: Document
    span: Span
    min_words: int = literal(1)


@dataclass(frozen=True)
class ParagraphOutput:
    prose: ProseText
    text: str
    """Without markup."""
    place: Span
    """In the document."""
    sentences: tuple[str, ...]
    places: tuple[Span, ...]
    """Of the sentences."""


def select_paragraph(given: ParagraphInput, context: StepContext) -> ParagraphOutput | Silence:
    """Return the paragraph of prose at the cursor, without its markup, and its sentences."""
    if given.document.language not in LANGUAGES:
        return Silence("no-prose", f"No prose is read in {given.document.language}.")
    cursor = Span(given.span.start, given.span.start)
    for prose in extract(given.document, context.tree(given.document), context.cancel):
        if not Span(prose.start, prose.end).touches(cursor):
            continue
        if len(prose.text.split()) < given.min_words:
            return Silence("short-paragraph", f"The paragraph has fewer than {given.min_words} words.")
        spans = sentences(prose.text, least=Certainty.LIKELY)
        return ParagraphOutput(
            prose,
            prose.text,
            Span(prose.start, prose.end),
            tuple(prose.text[span.start : span.end] for span in spans),
            tuple(prose.source_span(span) for span in spans),
        )
    return Silence("no-prose", "The cursor is in no paragraph.", "put it into one")


@dataclass(frozen=True)
class MatchInput:
    document: Document
    span: Span
    pattern: str = literal(pattern=True)
    """A regular expression. Its group `text`, or else all of the match, is what is selected."""
    anywhere: bool = literal(False)
    """True if every match in the document is wanted; otherwise the one that touches the cursor."""


@dataclass(frozen=True)
class MatchOutput:
    text: str
    place: Span
    """Of the first match."""
    texts: tuple[str, ...]
    places: tuple[Span, ...]


def select_match(given: MatchInput, context: StepContext) -> MatchOutput | Silence:
    """Return what a regular expression finds at the cursor, or anywhere in the document."""
    texts: list[str] = []
    places: list[Span] = []
    for text, match in found_in(given.pattern, given.document.text, context):
        if given.anywhere or match.span.touches(given.span):
            texts.append(text)
            places.append(match.span)
    if not texts:
        return Silence("no-match", "Nothing here fits the recipe's pattern.")
    return MatchOutput(texts[0], places[0], tuple(texts), tuple(places))


def found_in(pattern: str, text: str, context: StepContext) -> Iterator[tuple[str, Match]]:
    """Yield what a recipe's pattern finds: its group `text`, or else all of the match. Raises PatternError."""
    compiled = read_pattern(pattern)
    group = compiled.names.get("text", 0)
    for match in compiled.matches(text):
        context.cancel.raise_if_cancelled()
        yield text[slice(*match.groups[group])], match


SELECTING = (
    StepType("select.symbol", 1, Kind.RULE, SymbolInput, SymbolOutput, select_symbol, from_outside=True),
    StepType("select.paragraph", 1, Kind.RULE, ParagraphInput, ParagraphOutput, select_paragraph, from_outside=True),
    StepType("select.match", 1, Kind.RULE, MatchInput, MatchOutput, select_match, from_outside=True),
)
